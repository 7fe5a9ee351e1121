// Dropout: how much it leaves out, and that the same seed leaves out the same, forward and backward, in
// loops written by hand, in captured steps, in resumed trainings, with any number of threads.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BackendName, setBackend } from "../../src/backends.ts";
import { residentOf } from "../../src/data/resident.ts";
import {
  AlphaDropout,
  Conv2d,
  Dropout,
  Dropout1d,
  Dropout2d,
  Flatten,
  Linear,
  ReLU,
  Sequential,
} from "../../src/nn/index.ts";
import { alphaDropout, crossEntropy, dropout, dropout1d, dropout2d } from "../../src/ops/index.ts";
import { SGD, sgd } from "../../src/optim/index.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import { type Parameter, Tensor } from "../../src/tensor/tensor.ts";
import * as train from "../../src/train/index.ts";
import {
  checkpointCallback,
  loadCheckpoint,
  restore,
  Totals,
  TrainStep,
} from "../../src/train/index.ts";
import { bars, valuesOf } from "./toy.ts";

const count = 20_000;
const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe.each<BackendName>(["reference", "wasm"])("dropout on %s", (backend) => {
  beforeEach(() => {
    setBackend(backend);
    manualSeed(3);
  });

  it.each([0.1, 0.5, 0.8])("leaves out a share of %f, and keeps the mean", async (p) => {
    const y = await dropout(Tensor.ones([count]), { p }).data();
    const out = Array.from(y, (value) => Number(value === 0));
    // Five standard errors.
    expect(Math.abs(mean(out) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count));
    const kept = Array.from(y).filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - p))]));
    // Neighbours are independent: the product of two has the mean p².
    const both = out.slice(1).map((value, i) => value * (out[i] as number));
    expect(Math.abs(mean(both) - p * p)).toBeLessThan(0.02);
  });

  it("p = 0 leaves everything, p = 1 nothing, with the gradients to it", async () => {
    for (const p of [0, 1]) {
      const x = Tensor.from([1, -2, 3], { requiresGrad: true });
      const y = dropout(x, { p });
      y.sum().backward();
      expect(await y.array()).toEqual(p === 0 ? [1, -2, 3] : [0, 0, 0]);
      expect(await (x.grad as Tensor).array()).toEqual(p === 0 ? [1, 1, 1] : [0, 0, 0]);
      expect((await alphaDropout(x, { p }).array()).map(Math.abs)).toEqual(
        p === 0 ? [1, 2, 3] : [0, 0, 0],
      );
    }
  });

  it("the same seed leaves out the same, and each call something else", async () => {
    const x = Tensor.ones([64]);
    manualSeed(7);
    const [first, second] = [await dropout(x).array(), await dropout(x).array()];
    expect(second).not.toEqual(first);
    manualSeed(7);
    expect([await dropout(x).array(), await dropout(x).array()]).toEqual([first, second]);
  });

  it("backward leaves out what forward did, also when forward was read before", async () => {
    for (const isRead of [false, true]) {
      const leaf = Tensor.from(new Float32Array(200).fill(1), {
        shape: [40, 5],
        requiresGrad: true,
      });
      const y = dropout(leaf, { p: 0.3 });
      if (isRead) await y.data();
      y.sum().backward();
      expect(await (leaf.grad as Tensor).data()).toEqual(await y.data());
    }
  });

  it("dropout1d and dropout2d leave out whole channels", async () => {
    for (const [x, f] of [
      [Tensor.ones([50, 8, 6]), dropout1d],
      [Tensor.ones([50, 8, 2, 3]), dropout2d],
    ] as const) {
      const y = await f(x, { p: 0.25 }).data();
      const channels = Array.from({ length: 400 }, (_, c) => y.slice(c * 6, c * 6 + 6));
      for (const channel of channels) expect(new Set(channel).size).toBe(1);
      const out = channels.map(([value]) => Number(value === 0));
      expect(Math.abs(mean(out) - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 400));
    }
  });

  it("alphaDropout keeps mean 0 and variance 1", async () => {
    const x = Tensor.from(Float32Array.from({ length: count }, (_, i) => Math.sin(i) * Math.SQRT2));
    const y = Array.from(await alphaDropout(x, { p: 0.3 }).data());
    const average = mean(y);
    expect(Math.abs(average)).toBeLessThan(0.05);
    expect(Math.abs(mean(y.map((value) => (value - average) ** 2)) - 1)).toBeLessThan(0.05);
  });

  it("is the identity in evaluation", async () => {
    const x = Tensor.from([1, 2, 3]);
    for (const layer of [new Dropout(), new AlphaDropout(0.9)])
      expect(await layer.eval().forward(x).array()).toEqual([1, 2, 3]);
    expect(await dropout(x, { training: false }).array()).toEqual([1, 2, 3]);
  });
});

describe("dropout", () => {
  beforeEach(() => {
    setBackend("reference");
  });

  it("prints its probability, and refuses what is none", () => {
    expect([new Dropout(), new Dropout1d(0.1), new Dropout2d(0.2)].map(String)).toEqual([
      "Dropout(p 0.5)",
      "Dropout1d(p 0.1)",
      "Dropout2d(p 0.2)",
    ]);
    expect(() => new Dropout(1.5)).toThrow(/Dropout: p is 1.5/);
    expect(() => new Dropout2d(Number.NaN)).toThrow(/Dropout2d: p is NaN/);
    expect(() => dropout(Tensor.ones([1]), { p: -1 })).toThrow(/dropout: p is -1/);
    expect(() => new Dropout2d().forward(Tensor.ones([2, 3]))).toThrow(/dropout2d: x has 2 axes/);
    expect(() => dropout(Tensor.ones([1]), { prob: 1 } as object)).toThrow(/unknown option/);
  });

  it("leaves out the same on every backend", async () => {
    const found: unknown[] = [];
    for (const name of ["reference", "wasm"] as const) {
      setBackend(name);
      manualSeed(11);
      found.push(await dropout(Tensor.ones([5, 33]), { p: 0.5 }).array());
    }
    expect(found[1]).toEqual(found[0]);
  });
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-dropout-"));
});
afterAll(() => rm(folder, { recursive: true }));

function dropNet(seed = 1): Sequential {
  manualSeed(seed);
  return new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }),
    new ReLU(),
    new Dropout2d(0.25),
    new Flatten(),
    new Linear(256, 8),
    new ReLU(),
    new Dropout(0.4),
    new Linear(8, 2),
  );
}

const data = bars(50, 1);
const settings = { data, epochs: 3, batchSize: 8, seed: 5, optimizer: sgd({ lr: 0.05 }) };

describe("training with dropout", () => {
  beforeEach(() => {
    setBackend("wasm");
  });

  it("leaves out others at each step", async () => {
    const net = new Sequential(new Flatten(), new Dropout(0.5), new Linear(64, 2));
    const step = new TrainStep({
      net,
      optimizer: new SGD(net.parameters(), { lr: 0.1 }),
      loss: crossEntropy,
      data: residentOf(data),
      classes: 2,
      totals: new Totals(),
      batchSize: 1,
    });
    // One image and weights of 0: the first update is 0 where the pixel was left out.
    const weight = net.parameters()[0] as Parameter;
    const leftOut = async () => {
      weight.write(new Float32Array(128));
      step.run(Int32Array.of(0));
      return Array.from(await weight.data(), (value) => value === 0);
    };
    const [first, second] = [await leftOut(), await leftOut()];
    expect(first).not.toEqual(second);
    expect(mean(first.map(Number))).toBeGreaterThan(0.25);
    expect(mean(first.map(Number))).toBeLessThan(0.75);
  });

  it("gives the same bits for the same seed, whatever was drawn before, and with any number of threads", async () => {
    const run = async (threads: number, seed = 5) => {
      setBackend("wasm", { threads });
      const net = dropNet();
      manualSeed(threads);
      await train.fit(net, { ...settings, seed });
      return valuesOf(net);
    };
    const first = await run(1);
    expect(await run(2)).toEqual(first);
    expect(await run(3)).toEqual(first);
    expect(await run(1, 6)).not.toEqual(first);
    setBackend("wasm", { threads: 1 });
  });

  // 7 steps an epoch: in the middle of one, and after its last step.
  it.each([4, 7])(
    "stopped after step %i and resumed, ends with the bits of an uninterrupted run",
    async (at) => {
      const whole = dropNet();
      await train.fit(whole, settings);
      const controller = new AbortController();
      await train.fit(dropNet(), {
        ...settings,
        signal: controller.signal,
        callbacks: [
          {
            everySteps: 1,
            onStep: ({ step }) => {
              if (step === at) controller.abort();
            },
          },
          checkpointCallback({ folder, model: { name: "bars", options: {} } }),
        ],
      });
      const checkpoint = await loadCheckpoint(join(folder, "last.safetensors"));
      const { progress } = checkpoint;
      if (progress === null) throw new Error("no progress was saved");
      const net = dropNet(99);
      const optimizer = settings.optimizer(net.parameters());
      restore(net, optimizer, checkpoint);
      await train.fit(net, { data, epochs: 3, optimizer, resume: progress });
      expect(await valuesOf(net)).toEqual(await valuesOf(whole));
    },
  );
});
