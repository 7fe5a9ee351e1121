// How long training waits for its data: LeNet on images that lie in the engine, on the same ones in memory but
// cropped and flipped at random, and on PNG files.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backend, data, models, setBackend, type train } from "../src/index.ts";
import type { Benchmark, Measurement } from "./bench.ts";
import { compiledStep, syntheticSet } from "./training.ts";

const batchSize = 256;
const images = 8192;
const steps = images / batchSize;

/** One way to get the data, and what it took: milliseconds a step, and of those waiting for the data. */
interface Way {
  readonly system: string;
  readonly dataset: data.Dataset;
  readonly step: train.TrainStep;
  readonly wait: () => Promise<unknown>;
  readonly ms: number[];
  readonly waitedMs: number[];
}

function wayOf(system: string, dataset: data.Dataset): Way {
  const net = models.lenet();
  const step = compiledStep(net, dataset, batchSize);
  const [parameter] = net.parameters();
  // Reading a parameter waits for all steps.
  const wait = async (): Promise<unknown> => parameter?.data();
  return { system, dataset, step, wait, ms: [], waitedMs: [] };
}

/** An epoch. Starting a stream counts as waiting. */
async function runEpoch({ dataset, step, wait, ms, waitedMs }: Way, epoch: number): Promise<void> {
  const order = data.epochOrder(images, { seed: 0, epoch, shuffle: true });
  const begin = performance.now();
  let waited = 0;
  if (data.isStreamed(dataset)) {
    let since = begin;
    for await (const batch of dataset.batches(order, batchSize, { seed: 0, epoch })) {
      waited += performance.now() - since;
      step.run(batch);
      since = performance.now();
    }
  } else {
    for (let i = 0; i < steps; i++) step.run(order.subarray(i * batchSize, (i + 1) * batchSize));
  }
  await wait();
  ms.push((performance.now() - begin) / steps);
  waitedMs.push(waited / steps);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

export const loader: Benchmark = {
  name: "loader",
  summary: "LeNet at batch 256, 28 × 28: share of the time that a step waits for its data",
  async run({ rounds, threads, note }): Promise<Measurement[]> {
    setBackend("wasm", { threads });
    const set = syntheticSet({ images, size: 28 });
    const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
    const { randomCrop, randomHorizontalFlip } = data.transforms;
    const changes = [randomCrop(28, { padding: 4 }), randomHorizontalFlip()];
    const streams: data.TransformedDataset[] = [];
    try {
      await data.exportFolder(set, join(folder, "png"));
      const { train: files } = await data.imageFolder(join(folder, "png"));
      const augmented = data.transformed(set, changes);
      const png = data.transformed(files, []);
      streams.push(augmented, png);

      const ways = [wayOf("resident", set), wayOf("augmented", augmented), wayOf("png", png)];
      for (const way of ways) {
        await runEpoch(way, 0);
        way.ms.length = 0;
        way.waitedMs.length = 0;
      }
      for (let round = 1; round <= rounds; round++)
        for (const way of ways) await runEpoch(way, round);
      for (const { system, ms, waitedMs } of ways.slice(1)) {
        const share = (100 * sum(waitedMs)) / sum(ms);
        note(`${system}: waits ${share.toFixed(1)} % of the time for data`);
      }
      const used = backend().capabilities.threads;
      return ways.map(({ system, ms }) => {
        return { system, ms, perCall: batchSize, unit: "images/s", threads: used };
      });
    } finally {
      for (const stream of streams) stream.close();
      rmSync(folder, { recursive: true });
    }
  },
};
