// Options of `fit` that change the step: several batches to an update, bounds for gradients, and averages of the
// parameters; and parameters that join on the way.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { BatchNorm1d, Flatten, Linear, type Module, ReLU, Sequential } from "../../src/nn/index.ts";
import { crossEntropy } from "../../src/ops/index.ts";
import {
  adam,
  clipGradNorm_,
  clipGradValue_,
  ExponentialMovingAverage,
  SGD,
  sgd,
} from "../../src/optim/index.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import * as train from "../../src/train/index.ts";
import {
  checkpointCallback,
  DivergedError,
  evaluate,
  type FitOptions,
  loadCheckpoint,
  restore,
} from "../../src/train/index.ts";
import { barNet, bars, valuesOf } from "./toy.ts";

let folder = "";
beforeAll(async () => {
  setBackend("wasm");
  folder = await mkdtemp(join(tmpdir(), "fovea-fit-"));
});
afterAll(() => rm(folder, { recursive: true }));

const data = bars(50, 1);
const validation = bars(20, 2);
const settings = { data, epochs: 2, batchSize: 8, seed: 5, optimizer: sgd({ lr: 0.1 }) };
const model = { name: "bars", options: {} };

/** Sums in another order: float32 rounding over a few steps. */
async function expectNear(found: Module, expected: Module): Promise<void> {
  const [a, b] = [await valuesOf(found), await valuesOf(expected)];
  for (const [name, values] of Object.entries(b)) {
    for (const [i, value] of values.entries()) expect(a[name]?.[i]).toBeCloseTo(value, 5);
  }
}

/** All images as one batch. */
function batch(): [Tensor, Tensor] {
  const images = Float32Array.from(data.images, (byte) => byte / 255);
  const x = Tensor.from(images, { shape: [data.length, 1, 8, 8] });
  return [x, Tensor.from(Int32Array.from(data.labels))];
}

/** Trains until a step and goes on from the file, as another process would. */
async function inTwoParts(
  options: Omit<FitOptions, "ema">,
  stopAt: number,
  average?: (net: Module) => ExponentialMovingAverage,
): Promise<{ net: Module; ema: ExponentialMovingAverage | null }> {
  const controller = new AbortController();
  const first = barNet();
  const given = (ema: ExponentialMovingAverage | undefined) => (ema === undefined ? {} : { ema });
  await train.fit(first, {
    ...options,
    ...given(average?.(first)),
    signal: controller.signal,
    callbacks: [
      { everySteps: 1, onStep: ({ step }) => (step === stopAt ? controller.abort() : undefined) },
      checkpointCallback({ folder, model }),
    ],
  });
  const checkpoint = await loadCheckpoint(join(folder, "last.safetensors"));
  const net = barNet(99);
  const optimizer = (options.optimizer as ReturnType<typeof sgd>)(net.parameters());
  const ema = average?.(net);
  restore(net, optimizer, checkpoint, ema);
  const { progress } = checkpoint;
  if (progress === null) throw new Error("no progress was saved");
  expect(progress.step).toBe(stopAt);
  await train.fit(net, { ...options, ...given(ema), optimizer, resume: progress });
  return { net, ema: ema ?? null };
}

describe("accumulate", () => {
  it("gives the updates of one large batch", async () => {
    const [parts, whole] = [barNet(), barNet()];
    const optimizer = adam({ lr: 0.01 });
    // 50 images: five steps of 9 in batches of 3, and one of 5 in batches of 3 and 2.
    const { step } = await train.fit(parts, {
      ...settings,
      optimizer,
      batchSize: 3,
      accumulate: 3,
    });
    expect(step).toBe(12);
    await train.fit(whole, { ...settings, optimizer, batchSize: 9 });
    await expectNear(parts, whole);
  });

  it("is what several backward passes do in a loop of one's own", async () => {
    const [x, target] = batch();
    const net = barNet();
    const optimizer = new SGD(net.parameters(), { lr: 0.1 });
    for (const [from, to] of [
      [0, 20],
      [20, 50],
    ] as const) {
      const loss = crossEntropy(net.forward(x.slice(0, from, to)), target.slice(0, from, to));
      loss.mul((to - from) / 50).backward();
    }
    optimizer.step();
    const whole = barNet();
    await train.fit(whole, { ...settings, epochs: 1, batchSize: 50, shuffle: false });
    await expectNear(net, whole);
  });

  it("stopped and resumed, ends with the bits of an uninterrupted run", async () => {
    const options = { ...settings, optimizer: adam({ lr: 0.01 }), batchSize: 4, accumulate: 3 };
    const whole = barNet();
    await train.fit(whole, options);
    const { net } = await inTwoParts(options, 3);
    expect(await valuesOf(net)).toEqual(await valuesOf(whole));
  });

  it("finds where training diverged", async () => {
    const options = { ...settings, optimizer: sgd({ lr: 1e30 }), batchSize: 4, accumulate: 2 };
    const failure = await train.fit(barNet(), options).catch((error: unknown) => error);
    if (!(failure instanceof DivergedError)) throw failure;
    expect(failure).toMatchObject({ step: 2, layer: "4" });
  });
});

describe("bounds for gradients", () => {
  it.each([{ clipGradNorm: 0.05 }, { clipGradValue: 0.01 }])(
    "%o are those of a loop of one's own",
    async (limits) => {
      const net = barNet();
      await train.fit(net, { ...settings, ...limits, epochs: 3, batchSize: 50, shuffle: false });
      const own = barNet();
      const optimizer = new SGD(own.parameters(), { lr: 0.1 });
      const [x, target] = batch();
      for (let step = 0; step < 3; step++) {
        optimizer.zeroGrad();
        crossEntropy(own.forward(x), target).backward();
        if (limits.clipGradNorm !== undefined) clipGradNorm_(own.parameters(), limits.clipGradNorm);
        if (limits.clipGradValue !== undefined)
          clipGradValue_(own.parameters(), limits.clipGradValue);
        optimizer.step();
      }
      await expectNear(net, own);
    },
  );
});

describe("ema", () => {
  const average = (net: Module) => new ExponentialMovingAverage(net, { decay: 0.9, warmUp: true });

  it("follows the parameters as in a loop of one's own", async () => {
    const net = barNet();
    const ema = average(net);
    await train.fit(net, { ...settings, ema, epochs: 4, batchSize: 50, shuffle: false });
    const own = barNet();
    const ownEma = average(own);
    const optimizer = new SGD(own.parameters(), { lr: 0.1 });
    const [x, target] = batch();
    const weight = own.parameters()[0] as Tensor;
    let expected = Array.from(await weight.data());
    for (let step = 0; step < 4; step++) {
      optimizer.zeroGrad();
      crossEntropy(own.forward(x), target).backward();
      optimizer.step();
      ownEma.update();
      const kept = Math.min(0.9, (1 + step) / (10 + step));
      const now = await weight.data();
      expected = expected.map((value, i) => kept * value + (1 - kept) * (now[i] as number));
    }
    expect([ema.updateCount, ownEma.updateCount]).toEqual([4, 4]);
    await expectNear(net, own);
    const before = await valuesOf(net);
    ema.apply();
    ownEma.apply();
    await expectNear(net, own);
    const applied = await (net.parameters()[0] as Tensor).data();
    for (const [i, value] of expected.entries()) expect(applied[i]).toBeCloseTo(value, 5);
    expect(() => ema.update()).toThrow(/update while the averages are applied/);
    ema.restore();
    expect(await valuesOf(net)).toEqual(before);
    {
      using _ = ema.apply();
      expect(ema.isApplied).toBe(true);
    }
    expect(await valuesOf(net)).toEqual(before);
  });

  it("is what is validated", async () => {
    const net = barNet();
    const ema = new ExponentialMovingAverage(net, { decay: 0.95 });
    const { epochs } = await train.fit(net, { ...settings, validation, ema });
    const raw = await evaluate(net, validation);
    ema.apply();
    const averaged = await evaluate(net, validation);
    expect(epochs.at(-1)?.validationLoss).toBeCloseTo(averaged.loss, 6);
    expect(raw.loss).not.toBeCloseTo(averaged.loss, 3);
  });

  it("stopped and resumed, ends with the bits of an uninterrupted run", async () => {
    const options = { ...settings, validation, optimizer: adam({ lr: 0.02 }), accumulate: 2 };
    const whole = barNet();
    const wholeEma = average(whole);
    await train.fit(whole, { ...options, ema: wholeEma });
    const { net, ema } = await inTwoParts(options, 5, average);
    expect(await valuesOf(net)).toEqual(await valuesOf(whole));
    ema?.apply();
    wholeEma.apply();
    expect(await valuesOf(net)).toEqual(await valuesOf(whole));
  });

  it("goes back with the network when training diverges", async () => {
    const net = barNet();
    const ema = average(net);
    const options = { ...settings, ema, optimizer: sgd({ lr: 1e30 }) };
    await expect(train.fit(net, options)).rejects.toThrow(DivergedError);
    expect(ema.updateCount).toBe(0);
    ema.apply();
    expect(await valuesOf(net)).toEqual(await valuesOf(barNet()));
  });

  it("is refused where it does not fit", async () => {
    const net = barNet();
    const ema = average(net);
    const other = new ExponentialMovingAverage(net, { decay: 0.5 });
    expect(() => other.loadStateDict(ema.stateDict())).toThrow(/decay 0.9, this has 0.5/);
    expect(() => new ExponentialMovingAverage(net, { decay: 1 })).toThrow(/decay must be in/);
    await expect(train.fit(net, { ...settings, ema: 0.9 as never })).rejects.toThrow(/no average/);
    ema.apply();
    await expect(train.fit(net, { ...settings, ema })).rejects.toThrow(/averages are applied/);
  });
});

it("parameters that a callback gives the optimizer are trained from then on", async () => {
  const net = barNet();
  const [weight, ...rest] = net.parameters();
  const optimizer = new SGD([{ params: rest }], { lr: 0.1 });
  const start = await weight?.data();
  let afterFirst = start;
  await train.fit(net, {
    ...settings,
    optimizer,
    callbacks: [
      {
        async onEpoch({ epoch }) {
          if (epoch > 1) return;
          afterFirst = await weight?.data();
          optimizer.addParamGroup({ params: [weight as never], lr: 0.05 });
        },
      },
    ],
  });
  expect(afterFirst).toEqual(start);
  expect(await weight?.data()).not.toEqual(start);
  expect(optimizer.stateDict().steps).toEqual([14, 14, 14, 7]);
});

describe("ema with batch normalisation", () => {
  const running = "2.runningMean";
  const normalized = () => {
    manualSeed(3);
    return new Sequential(
      ...[new Flatten(), new Linear(64, 8), new BatchNorm1d(8)],
      ...[new ReLU(), new Linear(8, 2)],
    );
  };

  it("leaves the network's running statistics as they are, and evaluates with them", async () => {
    const [plain, averaged] = [normalized(), normalized()];
    const ema = new ExponentialMovingAverage(averaged, { decay: 0.5 });
    await train.fit(plain, settings);
    await train.fit(averaged, { ...settings, ema });
    const values = await valuesOf(plain);
    expect(await valuesOf(averaged)).toEqual(values);
    expect(Math.max(...(values[running] as number[]).map(Math.abs))).toBeGreaterThan(0.01);
    using _ = ema.apply();
    const applied = await valuesOf(averaged);
    expect(applied[running]).toEqual(values[running]);
    expect(applied["1.weight"]).not.toEqual(values["1.weight"]);
  });
});
