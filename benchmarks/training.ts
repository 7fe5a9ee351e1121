// Training steps on two threads: Fovea on wasm, and PyTorch in the same run if it is installed, in turns, after
// both have shown that they compute the same losses.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backend, data, models, nn, optim, setBackend, Tensor, train } from "../src/index.ts";
import type { Benchmark, Measurement } from "./bench.ts";
import { findPytorch, PytorchPeer } from "./peers/pytorch.ts";

/** What is trained, and for how long. */
interface Work {
  readonly model: "lenet" | "resnet18";
  readonly batchSize: number;
  readonly images: number;
  /** Height and width of the grey images. */
  readonly size: number;
  /** Steps before anything is timed, and in each round. */
  readonly warmUp: number;
  readonly steps: number;
  /** How many losses are compared, and how far they may drift apart. */
  readonly compared: number;
  readonly drift: number;
}

const lenetWork: Work = {
  model: "lenet",
  batchSize: 256,
  images: 8192,
  size: 28,
  warmUp: 60,
  steps: 80,
  compared: 8,
  drift: 1e-4,
};

/** The bytes that the peer makes too. */
export function syntheticSet({ images, size }: Pick<Work, "images" | "size">): data.ImageDataset {
  const pixels = new Uint8Array(images * size * size);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = Number((BigInt(i) * 2654435761n + 12345n) >> 7n) & 255;
  const labels = Uint8Array.from({ length: images }, (_, i) => ((i * 40503) >>> 5) % 10);
  return {
    name: "synthetic",
    images: pixels,
    labels,
    imageShape: [1, size, size],
    length: images,
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
  };
}

/** A training step as `fit` compiles it. */
export function compiledStep(net: nn.Module, set: data.Dataset, size: number): train.TrainStep {
  return new train.TrainStep({
    net,
    optimizer: new optim.SGD(net.parameters(), { lr: 0.1 }),
    loss: nn.functional.crossEntropy,
    data: data.isStreamed(set) ? set : train.resident(set),
    classes: 10,
    totals: new train.Totals(),
    batchSize: size,
  });
}

/** The step of a new LeNet on the synthetic images. */
export function syntheticStep(batchSize: number): train.TrainStep {
  return compiledStep(models.lenet(), syntheticSet(lenetWork), batchSize);
}

/** Steps on consecutive batches. */
function stepper(net: nn.Module, set: data.ImageDataset, { images, batchSize }: Work): () => void {
  const step = compiledStep(net, set, batchSize);
  let at = 0;
  return () => {
    const start = (at++ % (images / batchSize)) * batchSize;
    step.run(Int32Array.from({ length: batchSize }, (_, i) => start + i));
  };
}

/** Losses of the first steps, recorded one by one, from the given parameters. */
async function losses(
  net: nn.Module,
  set: data.ImageDataset,
  { batchSize, size, compared }: Work,
): Promise<number[]> {
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const result: number[] = [];
  for (let i = 0; i < compared; i++) {
    const from = i * batchSize;
    const pixels = Float32Array.from(
      set.images.subarray(from * size * size, (from + batchSize) * size * size),
      (x) => x / 255,
    );
    const x = Tensor.from(pixels, { shape: [batchSize, 1, size, size] });
    const y = Tensor.from(Int32Array.from(set.labels.subarray(from, from + batchSize)));
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    result.push(await loss.item());
  }
  return result;
}

function load(net: nn.Module, bytes: Buffer): void {
  let offset = 0;
  const state = new Map<string, Tensor>();
  for (const [name, tensor] of net.stateDict()) {
    if (tensor.dtype !== "float32") {
      state.set(name, tensor);
      continue;
    }
    const values = new Float32Array(tensor.numel);
    for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(offset + i * 4);
    offset += values.byteLength;
    state.set(name, Tensor.from(values, { shape: tensor.shape }));
  }
  net.loadStateDict(state);
}

function trainingBenchmark(name: string, summary: string, work: Work): Benchmark {
  const { model, batchSize, images, size } = work;
  return {
    name,
    summary,
    async run({ rounds, threads, note }): Promise<Measurement[]> {
      setBackend("wasm", { threads });
      const set = syntheticSet(work);
      const python = findPytorch();
      const peer = python === undefined ? null : new PytorchPeer(python, "./training.py");
      if (peer === null) note("PyTorch is not installed: only Fovea is measured");
      const net = models.createModel(model);
      if (peer !== null) {
        await peer.ask("setup", model, threads, batchSize, images, size);
        const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
        const path = join(folder, "weights.bin");
        await peer.ask("weights", path);
        load(net, readFileSync(path));
        rmSync(folder, { recursive: true });
        const theirs = (await peer.ask<{ losses: number[] }>("losses", work.compared)).losses;
        const ours = await losses(net, set, work);
        const drift = Math.max(
          ...ours.map((loss, i) => Math.abs(loss / (theirs[i] as number) - 1)),
        );
        if (!(drift < work.drift))
          throw new Error(`the first losses differ by ${drift}: not the same work`);
        note(`first ${work.compared} losses agree with PyTorch's to ${drift.toExponential(1)}`);
      }
      const step = stepper(net, set, work);
      // Reading a parameter waits for all steps.
      const [parameter] = net.parameters();
      const timeOurs = async (count: number): Promise<number> => {
        const begin = performance.now();
        for (let i = 0; i < count; i++) step();
        await parameter?.data();
        return (performance.now() - begin) / count;
      };
      await timeOurs(work.warmUp);
      await peer?.ask("time", Math.ceil(work.warmUp / 2));
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await timeOurs(work.steps));
        if (peer !== null) theirs.push((await peer.ask<{ ms: number }>("time", work.steps)).ms);
      }
      peer?.stop();
      const unit = "images/s";
      const used = backend().capabilities.threads;
      const result: Measurement[] = [
        { system: "wasm", ms: ours, perCall: batchSize, unit, threads: used },
      ];
      if (theirs.length > 0)
        result.push({ system: "pytorch", ms: theirs, perCall: batchSize, unit, threads });
      return result;
    },
  };
}

export const lenetTrain = trainingBenchmark(
  "lenet-train",
  "LeNet, one training step at batch 256",
  lenetWork,
);

export const resnetTrain = trainingBenchmark(
  "resnet18-train",
  "ResNet-18, one training step on 16 grey images of 96 × 96",
  {
    model: "resnet18",
    batchSize: 16,
    images: 64,
    size: 96,
    warmUp: 6,
    steps: 5,
    compared: 3,
    drift: 1e-3,
  },
);
