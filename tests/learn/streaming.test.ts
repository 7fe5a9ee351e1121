// Training on data that is read and transformed while it goes on: the same bits as in memory, with any number of
// workers, and after a stop in the middle of an epoch.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import * as data from "../../src/data/index.ts";
import { sgd } from "../../src/optim/index.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { parseInfo } from "../../src/train/checkpointInfo.ts";
import {
  type Callback,
  checkpointCallback,
  DivergedError,
  type EpochRecord,
  evaluate,
  type FitOptions,
  loadCheckpoint,
  mixup,
  restore,
  fit as runFit,
} from "../../src/train/index.ts";
import { barNet, bars, valuesOf } from "./toy.ts";

const { randomCrop, randomHorizontalFlip, normalize } = data.transforms;

let folder = "";
beforeAll(async () => {
  setBackend("wasm");
  folder = await mkdtemp(join(tmpdir(), "fovea-stream-"));
});
afterAll(() => rm(folder, { recursive: true }));

const train = bars(50, 1);
const validation = bars(20, 2);
const factory = sgd({ lr: 0.05, momentum: 0.9 });
const settings = { epochs: 3, batchSize: 8, seed: 5, optimizer: factory };
const model = { name: "bars", options: {} };
const augmentations = [randomCrop(8, { padding: 1 }), randomHorizontalFlip()];

function augmented(workers: number): data.TransformedDataset {
  return data.transformed(train, augmentations, { workers });
}

/** Everything that must be the same, after training from the same start. */
async function outcome(options: FitOptions): Promise<unknown> {
  const net = barNet();
  const { epochs } = await runFit(net, options);
  return { epochs: epochs.map(withoutTimes), values: await valuesOf(net) };
}

async function* failing(): AsyncGenerator<data.ImageBatch, void, void> {
  yield* [];
  throw new Error("the disk is gone");
}

function withoutTimes({ seconds: _, imagesPerSecond: __, ...results }: EpochRecord): object {
  return results;
}

describe("a streamed data set", () => {
  for (const workers of [0, 1]) {
    it(`learns the same bits as one in memory, ${workers} workers`, async () => {
      const streamed = data.transformed(train, [], { workers });
      const held = data.transformed(validation, [], { workers });
      const inMemory = await outcome({ ...settings, data: train, validation });
      expect(await outcome({ ...settings, data: streamed, validation: held })).toEqual(inMemory);
      streamed.close();
      held.close();
    });
  }

  it("does so with several batches in a step, and mixed images", async () => {
    const more = { ...settings, batchSize: 4, accumulate: 3, mix: mixup(0.3) };
    const inMemory = await outcome({ ...more, data: train });
    const streamed = data.transformed(train, [], { workers: 1, prefetch: 2 });
    expect(await outcome({ ...more, data: streamed })).toEqual(inMemory);
    streamed.close();
  });

  it("gives the same bits whatever the number of workers, and others than without transforms", async () => {
    const [none, one, three] = [augmented(0), augmented(1), augmented(3)];
    const expected = await outcome({ ...settings, data: none });
    expect(await outcome({ ...settings, data: one })).toEqual(expected);
    expect(await outcome({ ...settings, data: three })).toEqual(expected);
    expect(await outcome({ ...settings, data: train })).not.toEqual(expected);
    one.close();
    three.close();
  });

  it("goes on in the middle of an epoch with the same bits, without making what came before", async () => {
    const whole = await outcome({ ...settings, data: augmented(0) });
    const controller = new AbortController();
    const stop: Callback = {
      everySteps: 1,
      onStep: ({ step }) => (step === 10 ? controller.abort() : undefined),
    };
    const callbacks = [stop, checkpointCallback({ folder, model })];
    const first = augmented(1);
    await runFit(barNet(), { ...settings, data: first, callbacks, signal: controller.signal });
    first.close();

    const checkpoint = await loadCheckpoint(join(folder, "last.safetensors"));
    const { progress } = checkpoint;
    if (progress === null) throw new Error("no progress was saved");
    expect(progress.stepInEpoch).toBe(3);
    const net = barNet(99);
    const optimizer = factory(net.parameters());
    restore(net, optimizer, checkpoint);
    const asked: number[] = [];
    const second = augmented(1);
    const spied: data.StreamedDataset = {
      ...second,
      batches(order, batchSize, random) {
        asked.push(order.length);
        return second.batches(order, batchSize, random);
      },
    };
    const { epochs } = await runFit(net, { ...settings, data: spied, optimizer, resume: progress });
    expect({ epochs: epochs.map(withoutTimes), values: await valuesOf(net) }).toEqual(whole);
    expect(asked).toEqual([50 - 3 * 8, 50]);
    second.close();
  });

  it("goes on with the same bits where a sampler takes images several times", async () => {
    const sampler = data.weightedRandomSampler(new Array(50).fill(1), { numSamples: 50 });
    const sampled = { ...settings, sampler };
    const whole = await outcome({ ...sampled, data: augmented(0) });
    const controller = new AbortController();
    const stop: Callback = {
      everySteps: 1,
      onStep: ({ step }) => (step === 12 ? controller.abort() : undefined),
    };
    const callbacks = [stop, checkpointCallback({ folder, model })];
    const stream = augmented(1);
    const { signal } = controller;
    await runFit(barNet(), { ...sampled, data: stream, callbacks, signal });
    const checkpoint = await loadCheckpoint(join(folder, "last.safetensors"));
    const net = barNet(99);
    const optimizer = factory(net.parameters());
    restore(net, optimizer, checkpoint);
    const resume = checkpoint.progress;
    if (resume === null) throw new Error("no progress was saved");
    const { epochs } = await runFit(net, { ...sampled, data: stream, optimizer, resume });
    expect({ epochs: epochs.map(withoutTimes), values: await valuesOf(net) }).toEqual(whole);
    stream.close();
  });

  it("is made for the next epoch before this one is evaluated, and told of where it fails", async () => {
    for (const workers of [0, 1]) {
      const stream = augmented(workers);
      const events: string[] = [];
      const spied: data.StreamedDataset = {
        ...stream,
        batches(order, batchSize, random) {
          events.push(`images of ${random.epoch + 1}`);
          const wrong = random.epoch === 2 ? failing() : null;
          return wrong ?? stream.batches(order, batchSize, random);
        },
      };
      const log: Callback = {
        onBeforeEvaluation: ({ epoch }) => void events.push(`evaluation of ${epoch}`),
      };
      const run = runFit(barNet(), { ...settings, data: spied, validation, callbacks: [log] });
      await expect(run).rejects.toThrow("the disk is gone");
      expect(events).toEqual([
        ...["images of 1", "images of 2", "evaluation of 1"],
        ...["images of 3", "evaluation of 2"],
      ]);
      stream.close();
    }
  });

  it("finds the step at which training diverged by making its batches again", async () => {
    const errors: DivergedError[] = [];
    for (const dataset of [train, data.transformed(train, [], { workers: 1 })]) {
      const diverging = { ...settings, data: dataset, optimizer: sgd({ lr: 1e20 }) };
      const error = await runFit(barNet(), diverging).catch((cause: unknown) => cause);
      if (!(error instanceof DivergedError)) throw error;
      errors.push(error);
    }
    const [inMemory, streamed] = errors as [DivergedError, DivergedError];
    expect(streamed.step).toBe(inMemory.step);
    expect(streamed.layer).toBe(inMemory.layer);
  });

  it("is refused where its batches are not what they should be", async () => {
    const good = data.transformed(train, [], { workers: 0 });
    const first = { images: new Uint8Array(8 * 64), labels: new Int32Array(8) };
    const wrong: Record<string, data.ImageBatch> = {
      "label 2 of a batch is no class": { ...first, labels: first.labels.with(3, 2) },
      "label -1 of a batch is no class": { ...first, labels: first.labels.with(0, -1) },
      "labels   7": { ...first, labels: first.labels.subarray(1) },
      "images   511 bytes": { ...first, images: first.images.subarray(1) },
    };
    for (const [reason, batch] of Object.entries(wrong)) {
      const own: data.StreamedDataset = {
        ...good,
        async *batches() {
          yield batch;
        },
      };
      await expect(runFit(barNet(), { ...settings, data: own })).rejects.toThrow(reason);
      await expect(evaluate(barNet(), own, { batchSize: 8 })).rejects.toThrow(reason);
    }
    const short: data.StreamedDataset = {
      ...good,
      async *batches() {
        yield first;
      },
    };
    await expect(runFit(barNet(), { ...settings, data: short })).rejects.toThrow("needed 8");
    await expect(evaluate(barNet(), short, { batchSize: 8 })).rejects.toThrow(
      "42 images did not come",
    );
  });

  it("is evaluated like one in memory, over batches that do not fill up", async () => {
    const net = barNet();
    const streamed = data.transformed(validation, [], { workers: 1 });
    const options = { batchSize: 7, topK: [1] };
    expect(await evaluate(net, streamed, options)).toEqual(
      await evaluate(net, validation, options),
    );
    streamed.close();
  });
});

describe("normalisation", () => {
  const normalization = { mean: 0.25, std: 0.5 };

  it("is done in the engine, for both kinds of data", async () => {
    const normalized = { ...train, normalize: normalization };
    const streamed = data.transformed(train, [normalize(0.25, 0.5)], { workers: 0 });
    expect(streamed.normalize).toEqual(normalization);
    const loader = new data.DataLoader(normalized, { batchSize: 5 });
    const [[x]] = [...loader] as [[Tensor, Tensor]];
    const expected = Array.from(train.images.subarray(0, 5 * 64), (n) => (n / 255 - 0.25) / 0.5);
    const found = Array.from(await x.data());
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
    for await (const [batch] of new data.DataLoader(streamed, { batchSize: 5 })) {
      expect(Array.from(await batch.data())).toEqual(found);
      break;
    }
    expect(await outcome({ ...settings, data: streamed })).toEqual(
      await outcome({ ...settings, data: normalized }),
    );
  });

  it("takes one number for each channel", async () => {
    const images = Uint8Array.of(0, 255, 51, 102, 255, 0);
    const shape = { imageShape: [3, 1, 2] as const, classes: ["a"] };
    const given = data.fromArrays([images], [0], shape);
    const dataset = { ...given, normalize: { mean: [0.5, 0.2, 0], std: [0.5, 0.1, 1] } };
    const [[x]] = [...new data.DataLoader(dataset)] as [[Tensor, Tensor]];
    const expected = [-1, 1, 0, 2, 1, 0];
    for (const [i, value] of (await x.data()).entries())
      expect(value).toBeCloseTo(expected[i] ?? 9, 5);
  });

  it("is kept in the checkpoint", async () => {
    const normalized = { ...train, normalize: normalization };
    const callbacks = [checkpointCallback({ folder, model })];
    await runFit(barNet(), { ...settings, epochs: 1, data: normalized, callbacks });
    const checkpoint = await loadCheckpoint(join(folder, "last.safetensors"));
    expect(checkpoint.normalize).toEqual(normalization);
  });

  it("is checked where a checkpoint is read; files of before have none", () => {
    const info = { format: "fovea checkpoint", version: 2, model, classes: ["a"] };
    const rest = { progress: null, optimizer: null, ema: null };
    const read = (more: object) => parseInfo(JSON.stringify({ ...info, ...rest, ...more }), "file");
    expect(read({}).normalize).toBe(null);
    expect(read({ normalize: { mean: [0, 0.5], std: 1 } }).normalize).toEqual({
      mean: [0, 0.5],
      std: 1,
    });
    expect(() => read({ normalize: { mean: 0, std: 0 } })).toThrow("normalize.std");
    expect(() => read({ normalize: { mean: ["0"], std: 1 } })).toThrow("normalize.mean[0]");
  });

  it("is refused where it does not fit the channels", async () => {
    const wrong = { ...train, normalize: { mean: [0.1, 0.2, 0.3], std: 1 } };
    await expect(
      runFit(barNet(), { ...settings, data: wrong }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
      [DataError: bars: the images cannot be normalised
        mean       [0.1,0.2,0.3]
        channels   1
        hint       give one number, or one for each channel; std is above 0]
    `);
  });
});

describe("DataLoader", () => {
  it("gives the batches of a streamed data set, for those who wait", async () => {
    const streamed = data.transformed(train, [], { workers: 0 });
    const options = { batchSize: 16, shuffle: true, seed: 3, dropLast: true };
    const inMemory = [...new data.DataLoader(train, options)];
    const batches: [Tensor, Tensor][] = [];
    for await (const batch of new data.DataLoader(streamed, options)) batches.push(batch);
    expect(batches.length).toBe(3);
    for (const [i, [x, y]] of batches.entries()) {
      const [expectedX, expectedY] = inMemory[i] as [Tensor, Tensor];
      expect(await x.data()).toEqual(await expectedX.data());
      expect(await y.data()).toEqual(await expectedY.data());
    }
    expect(() => [...new data.DataLoader(streamed, options)]).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: DataLoader: the images of a streamed data set must be waited for
        hint     for await (const [x, y] of loader)]
    `);
  });
});
