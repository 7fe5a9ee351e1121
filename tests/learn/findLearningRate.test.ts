// The range test of learning rates.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { SGD, sgd } from "../../src/optim/index.ts";
import * as train from "../../src/train/index.ts";
import { findLearningRate } from "../../src/train/index.ts";
import { barNet, bars, valuesOf } from "./toy.ts";

beforeAll(() => {
  setBackend("wasm");
});

const options = { data: bars(200, 1), optimizer: sgd({ lr: 0.1 }), batchSize: 16, steps: 60 };

describe("findLearningRate", () => {
  it("suggests a rate that learns, and leaves the network as it was", async () => {
    const net = barNet().eval();
    const before = await valuesOf(net);
    const { points, suggestion } = await findLearningRate(net, { ...options, from: 1e-5, to: 100 });
    expect(await valuesOf(net)).toEqual(before);
    expect(net.training).toBe(false);
    expect(points[0]?.lr).toBe(1e-5);
    for (const [i, { lr }] of points.entries()) expect(lr).toBeCloseTo(1e-5 * 1e7 ** (i / 59), 4);
    expect(suggestion).toBeGreaterThan(1e-3);
    expect(suggestion).toBeLessThan(10);
    const { epochs } = await train.fit(net, {
      ...{ data: options.data, batchSize: 16, epochs: 8 },
      optimizer: sgd({ lr: suggestion ?? 0 }),
    });
    expect(epochs.at(-1)?.accuracy).toBeGreaterThan(0.9);
  });

  it("gives the loss of each batch", async () => {
    const net = barNet();
    const { points } = await findLearningRate(net, {
      ...options,
      from: 1e-12,
      to: 1e-11,
      steps: 26,
    });
    expect(points).toHaveLength(26);
    // So small rates change nothing: the 13 losses of an epoch are those of the data.
    const sizes = Array.from({ length: 13 }, (_, i) => (i < 12 ? 16 : 8));
    const { loss } = await train.evaluate(net, options.data);
    for (const start of [0, 13]) {
      const sum = sizes.reduce(
        (total, size, i) => total + size * (points[start + i]?.loss ?? 0),
        0,
      );
      expect(sum / 200).toBeCloseTo(loss, 4);
    }
  });

  it("survives rates that break training, and refuses impossible values", async () => {
    const net = barNet();
    const before = await valuesOf(net);
    await findLearningRate(net, { ...options, from: 1, to: 1e38, steps: 10 });
    expect(await valuesOf(net)).toEqual(before);
    await expect(findLearningRate(net, { ...options, from: 0 })).rejects.toThrow(/from must be/);
    const optimizer = new SGD(net.parameters(), { lr: 1 }) as never;
    await expect(findLearningRate(net, { ...options, optimizer })).rejects.toThrow(/a factory/);
  });
});
