// Files of options, the network's own options, and runs side by side.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fovea, quickTraining, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const cwd = folder.path;
afterAll(() => folder[Symbol.dispose]());

const settingsOf = (run: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(cwd, "runs", run, "settings.json"), "utf8"));

const quick = {
  model: "lenet",
  data: "fashion-mnist-sample",
  limit: 64,
  batchSize: 32,
  threads: 1,
  epochs: 1,
};

const write = (name: string, content: unknown) =>
  writeFileSync(join(cwd, name), typeof content === "string" ? content : JSON.stringify(content));

describe("a config file", () => {
  it("holds all options, and the command line goes before it", async () => {
    const features = {
      modelOptions: { batchNorm: true, activation: "relu" },
      augment: "crop",
      normalize: "data",
      accumulate: 2,
      schedule: "one-cycle",
      optimizer: "adamw",
      weightDecay: 0.01,
      labelSmoothing: 0.1,
      mixup: 0.2,
      clipGradNorm: 1,
      ema: 0.9,
      earlyStopping: 3,
      log: "csv",
    };
    write("all.json", { ...quick, ...features, epochs: 9 });
    const words = ["train", "--config", "all.json", "--run", "all", "--epochs", "2"];
    const { code, stderr } = await fovea([...words, "--model.pooling", "max"], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(settingsOf("all")).toMatchObject({
      ...features,
      epochs: 2,
      modelOptions: { batchNorm: true, activation: "relu", pooling: "max" },
    });
    expect(readFileSync(join(cwd, "runs", "all", "metrics.csv"), "utf8")).toMatch(
      /^epoch,step,loss/,
    );
  });

  it("may be a module, and the settings of a run are one", async () => {
    write(
      "fovea.config.ts",
      `export default ${JSON.stringify({ ...quick, lr: 0.5 as number })};\n`,
    );
    const first = await fovea(["train", "--config", "fovea.config.ts", "--run", "first"], { cwd });
    expect(first.code).toBe(0);
    const again = ["train", "--config", "runs/first/settings.json", "--run", "again"];
    expect((await fovea(again, { cwd })).code).toBe(0);
    expect(settingsOf("again")).toEqual(settingsOf("first"));
  });

  it.each([
    [{ ...quick, epoch: 3 }, /bad\.json: unknown key "epoch"\n {2}hint {5}did you mean epochs\?/],
    [{ ...quick, epochs: "3" }, /bad\.json: epochs: "3" is not a number/],
    [{ ...quick, epochs: 0 }, /bad\.json: epochs: "0" is not a whole number from 1 to/],
    [{ ...quick, optimizer: "sdg" }, /bad\.json: optimizer: "sdg" is not one of sgd, adam/],
    [{ ...quick, modelOptions: [1] }, /bad\.json: modelOptions: \[1\] is not an object of options/],
    [{ ...quick, resume: "x" }, /bad\.json: unknown key "resume"/],
    [[1], /bad\.json: there is no object of options in it/],
    ['{"epochs": 3', /bad\.json: not JSON/],
  ])("names what is wrong in it: %j", async (content, message) => {
    write("bad.json", content);
    const { stderr, code } = await fovea(["train", "--config", "bad.json"], { cwd });
    expect(stderr).toMatch(message);
    expect(code).toBeGreaterThan(0);
  });

  it("names a module that throws, and a file that is not there", async () => {
    write("throws.ts", 'throw new Error("my own");\n');
    const thrown = await fovea(["train", "--config", "throws.ts"], { cwd });
    expect(thrown.stderr).toMatch(/throws\.ts: the module cannot be loaded\n {2}problem {3}my own/);
    const missing = await fovea(["train", "--config", "none.json"], { cwd });
    expect(missing.stderr).toContain("there is no config file none.json");
  });
});

describe("options of the network", () => {
  it("are refused by the network that does not know them", async () => {
    const { stderr, code } = await fovea([...quickTraining, "--model.activaton", "relu"], { cwd });
    expect(stderr).toMatch(/lenet: unknown option "activaton"[\s\S]*did you mean "activation"\?/);
    expect(code).toBe(2);
  });

  it.each([
    [["--model.inChannels", "3"], "--model.inChannels follows from the data"],
    [["--mixup", "1", "--cutmix", "1"], "--mixup and --cutmix exclude each other"],
    [["--momentum", "0.9", "--optimizer", "adam"], "--momentum is for sgd and rmsprop"],
    [["--log", "cvs"], "did you mean csv?"],
    [["--freeze", "nothing"], "nothing"],
  ])("%j do not go together", async (words, message) => {
    const { stderr, code } = await fovea([...quickTraining, ...words], { cwd });
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it("that need more memory than there is say what would fit", async () => {
    const words = ["train", "vgg11", "--data", "fashion-mnist-sample", "--batch-size", "1024"];
    const { stderr, stdout, code } = await fovea(words, { cwd });
    expect(stderr).toMatch(
      /a batch of 1024 images does not fit[\s\S]*hint +--batch-size \d+ would fit/,
    );
    expect(stdout).not.toContain("epoch 1");
    expect(code).toBe(1);
  }, 60_000);
});

describe("--find-lr", () => {
  it("suggests a rate, and trains nothing", async () => {
    const words = [...quickTraining, "--limit", "1500", "--find-lr", "--optimizer", "adam"];
    const { stdout, code } = await fovea([...words, "--json"], { cwd });
    const { suggestion, points } = JSON.parse(stdout);
    expect(suggestion).toBeGreaterThan(1e-5);
    expect(suggestion).toBeLessThan(1);
    expect(points.length).toBeGreaterThan(20);
    expect(code).toBe(0);
  });
});

describe("fovea compare", () => {
  beforeAll(async () => {
    for (const optimizer of ["sgd", "adam"]) {
      const words = [...quickTraining, "--epochs", "2", "--optimizer", optimizer];
      expect((await fovea([...words, "--run", optimizer], { cwd })).code).toBe(0);
    }
  });

  it("shows what differs, what it came to, and the curves", async () => {
    const { stdout, code } = await fovea(["compare", "sgd", "runs/adam/"], { cwd });
    expect(stdout).toMatch(
      /^ +sgd +adam\noptimizer +sgd +adam\nlr +0\.9 +0\.001\nepochs done +2 +2\n/,
    );
    expect(stdout).toMatch(/\ntest accuracy +[\d.]+ % +[\d.]+ %\n/);
    expect(stdout).not.toContain("seed");
    expect(code).toBe(0);
    const picture = readFileSync(join(cwd, "runs", "comparison.svg"), "utf8");
    expect(picture).toMatch(/^<svg/);
    for (const name of ["sgd", "adam"]) expect(picture).toContain(`>${name}</text>`);
  });

  it("gives it to programs", async () => {
    const { stdout } = await fovea(["compare", "sgd", "adam", "--json"], { cwd });
    const { runs } = JSON.parse(stdout);
    expect(runs.map(({ name }: { name: string }) => name)).toEqual(["sgd", "adam"]);
    expect(runs[0].epochs).toHaveLength(2);
    expect(runs[1].settings.optimizer).toBe("adam");
  });

  it("needs two runs that are there", async () => {
    const one = await fovea(["compare", "sgd"], { cwd });
    expect(one).toMatchObject({ code: 2 });
    const { stderr, code } = await fovea(["compare", "sgd", "adm"], { cwd });
    expect(stderr).toContain('did you mean the run "adam"?');
    expect(code).toBe(1);
  });
});
