// What training is said to take, beside what the backend then reports.
import { describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from "../../src/nn/index.ts";
import { adam, ExponentialMovingAverage, sgd } from "../../src/optim/index.ts";
import * as train from "../../src/train/index.ts";
import { estimateMemory, mixup } from "../../src/train/index.ts";
import { bars, valuesOf } from "./toy.ts";

// biome-ignore format: one stage a line
const wide = (): Module => new Sequential(
  new Conv2d(1, 32, 3, { padding: 1 }), new BatchNorm2d(32), new ReLU(), new MaxPool2d(2),
  new Conv2d(32, 64, 3, { padding: 1 }), new ReLU(), new Dropout(0.5), new Flatten(), new Linear(1024, 256), new ReLU(),
  new Linear(256, 2),
);

const data = bars(256, 1);

describe("estimateMemory", () => {
  it.each([
    ["sgd", { optimizer: sgd({ lr: 0.01 }) }, 128],
    ["adam, small batches", { optimizer: adam() }, 8],
    ["adam, mixup", { optimizer: adam(), mix: mixup() }, 256],
    ["accumulate and ema", { optimizer: sgd({ lr: 0.01, momentum: 0.9 }), accumulate: 4 }, 32],
  ])("is within 15 %% of what wasm reports: %s", async (name, options, batchSize) => {
    const backend = setBackend("wasm");
    const net = wide();
    const withAverage = name.endsWith("ema");
    const estimate = estimateMemory(net, { ...options, batchSize, ema: withAverage, data: [data] });
    const ema = withAverage ? { ema: new ExponentialMovingAverage(net) } : {};
    let reported = 0;
    await train.fit(net, {
      ...options,
      ...ema,
      data,
      epochs: 1,
      batchSize,
      callbacks: [
        {
          onEpoch() {
            const { tensors, arena } = backend.memory();
            reported = tensors + arena;
          },
        },
      ],
    });
    expect(estimate.total / reported).toBeGreaterThan(0.85);
    expect(estimate.total / reported).toBeLessThan(1.15);
  });

  it("leaves the network as it is", async () => {
    setBackend("wasm");
    const net = wide().eval();
    const before = await valuesOf(net);
    estimateMemory(net, { inputShape: [1, 8, 8], batchSize: 4, optimizer: adam() });
    expect(await valuesOf(net)).toEqual(before);
    expect(net.modules().some(({ training }) => training)).toBe(false);
    expect(() => estimateMemory(net, { optimizer: adam() })).toThrow(
      /shape of the images is missing/,
    );
  });
});

it("fit refuses a batch that does not fit, and says which would", async () => {
  setBackend("wasm");
  const net = new Sequential(
    new Conv2d(1, 4096, 3, { padding: 1 }),
    new ReLU(),
    new Conv2d(4096, 1, 1),
    new Flatten(),
    new Linear(64, 2),
  );
  const many = bars(8192, 1);
  const before = await valuesOf(net);
  const optimizer = sgd({ lr: 0.1 });
  const failure = await train
    .fit(net, { data: many, optimizer, epochs: 1, batchSize: 8192 })
    .catch((error: unknown) => error);
  if (!(failure instanceof Error)) throw new Error("it was not refused");
  expect(failure.message).toMatch(/fit: a batch of 8192 images does not fit into memory/);
  expect(failure.message).toMatch(/limit {2,}4096.0 MiB/);
  const batchSize = Number(/batchSize: (\d+) would fit/.exec(failure.message)?.[1]);
  const { total } = estimateMemory(net, { batchSize, optimizer, data: [many] });
  expect(total).toBeLessThanOrEqual(2 ** 32);
  expect(total).toBeGreaterThan(0.85 * 2 ** 32);
  expect(await valuesOf(net)).toEqual(before);
});

it("needs no temporaries for an optimizer's memory: weights are written in place", () => {
  setBackend("wasm");
  const net = new Sequential(new Flatten(), new Linear(64, 1024), new ReLU(), new Linear(1024, 2));
  const of = (optimizer: Parameters<typeof estimateMemory>[1]["optimizer"]) =>
    estimateMemory(net, { optimizer, batchSize: 8, data: [data] }).temporaries;
  const weights = 4 * 64 * 1024;
  expect(of(adam()) - of(sgd({ lr: 0.1 }))).toBeLessThan(weights / 10);
});
