// Tiny things that must learn, written as a user would write them.
import { describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { subset } from "../../src/data/dataset.ts";
import { DataLoader } from "../../src/data/loader.ts";
import { lenet } from "../../src/models/index.ts";
import { Linear, Sequential, Tanh } from "../../src/nn/index.ts";
import { crossEntropy, mseLoss } from "../../src/ops/index.ts";
import { Adam, adam, SGD, sgd } from "../../src/optim/index.ts";
import { Generator, manualSeed } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import * as train from "../../src/train/index.ts";
import { barNet, bars } from "./toy.ts";

describe.each(["reference", "wasm"])("on %s", (backend) => {
  it("learns XOR step by step", async () => {
    setBackend(backend);
    manualSeed(1);
    const net = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1));
    const optimizer = new SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    const x = Tensor.from([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const y = Tensor.from([[0], [1], [1], [0]]);
    for (let step = 0; step < 200; step++) {
      const loss = mseLoss(net.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
    expect(await mseLoss(net.forward(x), y).item()).toBeLessThan(0.01);
  });

  it("learns lying and standing bars from a loader", async () => {
    setBackend(backend);
    const net = barNet();
    const optimizer = new Adam(net.parameters(), { lr: 0.02 });
    const loader = new DataLoader(bars(64, 1), { batchSize: 16, shuffle: true });
    for (let epoch = 0; epoch < 10; epoch++) {
      for (const [x, y] of loader) {
        const loss = crossEntropy(net.forward(x), y);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      }
    }
    expect((await train.evaluate(net, bars(40, 2))).accuracy).toBeGreaterThan(0.9);
  });

  it("fits the bars, and says how it went", async () => {
    setBackend(backend);
    const net = barNet();
    const options = {
      data: bars(70, 1),
      validation: bars(40, 2),
      optimizer: adam({ lr: 0.02 }),
      epochs: 10,
      batchSize: 16,
    };
    const history = await train.fit(net, options);
    expect(history.epochs.map(({ epoch, step }) => [epoch, step])).toEqual(
      Array.from({ length: 10 }, (_, i) => [i + 1, (i + 1) * 5]),
    );
    expect(history.epochs.at(-1)?.validationAccuracy).toBeGreaterThan(0.9);
    expect(history.epochs.at(-1)?.loss).toBeLessThan(history.epochs[0]?.loss as number);
    const { accuracy, loss, confusion, count, perClass } = await train.evaluate(net, bars(40, 2), {
      batchSize: 7,
    });
    expect(accuracy).toBe(history.epochs.at(-1)?.validationAccuracy);
    expect(loss).toBeCloseTo(history.epochs.at(-1)?.validationLoss as number, 5);
    expect([count, confusion.flat().reduce((a, b) => a + b)]).toEqual([40, 40]);
    expect(perClass.map(({ name, count: images }) => [name, images])).toEqual([
      ["lying", 20],
      ["standing", 20],
    ]);
  });
});

describe("LeNet", () => {
  it("learns eight images of noise by heart", async () => {
    setBackend("wasm");
    manualSeed(0);
    const generator = new Generator(8);
    const data = {
      name: "noise",
      images: Uint8Array.from({ length: 8 * 784 }, () => generator.integer(256)),
      labels: Uint8Array.from({ length: 8 }, (_, i) => i),
      imageShape: [1, 28, 28] as const,
      classes: Array.from("abcdefghij"),
      length: 8,
    };
    const net = lenet();
    const history = await train.fit(net, {
      data,
      optimizer: adam({ lr: 0.005 }),
      epochs: 1000,
      batchSize: 8,
    });
    expect(history.epochs.at(-1)?.loss).toBeLessThan(0.05);
    expect((await train.evaluate(net, data)).accuracy).toBe(1);
    expect((await train.evaluate(net, subset(data, [3]))).confusion[3]?.[3]).toBe(1);
  });

  it("follows plain SGD: a step of fit is the step written by hand", async () => {
    setBackend("wasm");
    const data = bars(12, 3);
    const [fitted, stepped] = [barNet(), barNet()];
    await train.fit(fitted, {
      data,
      optimizer: sgd({ lr: 0.1 }),
      epochs: 1,
      batchSize: 5,
      shuffle: false,
    });
    const optimizer = new SGD(stepped.parameters(), { lr: 0.1 });
    for (const [x, y] of new DataLoader(data, { batchSize: 5 })) {
      optimizer.zeroGrad();
      crossEntropy(stepped.forward(x), y).backward();
      optimizer.step();
    }
    for (const [name, value] of fitted.stateDict()) {
      const [a, b] = [await value.data(), await (stepped.stateDict().get(name) as Tensor).data()];
      for (const [i, n] of a.entries())
        expect(Math.abs(n - (b[i] as number))).toBeLessThanOrEqual(1e-6);
    }
  });
});
