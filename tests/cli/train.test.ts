// Training from the command line: what a run leaves behind, Ctrl-C, and going on.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { LogEvent } from "../../cli/run/log.ts";
import { interop } from "../../src/index.ts";
import { fovea, type Outcome, quickTraining, temporaryFolder } from "./run.ts";

const linesOf = (text: string): LogEvent[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const logOf = (folder: string, run: string): LogEvent[] =>
  linesOf(readFileSync(join(folder, "runs", run, "events.jsonl"), "utf8"));

/** The tensors of a run's last checkpoint, as text that can be compared. */
function tensorsOf(folder: string, run: string): Record<string, string> {
  const { tensors } = interop.readSafetensors(
    readFileSync(join(folder, "runs", run, "last.safetensors")),
  );
  return Object.fromEntries(
    Array.from(tensors, ([name, { data }]) => {
      const { buffer, byteOffset, byteLength } = data;
      return [name, Buffer.from(buffer, byteOffset, byteLength).toString("base64")];
    }),
  );
}

describe("a run", () => {
  const folder = temporaryFolder();
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await fovea([...quickTraining, "--epochs", "2", "--run", "quick"], {
      cwd: folder.path,
    });
    return () => folder[Symbol.dispose]();
  });

  it("tells a line an epoch where nobody watches", () => {
    expect(outcome.stderr).toBe("");
    expect(outcome.stdout).toMatch(
      /^lenet on fashion-mnist-sample: 128 images; 2 epochs, batch 32, sgd lr 0.9, seed 0\n/,
    );
    expect(outcome.stdout).toMatch(
      /\nepoch 2\/2 {3}loss [\d.]+ {3}train [\d.]+ % {3}test [\d.]+ % /,
    );
    expect(outcome.stdout).not.toContain("\x1b");
    expect(outcome.code).toBe(0);
  });

  it("leaves its files, and nothing half written", () => {
    expect(readdirSync(join(folder.path, "runs", "quick")).sort()).toEqual([
      "best.safetensors",
      "confusion.svg",
      "curves.svg",
      "events.jsonl",
      "last.safetensors",
      "report.md",
      "samples.svg",
      "settings.json",
    ]);
  });

  it("reports what was trained on what", () => {
    const report = readFileSync(join(folder.path, "runs", "quick", "report.md"), "utf8");
    expect(report).toContain("# lenet on fashion-mnist-sample");
    expect(report).toContain("| model | lenet, 61,706 parameters |");
    expect(report).toContain("| optimizer | sgd, learning rate 0.9 |");
    expect(report).toContain("These figures say nothing about the whole data set.");
    for (const picture of ["curves.svg", "confusion.svg", "samples.svg"]) {
      expect(report).toContain(`](${picture})`);
      expect(readFileSync(join(folder.path, "runs", "quick", picture), "utf8")).toMatch(/<svg/);
    }
  });

  it("logs what happened", () => {
    const events = logOf(folder.path, "quick");
    expect(events[0]).toMatchObject({
      type: "run",
      run: "quick",
      settings: { model: "lenet", limit: 128, threads: 1 },
    });
    expect(events.filter(({ type }) => type === "epoch")).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ type: "result" });
  });

  it("is not overwritten unless that is asked for", async () => {
    const words = [...quickTraining, "--epochs", "1", "--run", "quick"];
    const before = readFileSync(join(folder.path, "runs", "quick", "events.jsonl"), "utf8");
    const refused = await fovea(words, { cwd: folder.path });
    expect(refused.stderr).toContain("the run quick exists already");
    expect(refused.code).toBe(1);
    expect(readFileSync(join(folder.path, "runs", "quick", "events.jsonl"), "utf8")).toBe(before);
  });

  it("can be evaluated, as the latest or by name", async () => {
    const { stdout, code } = await fovea(["evaluate", "--json"], { cwd: folder.path });
    const { checkpoint, data, accuracy, loss, confusion, count } = JSON.parse(stdout);
    expect({ checkpoint, data, count }).toEqual({
      checkpoint: join("runs", "quick", "last.safetensors"),
      data: "fashion-mnist-sample/test",
      count: 300,
    });
    // In another process, from the file, it is the network that it was at the end of its training.
    expect(logOf(folder.path, "quick").at(-1)).toMatchObject({ type: "result", accuracy, loss });
    const correct = confusion.reduce(
      (sum: number, row: number[], i: number) => sum + (row[i] ?? 0),
      0,
    );
    expect(accuracy).toBeCloseTo(correct / 300, 12);
    expect(code).toBe(0);
    const wrong = await fovea(["evaluate", "quik"], { cwd: folder.path });
    expect(wrong.stderr).toContain('did you mean the run "quick"?');
    expect(wrong.code).toBe(1);
  });

  it("predicts, from a file and from the test set alike", async () => {
    // Image 0 of the test set as a PNG: the network must see the same in both.
    const { fashionMnist } = (await import("../../src/index.ts")).data;
    const { test } = await fashionMnist({ sources: ["sample"] });
    const png = interop.encodePng({
      width: 28,
      height: 28,
      channels: 1,
      data: test.images.slice(0, 784),
    });
    writeFileSync(join(folder.path, "zero.png"), png);
    const words = ["predict", "zero.png", "--test", "0", "--invert", "no"];
    const { stdout, code } = await fovea([...words, "--json"], { cwd: folder.path });
    const [file, own] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(file.image).toBe("zero.png");
    expect(own.truth).toBe(test.classes[test.labels[0] as number]);
    expect(file.classes).toEqual(own.classes);
    const sum = file.classes.reduce(
      (total: number, { probability }: { probability: number }) => total + probability,
      0,
    );
    expect(sum).toBeCloseTo(1, 5);
    expect(code).toBe(0);
    const drawn = await fovea([...words, "--top", "3"], { cwd: folder.path });
    expect(drawn.stdout).toContain(`It is: ${own.truth}`);
    expect(drawn.stdout).toContain(own.classes[2].name);
  });

  it("goes through all pictures, also when one of them is bad", async () => {
    writeFileSync(join(folder.path, "bad.png"), "no picture");
    const { stdout, stderr, code } = await fovea(["predict", "bad.png", "zero.png", "--json"], {
      cwd: folder.path,
    });
    expect(stderr).toMatch(/^bad\.png: /);
    expect(JSON.parse(stdout).image).toBe("zero.png");
    expect(code).toBe(1);
  });

  it("is trained further when more epochs are asked for", async () => {
    const finished = await fovea(["train", "--resume", "quick"], { cwd: folder.path });
    expect(finished.stderr).toContain("the run quick is finished: it has had its 2 epochs");
    expect(finished.code).toBe(1);
    const { code } = await fovea(["train", "--resume", "quick", "--epochs", "3", "-q"], {
      cwd: folder.path,
    });
    expect(code).toBe(0);
    const epochs = logOf(folder.path, "quick").flatMap((event) =>
      event.type === "epoch" ? [event.epoch] : [],
    );
    expect(epochs).toEqual([1, 2, 3]);
  });
});

describe("fovea train", () => {
  it("says at once that a folder cannot be written", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "runs"), "a file, not a folder");
    const { code, stderr } = await fovea([...quickTraining, "--run", "x"], { cwd: folder.path });
    expect(stderr).toContain("cannot write the run's folder");
    expect(stderr).toContain("--runs-dir");
    expect(code).toBe(1);
  });

  it("gives JSON lines to programs, and only those", async () => {
    using folder = temporaryFolder();
    const words = [
      ...quickTraining,
      "--epochs",
      "1",
      "--run",
      "json",
      "--json",
      "--optimizer",
      "adam",
    ];
    const { code, stdout } = await fovea(words, { cwd: folder.path });
    const types = linesOf(stdout).map(({ type }) => type);
    expect(types[0]).toBe("run");
    expect(types.at(-1)).toBe("result");
    expect(types.filter((type) => type === "epoch")).toHaveLength(1);
    expect(code).toBe(0);
  });

  it("says nothing with --quiet", async () => {
    using folder = temporaryFolder();
    const { stdout, stderr } = await fovea([...quickTraining, "--epochs", "1", "-q"], {
      cwd: folder.path,
    });
    expect(stdout + stderr).toBe("");
    expect(readdirSync(join(folder.path, "runs"))[0]).toMatch(/^lenet-\d{4}-\d\d-\d\d-\d{6}$/);
  });

  it("stops with the step and the layer when the loss is no number any more", async () => {
    using folder = temporaryFolder();
    const words = [...quickTraining, "--epochs", "3", "--lr", "1e38", "--run", "diverged"];
    const { code, stderr } = await fovea(words, { cwd: folder.path });
    expect(stderr).toContain("DivergedError: training diverged");
    expect(stderr).toContain("lower the learning rate");
    expect(code).toBe(1);
  });

  it("overwrites its own files with --force, and no others", async () => {
    using folder = temporaryFolder();
    const run = join(folder.path, "runs", "old");
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, "report.md"), "old");
    writeFileSync(join(run, "notes.txt"), "mine");
    const words = [...quickTraining, "--epochs", "1", "--run", "old", "-q"];
    expect((await fovea(words, { cwd: folder.path })).code).toBe(1);
    expect((await fovea([...words, "--force"], { cwd: folder.path })).code).toBe(0);
    expect(readFileSync(join(run, "notes.txt"), "utf8")).toBe("mine");
    expect(readFileSync(join(run, "report.md"), "utf8")).toContain("# lenet");
  });
});

describe("Ctrl-C", () => {
  const words = [
    "train",
    "lenet",
    "--data",
    "fashion-mnist-sample",
    "--batch-size",
    "16",
    "--threads",
    "1",
  ];
  const long = [...words, "--epochs", "6"];

  /** Sends the signal when the first step is reported, well inside the first epochs. */
  const interrupt = (cwd: string, run: string, signal: NodeJS.Signals) => {
    let isSent = false;
    return fovea([...long, "--run", run, "--json"], {
      cwd,
      watch: (child, stdout) => {
        if (isSent || !stdout.includes('"type":"step"')) return;
        isSent = true;
        child.kill(signal);
      },
    });
  };

  it("saves, and going on ends at the same bits as if nothing had happened", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const stopped = await interrupt(cwd, "stopped", "SIGINT");
    expect(stopped.code).toBe(130);
    expect(linesOf(stopped.stdout).at(-1)).toMatchObject({ type: "end", interrupted: true });
    expect(existsSync(join(cwd, "runs", "stopped", "report.md"))).toBe(false);

    // A crash can leave more in the log than the checkpoint knows of, and a line cut in two.
    const log = join(cwd, "runs", "stopped", "events.jsonl");
    const later = { type: "epoch", epoch: 99, step: 1e6 };
    writeFileSync(log, `${readFileSync(log, "utf8")}${JSON.stringify(later)}\n{"type":"st`);

    const resumed = await fovea(["train", "--resume"], { cwd });
    expect(resumed.stdout).toContain("resumed after step");
    expect(resumed.code).toBe(0);
    const whole = await fovea([...long, "--run", "whole", "-q"], { cwd });
    expect(whole.code).toBe(0);
    expect(tensorsOf(cwd, "stopped")).toEqual(tensorsOf(cwd, "whole"));

    const epochs = logOf(cwd, "stopped").flatMap((event) =>
      event.type === "epoch" ? [event.epoch] : [],
    );
    expect(epochs).toEqual([1, 2, 3, 4, 5, 6]);
    const steps = logOf(cwd, "stopped").flatMap((event) =>
      event.type === "step" ? [event.step] : [],
    );
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  });

  it("says how to go on", async () => {
    using folder = temporaryFolder();
    let isSent = false;
    const { code, stdout } = await fovea([...words, "--epochs", "100", "--run", "mine"], {
      cwd: folder.path,
      watch: (child, text) => {
        if (isSent || !text.includes("epoch   1/100")) return;
        isSent = true;
        child.kill("SIGTERM");
      },
    });
    expect(stdout).toMatch(
      /Stopped after step [\d,]+ and saved\. Go on with\n {2}fovea train --resume mine\n$/,
    );
    expect(code).toBe(143);
  });
});
