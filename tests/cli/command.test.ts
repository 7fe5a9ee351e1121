// The command as a child process: help, typos, exit codes, closed pipes, and the quick commands.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commands } from "../../cli/commands.ts";
import { datasetNames, modelNames } from "../../cli/run/names.ts";
import { models } from "../../src/index.ts";
import { fovea, quickTraining, temporaryFolder } from "./run.ts";

describe("fovea", () => {
  it("says what it can do", async () => {
    const { code, stdout } = await fovea(["--help"]);
    expect(stdout).toMatchInlineSnapshot(`
      "Fovea: convolutional neural networks in TypeScript.

      Usage: fovea COMMAND [options]

      Commands:
        train     train a network, or go on with a training
        evaluate  how good a trained network is, class by class
        compare   runs side by side: what differs, and what it came to
        predict   what a trained network sees in pictures
        summary   the layers of a network: shapes, parameters, work
        profile   where the time of a step goes, kernel by kernel
        studio    chapters with live figures, in the browser
        data      fetch a data set and look at it
        doctor    what this machine offers, what is used, and why not the rest

      Options:
        -h, --help      this text, or after a command the help of that command
            --version   the version
            --no-color  no colours (also: set NO_COLOR)
      "
    `);
    expect(code).toBe(0);
  });

  it("says what a command takes", async () => {
    const { code, stdout } = await fovea(["evaluate", "--help"]);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: fovea evaluate [RUN] [options]

      Tests a trained network on images it was not trained on. The checkpoint knows the network,
      its classes and the data.

      Arguments:
        RUN  name of the run (default: the latest), or a checkpoint

      Options:
            --checkpoint FILE               another checkpoint (default last.safetensors of the run)
            --runs-dir FOLDER               folder of the runs (default runs)
            --data NAME|FOLDER              whose test part is used: fashion-mnist,
                                            fashion-mnist-sample, mnist, cifar-10, cifar-100, or a
                                            folder of pictures (default what it was trained on)
            --per-class                     precision, recall and F1 of each class
            --confusion FILE                also draw which classes are taken for which, as SVG
            --batch-size N                  images that are looked at together (default 256)
            --backend auto|webgpu|webgpu:software|native|wasm|reference
                                            what computes: the GPU, compiled C, WebAssembly, or plain
                                            loops; auto is native where there is a compiler, else
                                            wasm; webgpu:software takes a GPU's driver that computes
                                            on the processor, for tests (default $FOVEA_BACKEND, or
                                            auto)
            --threads N                     threads that compute; results do not depend on it (default
                                            all cores)
            --matmul-precision float32|float16
                                            how a GPU takes the factors of products and convolutions;
                                            sums and weights are float32 (default float32)
            --json                          the results as one JSON object

      Examples:
        fovea evaluate --per-class
        fovea evaluate runs/lenet/best.safetensors --data photos
      "
    `);
    expect(code).toBe(0);
  });

  it("has help for every command, no line of it wider than 100", async () => {
    for (const { name } of commands) {
      const { code, stdout } = await fovea([name, "--help"]);
      expect(stdout).toContain(`Usage: fovea ${name}`);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
      expect(code).toBe(0);
    }
  });

  it("called without a word, shows its help and fails", async () => {
    const { code, stdout } = await fovea([]);
    expect(stdout).toContain("Usage: fovea COMMAND");
    expect(code).toBe(2);
  });

  it("has a version", async () => {
    expect((await fovea(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [["trian"], "unknown command trian", "did you mean train?"],
    [["--versoin"], "unknown option --versoin", "did you mean --version?"],
    [["train", "lenett"], "unknown model lenett (known: lenet, ", "did you mean lenet?"],
    [["train", "lenet", "--epoch", "3"], "unknown option --epoch", "did you mean --epochs?"],
    [
      ["train", "lenet", "--optimizer", "adm"],
      '"adm" is not one of sgd, adam',
      "did you mean adam?",
    ],
    [["train", "lenet", "--data", "fashion"], '"fashion" is not one of', "fovea train --help"],
    [
      ["train", "lenet", "--epochs", "none"],
      '"none" is not a whole number from 1',
      "fovea train --help",
    ],
    [["train", "lenet", "--run", "../up"], '"../up" cannot be the name of a run', "use letters"],
    [
      ["train", "lenet", "--optimizer", "adam", "--momentum", "0.5"],
      "--momentum is for sgd",
      "--help",
    ],
    [["train", "--resume", "x", "--lr", "1"], "--lr cannot change when a run goes on", "--help"],
    [["train"], "MODEL is missing: lenet", "fovea train --help"],
    [["summary"], "MODEL is missing", "fovea summary --help"],
    [["data", "mnits"], "unknown data set mnits", "did you mean mnist?"],
    [["predict"], "IMAGE is missing", "fovea predict --help"],
  ])("refuses %j", async (words, message, hint) => {
    const { code, stdout, stderr } = await fovea(words);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("shows the stack of an error when asked", async () => {
    using folder = temporaryFolder();
    const words = ["evaluate", "--runs-dir", folder.path];
    const quiet = await fovea(words);
    expect(quiet.code).toBe(1);
    expect(quiet.stderr).toContain("there is no trained network");
    expect(quiet.stderr).not.toMatch(/^\s+at .*\.ts:/m);
    expect((await fovea(words, { env: { DEBUG: "1" } })).stderr).toMatch(/^\s+at .*\.ts:/m);
  });

  it("knows the models that the library has", () => {
    expect([...modelNames].sort()).toEqual(Object.keys(models.models).sort());
    expect(datasetNames).toContain("fashion-mnist");
  });

  it("ends quietly when nobody reads on", async () => {
    // The reading end is closed before the command has begun to write.
    const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "cli", "main.ts");
    const child = spawn(process.execPath, [main, "summary", "lenet"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const [code] = await once(child, "close");
    expect(stderr).toBe("");
    expect(code).toBe(141);
  });
});

describe("fovea train with a reader that leaves", () => {
  it("stops, saves, and says so by its exit code", async () => {
    using folder = temporaryFolder();
    const words = [...quickTraining, "--epochs", "100000", "--run", "piped", "--json"];
    const { code, stderr } = await fovea(words, {
      cwd: folder.path,
      watch: (child) => child.stdout?.destroy(),
    });
    expect(stderr).toBe("");
    expect(code).toBe(141);
    expect(existsSync(join(folder.path, "runs", "piped", "last.safetensors"))).toBe(true);
  });
});

describe("fovea summary", () => {
  it("counts LeNet's parameters", async () => {
    const { stdout } = await fovea(["summary", "lenet"]);
    expect(stdout).toContain("Conv2d(1 -> 6, kernel 5x5, padding 2)");
    expect(stdout).toContain("61,706");
  });

  it("gives them to programs", async () => {
    const { stdout } = await fovea(["summary", "lenet", "--batch", "2", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ inputShape: [2, 1, 28, 28], parameters: 61706 });
  });
});

describe("fovea data", () => {
  it("shows the classes of a data set, without colours or wide lines", async () => {
    const { code, stdout } = await fovea(["data", "fashion-mnist-sample"]);
    expect(stdout).toContain("1,500 training and 300 test images, 1x28x28");
    expect(stdout).toMatch(/9\s+ankle boot\s+150\s+30/);
    expect(stdout).not.toContain("\x1b");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThan(80);
    expect(code).toBe(0);
  });

  it("names every way that was tried when a data set is not to be had", async () => {
    using folder = temporaryFolder();
    const env = { FOVEA_CACHE: folder.path, FOVEA_DATA_SOURCES: "cache" };
    const { code, stderr } = await fovea(["data", "fashion-mnist"], { env });
    expect(stderr).toContain("Fashion-MNIST could not be had");
    expect(stderr).toContain("cache");
    expect(code).toBe(1);
  });
});

describe("fovea doctor", () => {
  it("says what is used", async () => {
    const { code, stdout } = await fovea(["doctor", "--json"]);
    const { machine, webassembly, backends } = JSON.parse(stdout);
    expect(machine).toContainEqual({ name: "node", value: process.version, isGood: true });
    expect(webassembly).toContainEqual({ name: "simd", value: "yes", isGood: true });
    // What a training on this machine would use.
    expect(backends[0].name).toMatch(/^(native|wasm)$/);
    expect(backends[0]).toMatchObject({ value: expect.stringMatching(/^used \(/), isGood: true });
    expect(code).toBe(0);
  });

  it("obeys the environment", async () => {
    const { stdout } = await fovea(["doctor"], { env: { FOVEA_BACKEND: "reference" } });
    expect(stdout).toMatch(/reference\s+used/);
    expect(stdout).toMatch(/wasm\s+not used: --backend wasm takes it/);
  });
});

describe("fovea predict", () => {
  it("refuses what is no checkpoint, and what is no picture", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "junk.safetensors");
    writeFileSync(file, "no tensors here");
    const { code, stderr } = await fovea(["predict", "x.png", "--checkpoint", file]);
    expect(stderr).toMatch(/^FormatError: /);
    expect(code).toBe(1);
  });
});
