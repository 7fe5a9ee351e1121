// How long training waits for its data: LeNet on images that lie in the engine, LeNet and a small ResNet on folders of
// PNG files that are cropped and flipped at random while training goes on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backend, data, models, type nn, setBackend, type train } from "../src/index.ts";
import type { Benchmark, Measurement } from "./benchmark.ts";
import { compiledStep } from "./training.ts";

/** Steps at the start of each round that are not counted: what was made ahead in the meantime is used up in them. */
const lead = 8;

/** One way to train, and what it took: milliseconds a step, and of those waiting for the data. */
interface Way {
  readonly system: string;
  readonly batchSize: number;
  /** Steps of a round that are counted. */
  readonly steps: number;
  readonly step: train.TrainStep;
  readonly batches: AsyncIterator<train.Batch>;
  readonly finished: () => Promise<unknown>;
  readonly ms: number[];
  readonly waitedMs: number[];
}

interface WayOptions extends Pick<Way, "system" | "batchSize" | "steps"> {
  readonly net: nn.Module;
  readonly dataset: data.Dataset;
  /** Rounds, those of the warm-up included. */
  readonly rounds: number;
}

function wayOf({ net, dataset, rounds, ...rest }: WayOptions): Way {
  const { batchSize, steps } = rest;
  const order = orderOf(dataset.length, rounds * (lead + steps) * batchSize);
  const batches = data.isStreamed(dataset)
    ? dataset.batches(order, batchSize, { seed: 0, epoch: 0 })
    : indices(order, batchSize);
  const [parameter] = net.parameters();
  return {
    ...rest,
    step: compiledStep(net, dataset, batchSize),
    batches: batches[Symbol.asyncIterator](),
    // Reading a parameter waits for all steps.
    finished: async () => parameter?.data(),
    ms: [],
    waitedMs: [],
  };
}

/** Epoch after epoch, as one order: `fit` too lets the next epoch be made while one ends. */
function orderOf(images: number, length: number): Int32Array {
  const order = new Int32Array(length);
  for (let epoch = 0; epoch * images < length; epoch++) {
    const next = data.epochOrder(images, { seed: 0, epoch, shuffle: true });
    order.set(next.subarray(0, length - epoch * images), epoch * images);
  }
  return order;
}

async function* indices(order: Int32Array, batchSize: number): AsyncGenerator<Int32Array> {
  for (let i = 0; i < order.length; i += batchSize) yield order.subarray(i, i + batchSize);
}

async function runRound({ step, batches, finished, steps, ms, waitedMs }: Way): Promise<void> {
  let waited = 0;
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const since = performance.now();
      const { done, value } = await batches.next();
      waited += performance.now() - since;
      if (done === true) throw new Error("the images are at an end");
      step.run(value);
    }
    await finished();
  };
  await run(lead);
  waited = 0;
  const begin = performance.now();
  await run(steps);
  ms.push((performance.now() - begin) / steps);
  waitedMs.push(waited / steps);
}

/** Colour pictures with soft edges and a little noise: files of them are as large as those of small photographs. */
function colourSet(images: number, size: number): data.ImageDataset {
  const plane = size * size;
  const pixels = Uint8Array.from({ length: images * 3 * plane }, (_, i) => {
    const [image, channel, at] = [
      Math.floor(i / (3 * plane)),
      Math.floor(i / plane) % 3,
      i % plane,
    ];
    const [y, x] = [Math.floor(at / size), at % size];
    const shape = Math.sin((x + image) / (7 + channel)) * Math.cos((y - image) / 9);
    return 128 + 100 * shape + (Math.imul(i, 2654435761) >>> 28);
  });
  const labels = Uint8Array.from({ length: images }, (_, i) => i % 10);
  return data.fromArrays(pixels, labels, { imageShape: [3, size, size], name: "colour" });
}

/** The pictures as PNG files, read, cropped and flipped by worker threads. */
async function fromFolder(
  set: data.ImageDataset,
  folder: string,
  size: number,
  padding: number,
): Promise<data.TransformedDataset> {
  await data.exportFolder(set, folder);
  const { train: files } = await data.imageFolder(folder, { onProgress() {} });
  const { randomCrop, randomHorizontalFlip } = data.transforms;
  return data.transformed(files, [randomCrop(size, { padding }), randomHorizontalFlip()]);
}

export const loader: Benchmark = {
  name: "loader",
  summary: "Training from memory and from folders of PNG files: how long a step waits for its data",
  async run({ rounds, threads }): Promise<Measurement[]> {
    setBackend("wasm", { threads });
    const { train: set } = await data.fashionMnist({ sources: ["sample"] });
    const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
    const streams: data.TransformedDataset[] = [];
    try {
      const grey = await fromFolder(set, join(folder, "grey"), 28, 4);
      streams.push(grey);
      const colour = await fromFolder(colourSet(500, 72), join(folder, "colour"), 64, 0);
      streams.push(colour);
      const of = { batchSize: 256, steps: 40, rounds: rounds + 1 };
      const small = { inChannels: 3, width: 0.25 };
      const ways = [
        wayOf({ ...of, system: "LeNet, memory", net: models.lenet(), dataset: set }),
        wayOf({ ...of, system: "LeNet, PNG files", net: models.lenet(), dataset: grey }),
        wayOf({
          ...{ ...of, batchSize: 32, steps: 10 },
          system: "ResNet-18 / 4, PNG files",
          net: models.resnet18(small),
          dataset: colour,
        }),
      ];
      for (let round = 0; round <= rounds; round++) {
        for (const way of ways) await runRound(way);
        if (round > 0) continue;
        // The first round compiles and starts the threads.
        for (const { ms, waitedMs } of ways) [ms.length, waitedMs.length] = [0, 0];
      }
      const used = backend().capabilities.threads;
      return ways.map(({ system, batchSize, ms, waitedMs }) => {
        return { system, ms, waitedMs, perCall: batchSize, unit: "images/s", threads: used };
      });
    } finally {
      for (const stream of streams) stream.close();
      rmSync(folder, { recursive: true });
    }
  },
};
