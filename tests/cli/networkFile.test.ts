// Networks that are written as text: from a file of one's own, and from a run of the studio.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { data, manualSeed, models, optim, train } from "../../src/index.ts";
import {
  checkpointModel,
  checkpointSettings,
} from "../../studio/src/engine/run/checkpointSettings.ts";
import type { RunSettings } from "../../studio/src/engine/run/types.ts";
import { fovea, type Outcome, quickTraining, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const here = { cwd: folder.path };
const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
const [, , ...words] = quickTraining;

const mine = `import { nn } from "fovea";

const net = new nn.Sequential(
  new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.AdaptiveAvgPool2d(4),
  new nn.Flatten(),
  new nn.Linear(64, 10),
);
`;

describe("a network in a file", () => {
  let trained: Outcome;
  beforeAll(async () => {
    write("mine.ts", mine);
    trained = await fovea(["train", "./mine.ts", ...words, "--epochs", "2", "--run", "own"], here);
  });

  it("is trained, evaluated and looked at as any other", async () => {
    expect(trained.stderr).toBe("");
    expect(trained.code).toBe(0);
    expect(trained.stdout).toMatch(/^own network on fashion-mnist-sample: 128 images; 2 epochs, /);
    const report = readFileSync(join(folder.path, "runs", "own", "report.md"), "utf8");
    expect(report).toContain(`## Network\n\n\`\`\`ts\n${/new [^;]*/.exec(mine)?.[0]}\n\`\`\``);
    const right = /([\d.]+ %) of 300 test images right/.exec(trained.stdout)?.[1];
    const evaluated = await fovea(["evaluate", "own"], here);
    expect(evaluated.stdout).toContain(`accuracy ${right} of 300 images`);
    const seen = await fovea(["predict", "--test", "1", "--json"], here);
    expect(JSON.parse(seen.stdout).classes).toHaveLength(10);
    const summary = await fovea(["summary", "runs/own/last.safetensors", "--json"], here);
    expect(JSON.parse(summary.stdout).parameters).toBe(4 * 9 + 4 + 64 * 10 + 10);
    const fromFile = await fovea(["summary", "mine.ts", "--json"], here);
    expect(fromFile.stdout).toBe(summary.stdout);
  });

  it("goes on where it stopped, and from its own settings", async () => {
    const more = await fovea(["train", "--resume", "own", "--epochs", "3", "--json"], here);
    expect(more.stdout).toContain('"epoch":3');
    const again = ["train", "--config", "runs/own/settings.json", "--run", "again"];
    expect((await fovea(again, here)).code).toBe(0);
    const tuned = ["train", "--fine-tune", "runs/own/best.safetensors", ...words, "--epochs", "1"];
    expect((await fovea([...tuned, "--run", "tuned"], here)).stdout).toContain("starts from runs");
    const compared = await fovea(["compare", "own", "again", "tuned"], here);
    expect(compared.stdout).not.toContain("Conv2d");
  });

  it.each([
    [
      "typo.txt",
      "new nn.Sequential(\n  new nn.Conv2D(1, 2, 3))",
      "typo.txt:2:3: there is no layer",
    ],
    [
      "seven.txt",
      "new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 7))",
      "a number for each",
    ],
    ["wide.ts", "new nn.Sequential(new nn.Flatten(), new nn.Linear(9, 10))", "x has 784 features"],
    ["huge.ts", "new nn.Linear(1e9, 1e9)", "huge.ts:1:1: a layer cannot have parameters"],
  ])("that does not fit is refused before anything is begun: %s", async (name, text, message) => {
    write(name, text);
    const refused = await fovea(["train", name, ...words, "--run", "refused"], here);
    expect(refused.stderr).toContain(message);
    expect(refused.code).not.toBe(0);
    expect(existsSync(join(folder.path, "runs", "refused"))).toBe(false);
  });

  it("that is not there says so", async () => {
    const missing = await fovea(["train", "nothing.ts", ...words], here);
    expect(missing.stderr).toContain("there is no file nothing.ts");
    const name = await fovea(["summary", "nothing"], here);
    expect(name.stderr).toContain("unknown model nothing");
  });
});

describe("a run of the studio", () => {
  it.each([
    ["of grey pictures", [1, 28, 28]],
    ["of pictures that were made larger and coloured", [3, 20, 24]],
  ] as const)("%s is tested to the same accuracy", async (_, inputShape) => {
    const run: RunSettings = {
      ...{ title: "from the page", inputShape, dataset: "sample", optimizer: "adam", lr: 0.01 },
      ...{ momentum: 0, weightDecay: 0, schedule: "none", epochs: 1, batchSize: 50, seed: 1 },
      network: `new nn.Sequential(
        new nn.Conv2d(${inputShape[0]}, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU(),
        new nn.AdaptiveAvgPool2d(4), new nn.Flatten(), new nn.Linear(64, 10),
      )`,
    };
    manualSeed(1);
    const sample = await data.fashionMnist({ sources: ["sample"] });
    const [learnt, test] = [sample.train, sample.test].map((part) =>
      data.toImageShape(part, inputShape),
    ) as [data.ImageDataset, data.ImageDataset];
    const model = checkpointModel(run, 10);
    const net = models.createModel(model.name, model.options);
    await train.fit(net, { data: learnt, optimizer: optim.adam({ lr: 0.01 }), epochs: 1 });
    const { accuracy } = await train.evaluate(net, test);
    const settings = checkpointSettings(run);
    const { classes } = learnt;
    const bytes = await train.encodeCheckpoint({ net, model, classes, settings });
    writeFileSync(join(folder.path, "page.safetensors"), bytes);

    const evaluated = await fovea(["evaluate", "page.safetensors", "--json"], here);
    expect(JSON.parse(evaluated.stdout).accuracy).toBe(accuracy);
    const named = ["evaluate", "page.safetensors", "--data", "fashion-mnist-sample"];
    expect((await fovea(named, here)).stdout).toContain(`${(100 * accuracy).toFixed(1)} %`);
    const seen = await fovea(
      ["predict", "--run", "./page.safetensors", "--test", "0", "--json"],
      here,
    );
    expect(JSON.parse(seen.stdout).truth).toBe(classes[test.labels[0] as number]);
  });
});
