// LeNet training at batch 256 on two threads: Fovea on wasm, and PyTorch in the same run if it is
// installed, in turns, after both have shown that they compute the same losses.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backend, type data, models, nn, optim, setBackend, Tensor, train } from "../src/index.ts";
import type { Benchmark, Measurement } from "./bench.ts";
import { findPytorch, PytorchPeer } from "./peers/pytorch.ts";

const images = 8192;
const batchSize = 256;

/** The bytes that the peer makes too. */
function dataset(): data.ImageDataset {
  const pixels = new Uint8Array(images * 784);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = Number((BigInt(i) * 2654435761n + 12345n) >> 7n) & 255;
  const labels = Uint8Array.from({ length: images }, (_, i) => ((i * 40503) >>> 5) % 10);
  return {
    name: "synthetic",
    images: pixels,
    labels,
    imageShape: [1, 28, 28],
    length: images,
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
  };
}

/** A training step as `fit` compiles it. */
function compiledStep(net: nn.Module, set: data.ImageDataset, size: number): train.TrainStep {
  return new train.TrainStep({
    net,
    optimizer: new optim.SGD(net.parameters(), { lr: 0.1 }),
    loss: nn.functional.crossEntropy,
    data: train.resident(set),
    classes: 10,
    totals: new train.Totals(),
    batchSize: size,
  });
}

/** The step of a new LeNet on the synthetic images. */
export function syntheticStep(size: number): train.TrainStep {
  return compiledStep(models.lenet(), dataset(), size);
}

/** Steps on consecutive batches. */
function stepper(net: nn.Module, set: data.ImageDataset): () => void {
  const step = compiledStep(net, set, batchSize);
  let at = 0;
  return () => {
    const start = (at++ % (images / batchSize)) * batchSize;
    step.run(Int32Array.from({ length: batchSize }, (_, i) => start + i));
  };
}

/** Losses of the first steps, recorded one by one, from the given parameters. */
async function losses(net: nn.Module, set: data.ImageDataset, count: number): Promise<number[]> {
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const result: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = i * batchSize;
    const pixels = Float32Array.from(
      set.images.subarray(from * 784, (from + batchSize) * 784),
      (x) => x / 255,
    );
    const x = Tensor.from(pixels, { shape: [batchSize, 1, 28, 28] });
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
    const values = new Float32Array(tensor.numel);
    for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(offset + i * 4);
    offset += values.byteLength;
    state.set(name, Tensor.from(values, { shape: tensor.shape }));
  }
  net.loadStateDict(state);
}

export const lenetTrain: Benchmark = {
  name: "lenet-train",
  summary: "LeNet, one training step at batch 256",
  async run({ rounds, threads, note }): Promise<Measurement[]> {
    setBackend("wasm", { threads });
    const set = dataset();
    const python = findPytorch();
    const peer = python === undefined ? null : new PytorchPeer(python, "./lenet.py");
    if (peer === null) note("PyTorch is not installed: only Fovea is measured");
    const net = models.lenet();
    if (peer !== null) {
      await peer.ask("setup", threads, batchSize);
      const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
      const path = join(folder, "weights.bin");
      await peer.ask("weights", path);
      load(net, readFileSync(path));
      rmSync(folder, { recursive: true });
      const theirs = (await peer.ask<{ losses: number[] }>("losses", 8)).losses;
      const ours = await losses(net, set, 8);
      const drift = Math.max(...ours.map((loss, i) => Math.abs(loss / (theirs[i] as number) - 1)));
      if (!(drift < 1e-4))
        throw new Error(`the first losses differ by ${drift}: not the same work`);
      note(`first eight losses agree with PyTorch's to ${drift.toExponential(1)}`);
    }
    const step = stepper(net, set);
    const timeOurs = async (count: number): Promise<number> => {
      const begin = performance.now();
      for (let i = 0; i < count; i++) step();
      return (performance.now() - begin) / count;
    };
    await timeOurs(60);
    await peer?.ask("time", 40);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await timeOurs(80));
      if (peer !== null) theirs.push((await peer.ask<{ ms: number }>("time", 80)).ms);
    }
    peer?.stop();
    const result: Measurement[] = [
      {
        system: "wasm",
        ms: ours,
        perCall: batchSize,
        unit: "images/s",
        threads: backend().capabilities.threads,
      },
    ];
    if (theirs.length > 0)
      result.push({ system: "pytorch", ms: theirs, perCall: batchSize, unit: "images/s", threads });
    return result;
  },
};
