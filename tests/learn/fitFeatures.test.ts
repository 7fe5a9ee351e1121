// Options of `fit` around learning: schedules, smoothed labels, mixed images, early stopping, the best checkpoint.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { CrossEntropyLoss } from "../../src/nn/index.ts";
import { crossEntropy } from "../../src/ops/index.ts";
import {
  adam,
  CosineAnnealingLR,
  LinearLR,
  OneCycleLR,
  ReduceLROnPlateau,
  SequentialLR,
  SGD,
  StepLR,
  sgd,
} from "../../src/optim/index.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import * as train from "../../src/train/index.ts";
import {
  type Callback,
  checkpointCallback,
  cutmix,
  earlyStopping,
  type FitOptions,
  loadCheckpoint,
  mixup,
  restore,
  type ScheduleFactory,
} from "../../src/train/index.ts";
import { Mixing } from "../../src/train/mix.ts";
import { barNet, bars, valuesOf } from "./toy.ts";

let folder = "";
beforeAll(async () => {
  setBackend("wasm");
  folder = await mkdtemp(join(tmpdir(), "fovea-fit-"));
});
afterAll(() => rm(folder, { recursive: true }));

const data = bars(50, 1);
const validation = bars(20, 2);
const factory = adam({ lr: 0.02 });
const settings = { data, validation, epochs: 3, batchSize: 8, seed: 5, optimizer: factory };
const model = { name: "bars", options: {} };

/** Trains until a step and goes on from the file, as another process would. */
async function inTwoParts(
  options: FitOptions & { optimizer: typeof factory },
  stopAt: number,
): Promise<{ net: ReturnType<typeof barNet>; history: train.History }> {
  const controller = new AbortController();
  const stop: Callback = {
    everySteps: 1,
    onStep: ({ step }) => (step === stopAt ? controller.abort() : undefined),
  };
  await train.fit(barNet(), {
    ...options,
    signal: controller.signal,
    callbacks: [stop, checkpointCallback({ folder, model })],
  });
  const checkpoint = await loadCheckpoint(join(folder, "last.safetensors"));
  const net = barNet(99);
  const optimizer = options.optimizer(net.parameters());
  restore(net, optimizer, checkpoint);
  if (checkpoint.progress === null) throw new Error("no progress was saved");
  const history = await train.fit(net, { ...options, optimizer, resume: checkpoint.progress });
  return { net, history };
}

const schedules: readonly [string, ScheduleFactory, Partial<FitOptions>][] = [
  ["StepLR", (optimizer) => new StepLR(optimizer, 1, { gamma: 0.5 }), {}],
  ["cosine by step", (o) => new CosineAnnealingLR(o, 21), { scheduleEvery: "step" }],
  ["OneCycleLR", (o) => new OneCycleLR(o, 0.05, { totalSteps: 21 }), {}],
  ["plateau", (o) => new ReduceLROnPlateau(o, { patience: 0, factor: 0.5, threshold: 0.5 }), {}],
  [
    "sequence",
    (o) => new SequentialLR(o, [new LinearLR(o, { totalIters: 1 }), new StepLR(o, 1)], [1]),
    {},
  ],
];

describe("schedule", () => {
  it("sets the learning rates of epochs", async () => {
    const { epochs } = await train.fit(barNet(), {
      ...settings,
      schedule: (optimizer) => new StepLR(optimizer, 1, { gamma: 0.5 }),
    });
    expect(epochs.map(({ lr }) => lr)).toEqual([0.02, 0.01, 0.005]);
  });

  it("sets those of steps", async () => {
    const { epochs } = await train.fit(barNet(), {
      ...settings,
      epochs: 1,
      scheduleEvery: "step",
      schedule: (optimizer) => new StepLR(optimizer, 1, { gamma: 0.5 }),
    });
    // The last of seven steps.
    expect(epochs[0]?.lr).toBe(0.02 / 2 ** 6);
  });

  it("watches a metric", async () => {
    const { epochs } = await train.fit(barNet(), {
      ...settings,
      epochs: 6,
      scheduleMetric: "accuracy",
      schedule: (o) => new ReduceLROnPlateau(o, { patience: 0, factor: 0.5, mode: "min" }),
    });
    const optimizer = new SGD(barNet().parameters(), { lr: 0.02 });
    const own = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5, mode: "min" });
    const expected = epochs.map(({ accuracy }) => {
      const { lr } = optimizer;
      own.step(accuracy);
      return lr;
    });
    expect(expected.at(-1)).toBeLessThan(0.02);
    expect(epochs.map(({ lr }) => lr)).toEqual(expected);
  });

  it.each(schedules)(
    "%s, stopped and resumed, ends with the same bits",
    async (_, schedule, more) => {
      const options = { ...settings, ...more, schedule };
      const whole = barNet();
      const { epochs } = await train.fit(whole, options);
      for (const step of [4, 7, 17]) {
        const { net, history } = await inTwoParts({ ...options, optimizer: factory }, step);
        expect(await valuesOf(net)).toEqual(await valuesOf(whole));
        expect(history.epochs.map(({ lr }) => lr)).toEqual(epochs.map(({ lr }) => lr));
      }
    },
  );

  it("refuses another training's schedule, and what is none", async () => {
    const schedule: ScheduleFactory = (optimizer) => new StepLR(optimizer, 1);
    await train.fit(barNet(), {
      ...settings,
      epochs: 1,
      schedule,
      callbacks: [checkpointCallback({ folder, model })],
    });
    const { progress } = await loadCheckpoint(join(folder, "last.safetensors"));
    if (progress === null) throw new Error("no progress was saved");
    const resumed = (options: Partial<FitOptions>) =>
      train.fit(barNet(), { ...settings, ...options, resume: progress });
    await expect(resumed({})).rejects.toThrow(/has a schedule, StepLR/);
    await expect(resumed({ schedule: (o) => new StepLR(o, 2) })).rejects.toThrow(/does not fit/);
    await expect(train.fit(barNet(), { ...settings, schedule: "cosine" as never })).rejects.toThrow(
      /schedule must be a function/,
    );
  });
});

describe("labelSmoothing", () => {
  it("is for training, not for validation", async () => {
    const { validation: _, ...rest } = settings;
    const smooth = new CrossEntropyLoss({ labelSmoothing: 0.2 });
    const [a, b] = [barNet(), barNet()];
    const history = await train.fit(a, { ...settings, labelSmoothing: 0.2 });
    await train.fit(b, { ...rest, loss: smooth });
    expect(await valuesOf(a)).toEqual(await valuesOf(b));
    const { loss } = await train.evaluate(a, validation, { batchSize: 8 });
    expect(history.epochs.at(-1)?.validationLoss).toBe(loss);
    await expect(train.fit(a, { ...settings, labelSmoothing: 0.2, loss: smooth })).rejects.toThrow(
      /labelSmoothing is for the default loss/,
    );
  });
});

describe("mix", () => {
  it.each([mixup(0.4), mixup(0.01), cutmix()])(
    "%o, stopped and resumed, ends with the same bits",
    async (mix) => {
      const options = { ...settings, mix };
      const whole = barNet();
      await train.fit(whole, options);
      const { net } = await inTwoParts(options, 4);
      expect(await valuesOf(net)).toEqual(await valuesOf(whole));
      const plain = barNet();
      await train.fit(plain, settings);
      expect(await valuesOf(net)).not.toEqual(await valuesOf(plain));
    },
  );

  it.each([mixup(1), cutmix()])("%o still learns", async (mix) => {
    const { epochs } = await train.fit(barNet(), {
      ...settings,
      data: bars(400, 1),
      epochs: 6,
      mix,
    });
    expect(epochs.at(-1)?.validationAccuracy).toBeGreaterThan(0.9);
  });

  it("blends images and the losses of their classes", async () => {
    const x = Tensor.from(
      Float32Array.from({ length: 128 }, (_, i) => Math.floor(i / 64)),
      {
        shape: [2, 1, 8, 8],
      },
    );
    const logits = Tensor.from([
      [1, 3],
      [0, 2],
    ]);
    const target = Tensor.from(Int32Array.of(0, 1));
    for (const mix of [mixup(1), cutmix()]) {
      for (let seed = 0; seed < 8; seed++) {
        const mixing = new Mixing(mix, x.shape);
        mixing.write(new Generator(seed));
        const [first, second] = [
          await mixing.images(x).slice(0, 0, 1).mean().item(),
          await mixing.images(x).slice(0, 1, 2).mean().item(),
        ];
        // Image 0 is black and image 1 white: the means are the shares of the other image.
        expect(first).toBeLessThanOrEqual(0.5);
        expect(second).toBeCloseTo(1 - first, 6);
        const soft = Tensor.from([
          [1 - first, first],
          [first, 1 - first],
        ]);
        const loss = await mixing.loss(crossEntropy, logits, target).item();
        expect(loss).toBeCloseTo(await crossEntropy(logits, soft).item(), 5);
      }
    }
  });

  it("refuses impossible values", () => {
    expect(() => mixup(0)).toThrow(/mixup: alpha must be above 0, got 0/);
  });
});

describe("earlyStopping", () => {
  /** No epoch is an improvement after the first. */
  const options = { monitor: "loss", patience: 1, minDelta: 1e6, restoreBest: true } as const;

  it("ends training and leaves the best values", async () => {
    const net = barNet();
    const history = await train.fit(net, {
      ...settings,
      epochs: 9,
      callbacks: [earlyStopping(options)],
    });
    expect(history).toMatchObject({ interrupted: false, step: 21 });
    expect(history.epochs).toHaveLength(3);
    const first = barNet();
    await train.fit(first, { ...settings, epochs: 1 });
    expect(await valuesOf(net)).toEqual(await valuesOf(first));
  });

  it("decides the same after a resume, given the best checkpoint", async () => {
    const save = checkpointCallback({ folder, model, monitor: "loss", mode: "max" });
    const controller = new AbortController();
    await train.fit(barNet(), {
      ...settings,
      epochs: 9,
      signal: controller.signal,
      callbacks: [
        { everySteps: 1, onStep: ({ step }) => (step === 17 ? controller.abort() : undefined) },
        save,
      ],
    });
    const [last, best] = [
      await loadCheckpoint(join(folder, "last.safetensors")),
      await loadCheckpoint(join(folder, "best.safetensors")),
    ];
    // By the largest loss, the first epoch is the best.
    expect(best.progress?.epoch).toBe(1);
    const net = barNet(99);
    const optimizer = factory(net.parameters());
    restore(net, optimizer, last);
    const resumed = (more: object) => ({
      ...settings,
      epochs: 9,
      optimizer,
      resume: last.progress as train.TrainState,
      callbacks: [earlyStopping({ ...options, ...more })],
    });
    await expect(train.fit(net, resumed({}))).rejects.toThrow(
      /values of epoch 1, the best, are not/,
    );
    const history = await train.fit(net, resumed({ best }));
    expect(history.epochs).toHaveLength(3);
    const first = barNet();
    await train.fit(first, { ...settings, epochs: 1 });
    expect(await valuesOf(net)).toEqual(await valuesOf(first));
  });

  it("refuses what cannot be watched", async () => {
    expect(() => earlyStopping({ monitor: "los" as never })).toThrow(/did you mean "loss"/);
    const { validation: _, ...rest } = settings;
    await expect(train.fit(barNet(), { ...rest, callbacks: [earlyStopping()] })).rejects.toThrow(
      /no validationLoss without validation data/,
    );
  });

  it("lets others stop too", async () => {
    const callbacks: Callback[] = [{ onEpoch: (_event, { stop }) => stop() }];
    const { epochs } = await train.fit(barNet(), {
      ...settings,
      optimizer: sgd({ lr: 0.1 }),
      callbacks,
    });
    expect(epochs).toHaveLength(1);
  });
});
