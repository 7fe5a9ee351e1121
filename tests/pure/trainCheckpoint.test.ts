// Checkpoint files: what is written is read back, and nothing in a file is trusted.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { readSafetensors, writeSafetensors } from "../../src/interop/safetensors.ts";
import { Linear, Sequential } from "../../src/nn/index.ts";
import { Adam, ExponentialMovingAverage, SGD } from "../../src/optim/index.ts";
import { FormatError } from "../../src/tensor/errors.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  restore,
  saveCheckpoint,
  type TrainState,
} from "../../src/train/index.ts";

beforeAll(() => {
  setBackend("reference");
});

const model = { name: "tiny", options: { width: 3 } };
const progress: TrainState = {
  epoch: 1,
  step: 6,
  stepInEpoch: 2,
  seed: 9,
  batchSize: 4,
  accumulate: 1,
  shuffle: true,
  images: 16,
  lossSum: Math.fround(0.1),
  correct: 7,
  secondsInEpoch: 0.5,
  history: [
    {
      epoch: 1,
      step: 4,
      loss: 0.5,
      accuracy: 0.75,
      validationLoss: null,
      validationAccuracy: null,
      seconds: 1,
      imagesPerSecond: 16,
      lr: 0.1,
    },
  ],
};
const tiny = () => new Sequential({ first: new Linear(2, 3), second: new Linear(3, 1) });

async function stepped() {
  const net = tiny();
  const optimizer = new Adam(net.parameters(), { lr: 0.1 });
  net
    .forward(Tensor.from([[1, 2]]))
    .sum()
    .backward();
  optimizer.step();
  return { net, optimizer };
}

describe("checkpoint", () => {
  it("restores network, optimizer and progress to the same bits", async () => {
    const { net, optimizer } = await stepped();
    const checkpoint = decodeCheckpoint(
      await encodeCheckpoint({ net, optimizer, progress, model, classes: ["a", "b"] }),
    );
    expect(checkpoint).toMatchObject({ model, progress, classes: ["a", "b"] });
    expect([...checkpoint.tensors.keys()].toSorted().slice(0, 3)).toEqual([
      "model.first.bias",
      "model.first.weight",
      "model.second.bias",
    ]);
    expect(checkpoint.tensors.has("optimizer.second.weight.expAvgSq")).toBe(true);
    const other = tiny();
    const otherOptimizer = new Adam(other.parameters(), { lr: 3 });
    restore(other, otherOptimizer, checkpoint);
    for (const [name, variable] of net.stateDict()) {
      expect(await other.stateDict().get(name)?.data()).toEqual(await variable.data());
    }
    const [ours, theirs] = [optimizer.stateDict(), otherOptimizer.stateDict()];
    expect([theirs.paramGroups, theirs.steps]).toEqual([ours.paramGroups, ours.steps]);
    for (const [name, value] of ours.tensors)
      expect(await theirs.tensors.get(name)?.data()).toEqual(await value.data());
  });

  it("can hold the network alone", async () => {
    const { net, optimizer } = await stepped();
    const checkpoint = decodeCheckpoint(await encodeCheckpoint({ net, model, classes: [] }));
    restore(tiny(), null, checkpoint);
    expect(() => restore(tiny(), optimizer, checkpoint)).toThrow(/holds no optimizer/);
    const ema = new ExponentialMovingAverage(net);
    expect(() => restore(net, null, checkpoint, ema)).toThrow(/holds no average/);
  });

  it("refuses another network, listing every difference, and changes nothing", async () => {
    const { net, optimizer } = await stepped();
    const checkpoint = decodeCheckpoint(
      await encodeCheckpoint({ net, optimizer, model, classes: [] }),
    );
    const other = new Sequential({ first: new Linear(2, 4), third: new Linear(4, 1) });
    const before = await other.parameters()[0]?.data();
    let message = "";
    try {
      restore(other, null, checkpoint);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      message = error.message;
    }
    expect(message).toMatchInlineSnapshot(`
      "restore: the checkpoint is of another network or optimizer
        shape        model.first.weight [3, 2], needed [4, 2]
        shape        model.first.bias [3], needed [4]
        missing      model.third.weight [1, 4]
        missing      model.third.bias [1]
        unexpected   model.second.weight [1, 3]
        unexpected   model.second.bias [1]
        hint         it was saved from model "tiny""
    `);
    expect(await other.parameters()[0]?.data()).toEqual(before);
    const wrong = new SGD(net.parameters(), { lr: 0.1 });
    expect(() => restore(net, wrong, checkpoint)).toThrow(FormatError);
  });

  it("refuses descriptions that are not sound, naming the field", async () => {
    const { net, optimizer } = await stepped();
    const bytes = await encodeCheckpoint({ net, optimizer, progress, model, classes: ["a"] });
    const { tensors, metadata } = readSafetensors(bytes);
    const good = JSON.parse(metadata.fovea as string);
    const changed = (change: object) =>
      writeSafetensors(tensors as never, { fovea: JSON.stringify({ ...good, ...change }) });
    const cases: [object, RegExp][] = [
      [{ format: "other" }, /format is not as expected/],
      [{ version: 1 }, /version is not as expected/],
      [{ model: { name: 3, options: {} } }, /model\.name is not as expected/],
      [{ classes: "abc" }, /classes is not as expected/],
      [{ progress: { ...progress, stepInEpoch: 5 } }, /stepInEpoch is not as expected/],
      [{ progress: { ...progress, step: 7 } }, /step is not as expected/],
      [{ progress: { ...progress, batchSize: 0 } }, /batchSize is not as expected/],
      [{ progress: { ...progress, accumulate: 0 } }, /accumulate is not as expected/],
      [{ ema: { options: { decay: 0.9 }, updates: 1 } }, /ema\.options\.warmUp is not as expected/],
      [{ progress: { ...progress, lossSum: null } }, /lossSum is not as expected/],
      [{ progress: { ...progress, history: [{}] } }, /history\[0\]\.epoch is not as expected/],
      [
        { optimizer: { ...good.optimizer, steps: [-1] } },
        /optimizer\.steps\[0\] is not as expected/,
      ],
      [
        { optimizer: { ...good.optimizer, paramGroups: [{ params: [0, 1, 2, 3], options: {} }] } },
        /optimizer\.paramGroups\[0\]\.options\.lr is not as expected/,
      ],
      [
        { optimizer: { ...good.optimizer, paramGroups: [] } },
        /optimizer\.paramGroups is not as expected/,
      ],
    ];
    for (const [change, message] of cases) {
      expect(() => decodeCheckpoint(changed(change))).toThrow(FormatError);
      expect(() => decodeCheckpoint(changed(change))).toThrow(message);
    }
    expect(() => decodeCheckpoint(writeSafetensors(tensors as never, { fovea: "{" }))).toThrow(
      /not JSON/,
    );
    expect(() => decodeCheckpoint(writeSafetensors(tensors as never))).toThrow(
      /not a checkpoint of Fovea/,
    );
  });

  it("cut anywhere is a FormatError", async () => {
    const { net } = await stepped();
    const bytes = await encodeCheckpoint({ net, model, classes: [] });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(FormatError);
    }
  });

  it("says which file cannot be read or written", async () => {
    await expect(loadCheckpoint("/nowhere/last.safetensors")).rejects.toThrow(
      /there is no checkpoint \/nowhere\/last/,
    );
    const saving = saveCheckpoint("/nowhere/last.safetensors", { net: tiny(), model, classes: [] });
    await expect(saving).rejects.toThrow(/cannot write last.safetensors/);
  });
});
