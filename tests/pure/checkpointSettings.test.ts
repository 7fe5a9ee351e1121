// What the studio writes into its checkpoints is what the command reads from them.
import { describe, expect, it } from "vitest";
import { readSettings } from "../../cli/run/settings.ts";
import {
  checkpointModel,
  checkpointSettings,
  settingsOfCheckpoint,
} from "../../studio/src/engine/run/checkpointSettings.ts";
import type { RunSettings } from "../../studio/src/engine/run/types.ts";

const run: RunSettings = {
  title: "my first",
  network: "new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10))",
  inputShape: [1, 28, 28],
  dataset: "sample",
  optimizer: "adamw",
  lr: 0.002,
  momentum: 0.5,
  weightDecay: 0.01,
  schedule: "cosine",
  epochs: 7,
  batchSize: 32,
  seed: 3,
};
const usual: RunSettings = {
  ...run,
  ...{ title: "opened", optimizer: "sgd", lr: 0.1, momentum: 0, weightDecay: 0, schedule: "none" },
  ...{ epochs: 10, batchSize: 64, seed: 0, dataset: "sample" },
};

describe("the settings in a checkpoint of the studio", () => {
  it("are settings of the command", () => {
    expect(readSettings(checkpointSettings(run))).toMatchObject({
      model: "text",
      modelOptions: { text: run.network },
      data: "fashion-mnist-sample",
      optimizer: "adamw",
      lr: 0.002,
      momentum: 0.5,
      weightDecay: 0.01,
      schedule: "cosine",
      epochs: 7,
      batchSize: 32,
      seed: 3,
      normalize: "none",
    });
    expect(checkpointModel(run, 10)).toEqual({
      name: "text",
      options: { text: run.network, inChannels: 1, numClasses: 10, imageSize: [28, 28] },
    });
  });

  it("come back as they were", () => {
    expect(settingsOfCheckpoint(checkpointSettings(run), usual)).toEqual(run);
    const begun = { ...run, start: "xavier" } as const;
    expect(settingsOfCheckpoint(checkpointSettings(begun), usual)).toEqual(begun);
    const local = { ...run, dataset: "fashion-mnist" };
    expect(settingsOfCheckpoint(checkpointSettings(local), usual)).toEqual(local);
  });

  it("keep a network of the library, by its name", () => {
    const options = { width: 2, inChannels: 1, numClasses: 10, imageSize: [28, 28], inputSize: 96 };
    const known = { ...run, model: { name: "resnet18", options } };
    expect(readSettings(checkpointSettings(known))).toMatchObject({
      ...{ model: "resnet18", modelOptions: { width: 2 }, inputSize: 96 },
    });
    expect(settingsOfCheckpoint(checkpointSettings(known), { ...known, lr: 1 })).toEqual(known);
  });

  it("of the command, or hostile ones, are taken as far as the studio knows them", () => {
    const saved = { model: "lenet", data: "mnist", optimizer: "adadelta", lr: "1", epochs: -1 };
    expect(settingsOfCheckpoint(saved, usual)).toEqual({ ...usual, dataset: "mnist" });
    for (const nothing of [null, undefined, 3, "text", []])
      expect(settingsOfCheckpoint(nothing, usual)).toEqual(usual);
  });
});
