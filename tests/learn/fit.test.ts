// What `fit` promises around the learning itself: events, the same bits after a resume, stopping, and
// saying where training went wrong.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { adam, sgd } from "../../src/optim/index.ts";
import * as train from "../../src/train/index.ts";
import {
  type Callback,
  checkpointCallback,
  DivergedError,
  loadCheckpoint,
  onEvent,
  restore,
  type TrainEvent,
} from "../../src/train/index.ts";
import { barNet, bars, valuesOf } from "./toy.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-fit-"));
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => rm(folder, { recursive: true }));

const data = bars(50, 1);
const validation = bars(20, 2);
const settings = { data, validation, epochs: 3, batchSize: 8, seed: 5 };
const model = { name: "bars", options: {} };

/** Asks to stop after a number of steps. */
function stopAfter(step: number): { signal: AbortSignal; callback: Callback } {
  const controller = new AbortController();
  const callback: Callback = {
    everySteps: 1,
    onStep(event) {
      if (event.step === step) controller.abort();
    },
  };
  return { signal: controller.signal, callback };
}

// On wasm alone: the reference backend keeps float64 between steps, which a file of float32 does not hold.
describe("fit", () => {
  beforeAll(() => {
    setBackend("wasm");
  });

  it("gives the same bits for the same seed, and others for another", async () => {
    const run = async (seed: number) => {
      const net = barNet();
      await train.fit(net, {
        ...settings,
        epochs: 1,
        seed,
        optimizer: sgd({ lr: 0.1, momentum: 0.9 }),
      });
      return valuesOf(net);
    };
    const first = await run(5);
    expect(await run(5)).toEqual(first);
    expect(await run(6)).not.toEqual(first);
  });

  // 7 steps an epoch: in the middle of one, after its last step, and in the first step of the last.
  for (const step of [4, 7, 15]) {
    it(`stopped after step ${step} and resumed, ends with the bits of an uninterrupted run`, async () => {
      const factory = adam({ lr: 0.02, weightDecay: 0.01 });
      const whole = barNet();
      const wholeHistory = await train.fit(whole, { ...settings, optimizer: factory });

      const { signal, callback } = stopAfter(step);
      const save = checkpointCallback({ folder, model });
      const stopped = await train.fit(barNet(), {
        ...settings,
        optimizer: factory,
        signal,
        callbacks: [callback, save],
      });
      expect(stopped).toMatchObject({ interrupted: true, step });

      const checkpoint = await loadCheckpoint(join(folder, "last.safetensors"));
      const net = barNet(99);
      const optimizer = factory(net.parameters());
      restore(net, optimizer, checkpoint);
      const { progress } = checkpoint;
      if (progress === null) throw new Error("no progress was saved");
      const history = await train.fit(net, {
        data,
        validation,
        epochs: 3,
        optimizer,
        resume: progress,
      });
      expect(await valuesOf(net)).toEqual(await valuesOf(whole));
      const figures = ({ epochs }: typeof history) =>
        epochs.map(({ loss, accuracy, validationLoss }) => [loss, accuracy, validationLoss]);
      expect(figures(history)).toEqual(figures(wholeHistory));
      expect(history.interrupted).toBe(false);
    });
  }

  it("stops with the step, the layer and the learning rate when the loss is not finite, with sound values left", async () => {
    // While no time passes, nothing is reported before the second step, and the first is not taken for good.
    vi.spyOn(performance, "now").mockReturnValue(0);
    const net = barNet();
    const failure = await train
      .fit(net, { ...settings, optimizer: sgd({ lr: 1e30 }) })
      .catch((error: unknown) => error);
    if (!(failure instanceof DivergedError)) throw failure;
    expect(failure).toMatchObject({
      name: "DivergedError",
      epoch: 1,
      learningRate: 1e30,
      goodStep: 0,
    });
    expect(failure.step).toBe(2);
    expect(failure.layer).toBe("4");
    expect(failure.message).toMatch(/training diverged: the loss is (NaN|Infinity|-Infinity)/);
    expect(await valuesOf(net)).toEqual(await valuesOf(barNet()));
  });

  it("notices in validation what the last update broke", async () => {
    const options = {
      ...settings,
      epochs: 1,
      batchSize: data.length,
      optimizer: sgd({ lr: 1e30 }),
    };
    const failure = await train.fit(barNet(), options).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "DivergedError", step: 1, layer: "4", goodStep: 0 });
  });

  it("names the layer whose weights are broken, and the loss where all layers are finite", async () => {
    const broken = barNet();
    const weights = await (broken.parameters()[2] as { data(): Promise<Float32Array> }).data();
    weights[0] = Number.NaN;
    broken.parameters()[2]?.write(weights);
    const first = await train
      .fit(broken, { ...settings, optimizer: sgd() })
      .catch((error: unknown) => error);
    expect(first).toMatchObject({ layer: "4", step: 1 });
    expect((first as Error).message).toContain("weight itself is not finite");
    const loss: Parameters<typeof train.fit>[1]["loss"] = (logits) => logits.sum().mul(0).log();
    const second = await train
      .fit(barNet(), { ...settings, loss, optimizer: sgd() })
      .catch((error: unknown) => error);
    expect(second).toMatchObject({ layer: "loss", step: 1 });
  });
});

describe("events", () => {
  beforeAll(() => {
    setBackend("wasm");
  });

  it("tell a whole training, and survive JSON", async () => {
    const events: TrainEvent[] = [];
    const callbacks = [{ ...onEvent((event) => void events.push(event)), everySteps: 1 }];
    await train.fit(barNet(), { ...settings, epochs: 2, optimizer: sgd({ lr: 0.1 }), callbacks });
    const types = events.map(({ type }) => type);
    expect(types).toEqual([
      "start",
      ...Array(7).fill("step"),
      "epoch",
      ...Array(7).fill("step"),
      "epoch",
      "end",
    ]);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    expect(events[0]).toMatchObject({
      images: 50,
      validationImages: 20,
      stepsPerEpoch: 7,
      optimizer: "SGD",
      lr: 0.1,
      step: 0,
    });
    expect(events[8]).toMatchObject({ epoch: 1, step: 7, lr: 0.1 });
    expect(events[15]).toMatchObject({ epoch: 2, step: 14, stepInEpoch: 7, stepsPerEpoch: 7 });
    // The last look of an epoch and its record tell of the same steps.
    expect((events[15] as { loss: number }).loss).toBe((events[16] as { loss: number }).loss);
  });

  it("let a callback change the learning rate", async () => {
    const seen: number[] = [];
    const callback: Callback = {
      onEpoch(event, { optimizer }) {
        seen.push(event.lr);
        optimizer.lr /= 2;
      },
    };
    await train.fit(barNet(), { ...settings, optimizer: sgd({ lr: 0.1 }), callbacks: [callback] });
    expect(seen).toEqual([0.1, 0.05, 0.025]);
  });

  it("a signal that was given before stops before the first step", async () => {
    const controller = new AbortController();
    controller.abort();
    const net = barNet();
    const types: string[] = [];
    const callbacks = [onEvent(({ type }) => void types.push(type))];
    const history = await train.fit(net, {
      ...settings,
      optimizer: sgd({ lr: 0.1 }),
      signal: controller.signal,
      callbacks,
    });
    expect(history).toMatchObject({ interrupted: true, step: 0 });
    expect(types).toEqual(["start", "interrupt", "end"]);
    expect(await valuesOf(net)).toEqual(await valuesOf(barNet()));
  });

  it("a timer gets its turn while training runs", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60);
    const history = await train.fit(barNet(), {
      ...settings,
      epochs: 1e6,
      optimizer: sgd({ lr: 0.01 }),
      signal: controller.signal,
    });
    expect(history.interrupted).toBe(true);
  });
});

describe("modes and frozen layers", () => {
  beforeAll(() => {
    setBackend("wasm");
  });

  it("evaluation leaves every module in the mode it was in", async () => {
    const net = barNet();
    net.children()[1]?.eval();
    const before = net.modules().map(({ training }) => training);
    await train.evaluate(net, validation);
    expect(net.modules().map(({ training }) => training)).toEqual(before);
  });

  it("frozen parameters stay as they are, the others learn", async () => {
    const net = barNet();
    net.children()[0]?.requiresGrad_(false);
    await train.fit(net, { ...settings, epochs: 1, optimizer: adam({ weightDecay: 0.1 }) });
    const [before, after] = [await valuesOf(barNet()), await valuesOf(net)];
    expect([after["0.weight"], after["0.bias"]]).toEqual([before["0.weight"], before["0.bias"]]);
    expect(after["4.weight"]).not.toEqual(before["4.weight"]);
  });

  it("a network may have more outputs than the data has classes", async () => {
    const lyingOnly = {
      ...validation,
      classes: ["lying"],
      labels: new Uint8Array(validation.length),
    };
    const { confusion, perClass } = await train.evaluate(barNet(), lyingOnly);
    expect(confusion.map((row) => row.length)).toEqual([2, 2]);
    expect(perClass.map(({ name, count }) => [name, count])).toEqual([
      ["lying", 20],
      ["1", 0],
    ]);
  });
});

describe("checkpoints while training", () => {
  it("keep the last and the best, and nothing else", async () => {
    setBackend("wasm");
    const own = await mkdtemp(join(folder, "keep-"));
    const saved: string[] = [];
    const onSave = (path: string) => void saved.push(path);
    const callbacks = [checkpointCallback({ folder: own, model, everySteps: 3, onSave })];
    const { epochs } = await train.fit(barNet(), {
      ...settings,
      optimizer: adam({ lr: 0.02 }),
      callbacks,
    });
    expect((await readdir(own)).toSorted()).toEqual(["best.safetensors", "last.safetensors"]);
    expect(new Set(saved)).toEqual(
      new Set(["best", "last"].map((name) => `${own}/${name}.safetensors`)),
    );
    const [last, best] = [
      await loadCheckpoint(join(own, "last.safetensors")),
      await loadCheckpoint(join(own, "best.safetensors")),
    ];
    expect(last.progress).toMatchObject({ epoch: 3, step: 21, stepInEpoch: 0 });
    const accuracies = epochs.map(({ validationAccuracy }) => validationAccuracy as number);
    expect(best.progress?.epoch).toBe(accuracies.indexOf(Math.max(...accuracies)) + 1);
    expect(last).toMatchObject({ model, classes: ["lying", "standing"] });
  });
});

describe("fit refuses", () => {
  beforeAll(() => {
    setBackend("wasm");
  });
  const wrong: [string, object, RegExp][] = [
    ["unknown options", { epoch: 3 }, /fit: unknown option "epoch"/],
    ["no epochs", { epochs: -1 }, /epochs must be a whole number of at least 0/],
    ["a batch of nothing", { batchSize: 0 }, /batchSize must be a whole number of at least 1/],
    [
      "labels that are no class",
      { data: { ...data, classes: ["lying"] } },
      /label 1 of image 1 is no class/,
    ],
    ["an optimizer that is none", { optimizer: () => 3 }, /neither an optimizer nor a factory/],
    [
      "the optimizer of another network",
      { optimizer: () => sgd()(barNet().parameters()) },
      /none of this network's parameters/,
    ],
    [
      "too few outputs",
      { data: { ...data, classes: ["a", "b", "c"] } },
      /output does not fit the data/,
    ],
  ];
  for (const [name, options, message] of wrong) {
    it(name, () =>
      expect(train.fit(barNet(), { ...settings, optimizer: sgd(), ...options })).rejects.toThrow(
        message,
      ),
    );
  }

  it("to resume with other settings, naming each", async () => {
    const resume = {
      epoch: 0,
      step: 1,
      stepInEpoch: 1,
      seed: 5,
      batchSize: 16,
      accumulate: 1,
      shuffle: true,
      images: 60,
    };
    const state = { ...resume, lossSum: 1, correct: 1, secondsInEpoch: 1, history: [] };
    const run = train.fit(barNet(), { ...settings, optimizer: sgd(), resume: state });
    await expect(run).rejects.toThrow(/batchSize\s+16 then, 8 now\s+images\s+60 then, 50 now/);
  });
});
