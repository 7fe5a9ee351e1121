// Trainings of the studio's engine, asked in Node as the page asks them: there is no storage here, which must not matter.
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  crossEntropy,
  data,
  manualSeed,
  models,
  type nn,
  optim,
  setBackend,
  softmax,
  Tensor,
  train,
} from "../../src/index.ts";
import type { LoadedDataset } from "../../studio/src/engine/data/load.ts";
import { probeHandlers as probe } from "../../studio/src/engine/handlers/probe.ts";
import { runHandlers as engine } from "../../studio/src/engine/handlers/run.ts";
import { requireRun, setCurrentRun } from "../../studio/src/engine/run/current.ts";
import { testBatch } from "../../studio/src/engine/run/pictures.ts";
import type { RunEvent, RunSettings, RunView } from "../../studio/src/engine/run/types.ts";

let sample: LoadedDataset;
const letters = [..."abcdefghij"];
vi.mock("../../studio/src/engine/data/load.ts", () => ({
  loadDataset: async (id: string) => {
    if (id === "sample") return sample;
    const as = (of: data.ImageDataset) => ({ ...of, classes: letters });
    return { id, classes: letters, train: as(sample.train), test: as(sample.test) };
  },
}));
vi.mock("../../studio/src/engine/data/own.ts", () => ({
  ownDatasets: async () => [{ id: "own-letters", classes: letters }],
}));

const settings: RunSettings = {
  title: "small",
  network: `new nn.Sequential(
    new nn.Conv2d(1, 4, 5, { stride: 2 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2),
    new nn.Flatten(), new nn.Dropout(0.2), new nn.Linear(144, 10),
  )`,
  inputShape: [1, 28, 28],
  dataset: "sample",
  ...({ optimizer: "adam", schedule: "cosine" } as const),
  ...{ lr: 0.01, momentum: 0, weightDecay: 0, epochs: 3, batchSize: 32, seed: 5 },
};

/** The first pictures of a data set. */
function part({ images, labels, classes }: data.ImageDataset, length: number): data.ImageDataset {
  return data.fromArrays(images.slice(0, length * 784), labels.slice(0, length), {
    imageShape: [1, 28, 28],
    classes,
  });
}

beforeAll(async () => {
  setBackend("wasm");
  const { train: all, test } = await data.fashionMnist({ sources: ["sample"] });
  sample = { id: "sample", classes: all.classes, train: part(all, 200), test: part(test, 120) };
});
afterEach(() => setCurrentRun(null));

const run = (tell: (event: RunEvent) => void = () => {}, paused = false): Promise<RunView> =>
  engine.runTrain({ paused }, tell);

/** The network's values and the optimizer's, bit for bit. */
async function bits(): Promise<Record<string, string>> {
  const { bytes } = await engine.runExport({ id: requireRun().id });
  const { tensors } = train.decodeCheckpoint(bytes);
  return Object.fromEntries(
    [...tensors].map(([name, { data: values }]) => {
      const { buffer, byteOffset, byteLength } = values;
      return [name, Buffer.from(buffer, byteOffset, byteLength).toString("hex")];
    }),
  );
}

const results = ({ epochs }: RunView) =>
  epochs.map(({ step, loss, accuracy, lr, testLoss, testAccuracy }) => {
    return { step, loss, accuracy, lr, testLoss, testAccuracy };
  });

/** Resolves when the training stands still. */
function standstill(): { readonly hear: (event: RunEvent) => void; next(): Promise<void> } {
  let wake = (): void => {};
  let stands = 0;
  return {
    hear: (event) => {
      if (event.type !== "status" || event.status !== "paused") return;
      stands++;
      wake();
    },
    next: async () => {
      if (stands === 0)
        await new Promise<void>((done) => {
          wake = done;
        });
      stands--;
    },
  };
}

describe("a training of the studio", () => {
  it("is the same to the bit whether it is looked at, paused and stopped, or not", async () => {
    await engine.runOpen({ settings });
    const alone = await run();
    const expected = await bits();
    expect(alone.status).toBe("done");
    expect(alone.epochs).toHaveLength(3);
    expect(alone.epochs.at(-1)?.testAccuracy).toBeGreaterThan(0.4);

    await engine.runOpen({ settings });
    const { hear, next } = standstill();
    const first = run(hear, true);
    const look = () =>
      Promise.all([
        engine.runLook({ index: 3, version: 0 }),
        engine.runHealth({ version: 0 }),
        engine.runConfusion({ version: 0 }),
      ]);
    await next();
    await look();
    for (let step = 1; step <= 3; step++) {
      engine.runStep({});
      await next();
      await look();
      expect(engine.runCurrent({})?.steps.at(-1)?.step).toBe(step);
    }
    // In mid-epoch: stopped, looked at, and gone on with; then looked at again and again.
    await engine.runStop({});
    const stopped = await first;
    expect(stopped.status).toBe("done");
    expect(stopped.epochs).toHaveLength(0);
    await look();
    let looks = 0;
    let isOver = false;
    const rest = run().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await look();
      looks++;
    }
    const looked = await rest;
    expect(looks).toBeGreaterThan(3);
    expect(results(looked)).toEqual(results(alone));
    expect(await bits()).toEqual(expected);
  });

  it("is the same again after reset, and goes on when it is over", async () => {
    const own = { ...settings, epochs: 1 };
    await engine.runOpen({ settings: own });
    const once = await run();
    const expected = await bits();
    const ready = await engine.runReset({});
    expect([ready.status, ready.steps.length, ready.epochs.length]).toEqual(["ready", 0, 0]);
    expect(results(await run())).toEqual(results(once));
    expect(await bits()).toEqual(expected);
    const further = await run();
    expect(further.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it("pauses, goes on, and does not count the pause as work", async () => {
    await engine.runOpen({ settings: { ...settings, epochs: 1 } });
    const { hear, next } = standstill();
    const training = run(hear, true);
    await next();
    // A step that is asked for while it runs is not kept for the next pause.
    engine.runResume({});
    engine.runStep({});
    engine.runPause({});
    const before = engine.runCurrent({});
    expect(before?.steps).toEqual([]);
    await new Promise((done) => setTimeout(done, 700));
    expect(engine.runCurrent({})).toEqual({ ...before, status: "paused" });
    engine.runResume({});
    const { epochs, status } = await training;
    expect(status).toBe("done");
    expect(epochs[0]?.seconds).toBeLessThan(0.7);
    expect(epochs[0]?.imagesPerSecond).toBeCloseTo(200 / (epochs[0]?.seconds ?? 0), 3);
  });

  it("is stopped before its first step as if it had not begun", async () => {
    await engine.runOpen({ settings });
    const { hear, next } = standstill();
    const training = run(hear, true);
    await next();
    await engine.runStop({});
    expect((await training).status).toBe("ready");
  });

  it("keeps a rate that is set by hand, under its schedule, and where it goes on", async () => {
    await engine.runOpen({ settings });
    const { hear, next } = standstill();
    const training = run(hear, true);
    await next();
    engine.runRate({ lr: 0.004 });
    engine.runStep({});
    await next();
    expect(engine.runCurrent({})?.steps.at(-1)?.lr).toBe(0.004);
    await engine.runStop({});
    await training;
    // What is set already changes nothing, wherever the schedule is.
    engine.runRate({ lr: 0.004 });
    const { epochs } = await run();
    const cosine = [0, 1, 2].map((t) => (0.004 * (1 + Math.cos((Math.PI * t) / 3))) / 2);
    for (const [i, { lr }] of epochs.entries()) expect(lr).toBeCloseTo(cosine[i] ?? 0, 12);
    expect(() => engine.runRate({ lr: -1 })).toThrow("lr must be a finite number");
    expect(() => engine.runRate({ lr: Number.NaN })).toThrow("lr must be a finite number");
  });

  it("leaves each step's rate to one cycle", async () => {
    await engine.runOpen({ settings: { ...settings, schedule: "one-cycle", epochs: 2 } });
    engine.runRate({ lr: 0.02 });
    const { hear, next } = standstill();
    const training = run(hear, true);
    await next();
    engine.runStep({});
    await next();
    expect(() => engine.runRate({ lr: 0.1 })).toThrow("one-cycle sets the learning rate");
    await engine.runStop({});
    await training;
    expect(() => engine.runRate({ lr: 0.1 })).toThrow("one-cycle sets the learning rate");
    engine.runRate({ lr: 0.02 });
    const over = await run();
    expect(over.error).toBe(null);
    expect(over.epochs).toHaveLength(2);
    engine.runRate({ lr: 0.1 });
    expect((await run()).epochs.map(({ lr }) => lr).slice(2)).toEqual([0.1, 0.1]);
  });

  it("that diverges says so, stands at its last good values, and goes on with a lower rate", async () => {
    const own = { ...settings, optimizer: "sgd", schedule: "none", epochs: 2 } as const;
    await engine.runOpen({ settings: own });
    const { hear, next } = standstill();
    const training = run(hear, true);
    for (let step = 0; step < 9; step++) {
      await next();
      engine.runStep({});
    }
    await next();
    engine.runRate({ lr: 1e30 });
    engine.runResume({});
    const failed = await training;
    expect(failed.status).toBe("failed");
    expect(failed.error?.en).toContain("training diverged");
    const goodStep = Number(/values after step (\d+)/.exec(failed.error?.en ?? "")?.[1]);
    expect((await requireRun().state())?.step).toBe(goodStep);
    for (const parameter of requireRun().net.parameters())
      expect((await parameter.data()).every(Number.isFinite)).toBe(true);
    engine.runRate({ lr: 0.01 });
    const saved = await run();
    expect([saved.status, saved.error]).toEqual(["done", null]);
    expect(saved.epochs.map(({ step }) => step)).toEqual([7, 14]);
    expect(saved.epochs.every(({ testLoss }) => Number.isFinite(testLoss))).toBe(true);
  });

  it("ends when another is opened, and can be opened again", async () => {
    const first = await engine.runOpen({ settings: { ...settings, epochs: 1000 } });
    let unsaved = "";
    const begun = new Promise<void>((done) => {
      void run((event) => {
        if (event.type === "epoch") done();
        if (event.type === "unsaved") unsaved = event.text.en;
      });
    });
    await begun;
    await expect(run()).rejects.toThrow("being trained already");
    const second = await engine.runOpen({ settings: { ...settings, title: "second" } });
    expect(engine.runCurrent({})?.id).toBe(second.id);
    expect(second.status).toBe("ready");
    // Node has no storage for pages: that is said, and nothing is lost while the engine runs.
    expect(unsaved).toContain("the browser keeps nothing for this page");
    await engine.runRename({ id: first.id, title: "renamed" });
    const listed = (await engine.runList({})).find(({ id }) => id === first.id);
    expect(listed).toMatchObject({ status: "done", settings: { title: "renamed" } });
    const again = await engine.runLoad({ id: first.id });
    expect(again.epochs.length).toBeGreaterThan(0);
    expect(again.epochs).toEqual(listed?.epochs);
    await engine.runDelete({ id: first.id });
    expect((await engine.runList({})).some(({ id }) => id === first.id)).toBe(false);
  });

  it("refuses networks that do not fit, and keeps the one before", async () => {
    const { id } = await engine.runOpen({ settings });
    const wrong = (network: string) => engine.runOpen({ settings: { ...settings, network } });
    await expect(wrong("new nn.Sequential(new nn.Flaten())")).rejects.toThrow("Flaten");
    await expect(
      wrong("new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 7))"),
    ).rejects.toThrow("does not end in one number for each class");
    expect(engine.runCurrent({})?.id).toBe(id);
  });
});

describe("a look at a network", () => {
  it("shows activations, gradients and kernels", async () => {
    await engine.runOpen({ settings });
    const asked = { index: 7, version: 0 };
    const { layers, probabilities, label, pixels } = await engine.runLook(asked);
    const types = layers.map(({ type }) => type);
    expect(types).toEqual([
      "Conv2d",
      "BatchNorm2d",
      "ReLU",
      "MaxPool2d",
      "Flatten",
      "Dropout",
      "Linear",
    ]);
    expect(pixels).toHaveLength(784);
    expect(label).toBe(sample.test.labels[7]);
    const [conv, , relu] = layers;
    expect(conv?.shape).toEqual([4, 12, 12]);
    expect(Math.min(...(relu?.values ?? []))).toBe(0);
    const kernels = await engine.runLook({ ...asked, kind: "kernels" });
    expect(kernels.layers.map(({ values }) => values !== null)).toEqual([
      true,
      ...types.slice(1).map(() => false),
    ]);
    expect(kernels.layers[0]?.shape).toEqual([4, 1, 5, 5]);
    expect(kernels.layers[0]?.values).toEqual(await requireRun().net.parameters()[0]?.data());
    const backward = await engine.runLook({ ...asked, kind: "backward" });
    expect(backward.probabilities).toEqual(probabilities);
    expect(backward.layers[0]?.shape).toEqual([4, 12, 12]);
    // Of cross-entropy with respect to the logits: probabilities less the truth.
    const gradients = backward.layers.at(-1)?.values ?? [];
    for (const [i, probability] of probabilities.entries())
      expect(gradients[i]).toBeCloseTo(probability - (i === label ? 1 : 0), 6);
  });

  it("finds dead units, and norms of weights and gradients", async () => {
    await engine.runOpen({
      settings: {
        ...settings,
        network: `new nn.Sequential(
      new nn.Conv2d(1, 4, 5, { stride: 2 }), new nn.ReLU(), new nn.Flatten(), new nn.Linear(576, 10))`,
      },
    });
    const { net } = requireRun();
    const [weight, bias] = net.parameters();
    const values = await weight?.data();
    values?.fill(0, 0, 25);
    weight?.write(values as Float32Array);
    bias?.write(Float32Array.of(-1, 0, 0, 0));
    const { layers } = await engine.runHealth({ version: 0 });
    expect(layers.map(({ deadShare }) => deadShare)).toEqual([null, 0.25, null, null]);
    const { x, y } = testBatch(requireRun(), 64);
    crossEntropy(net.forward(x), y).backward();
    for (const [layer, parameters] of [
      [layers[0], net.parameters().slice(0, 2)],
      [layers[3], net.parameters().slice(2)],
    ] as const) {
      const norm = async (of: "grad" | "value") => {
        const all = await Promise.all(
          parameters.map((parameter) => (of === "grad" ? parameter.grad : parameter)?.data()),
        );
        return Math.hypot(...all.flatMap((part) => [...(part ?? [])]));
      };
      expect(layer?.weightNorm).toBeCloseTo(await norm("value"), 4);
      expect(layer?.gradNorm).toBeCloseTo(await norm("grad"), 4);
    }
    expect(layers[1]).toMatchObject({ weightNorm: null, gradNorm: null });
  });

  it("counts which classes it takes for which, and shows the surest mistakes", async () => {
    await engine.runOpen({ settings: { ...settings, epochs: 2 } });
    const { epochs } = await run();
    const { matrix, worst } = await engine.runConfusion({ version: 0 });
    const count = matrix.flat().reduce((sum, number) => sum + number, 0);
    const right = matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
    expect(count).toBe(120);
    expect(right / 120).toBeCloseTo(epochs.at(-1)?.testAccuracy ?? 0, 10);
    for (const [label, row] of matrix.entries())
      expect(row.reduce((sum, number) => sum + number, 0)).toBe(
        sample.test.labels.filter((other) => other === label).length,
      );
    expect(worst).toHaveLength(Math.min(12, 120 - right));
    const sure = worst.map(({ probability }) => probability);
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
    for (const { index, label, predicted, pixels, probability } of worst) {
      expect(label).toBe(sample.test.labels[index]);
      expect(predicted).not.toBe(label);
      const look = await engine.runLook({ index, version: 0 });
      expect(look.probabilities[predicted]).toBeCloseTo(probability, 5);
      expect(look.pixels).toEqual(pixels);
    }
  });
});

describe("a checkpoint", () => {
  /** As `fovea train` writes it: LeNet, after two epochs. */
  async function ofCommand(
    optimizer: optim.OptimizerFactory,
    own: Partial<train.FitOptions> = {},
    said: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly bytes: Uint8Array; readonly accuracy: number }> {
    manualSeed(2);
    const net = models.lenet();
    const made = optimizer(net.parameters());
    let progress: train.TrainState | null = null;
    const { epochs } = await train.fit(net, {
      ...{ data: sample.train, validation: sample.test, optimizer: made, epochs: 2, batchSize: 50 },
      callbacks: [
        {
          onEpoch: async (_, context) => {
            progress = await context.state();
          },
        },
      ],
      ...own,
    });
    const bytes = await train.encodeCheckpoint({
      ...{ net, optimizer: made, progress, model: { name: "lenet", options: {} } },
      classes: sample.classes,
      settings: { data: "fashion-mnist-sample", epochs: 4, batchSize: 50, ...said },
    });
    return { bytes, accuracy: epochs.at(-1)?.validationAccuracy ?? Number.NaN };
  }

  const open = (bytes: Uint8Array) => engine.runImport({ name: "best.safetensors", bytes });

  it("of the command goes on as it would there", async () => {
    const { bytes, accuracy } = await ofCommand(
      optim.sgd({ lr: 0.9 }),
      {},
      { optimizer: "sgd", lr: 0.9 },
    );
    const view = await open(bytes);
    expect(view.settings).toMatchObject({ title: "best", model: { name: "lenet" }, lr: 0.9 });
    expect(view.parameters).toBe(61_706);
    expect(view.epochs.map(({ testAccuracy }) => testAccuracy).at(-1)).toBe(accuracy);
    const { matrix } = await engine.runConfusion({ version: 0 });
    expect(matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0) / 120).toBe(accuracy);
    const { epochs } = await run();
    manualSeed(2);
    const whole = await train.fit(models.lenet(), {
      ...{ data: sample.train, validation: sample.test, optimizer: optim.sgd({ lr: 0.9 }) },
      ...{ epochs: 4, batchSize: 50 },
    });
    expect(epochs.map(({ testLoss }) => testLoss)).toEqual(
      whole.epochs.map(({ validationLoss }) => validationLoss),
    );
  });

  it("of other data, an optimizer and a schedule that are unknown here goes on, too", async () => {
    const few = part(sample.train, 64);
    const { bytes } = await ofCommand(
      optim.adagrad({ lr: 0.01 }),
      {
        ...{ data: few, accumulate: 2, batchSize: 16, seed: 9 },
        schedule: (optimizer) => new optim.ReduceLROnPlateau(optimizer),
      },
      { optimizer: "adagrad", lr: 0.01, schedule: "plateau", batchSize: 16, seed: 9 },
    );
    const view = await open(bytes);
    expect(view.settings).toMatchObject({ batchSize: 16, seed: 9, schedule: "none", lr: 0.01 });
    const { error, epochs } = await run();
    expect(error).toBe(null);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(epochs.map(({ step }) => step)).toEqual([2, 4, 17, 30]);
  });

  it("of a network alone is trained from there", async () => {
    manualSeed(3);
    const alone = (net: nn.Module, name: string) =>
      train.encodeCheckpoint({ net, model: { name, options: {} }, classes: sample.classes });
    await open(await alone(models.lenet(), "lenet"));
    const before = await engine.runHealth({ version: 0 });
    engine.runRate({ lr: 0 });
    const { epochs, error } = await run();
    expect(error).toBe(null);
    expect(epochs[0]?.epoch).toBe(1);
    expect(await engine.runHealth({ version: 1 })).toEqual(before);
    const { settings: said } = await open(await alone(models.resnet18(), "resnet18"));
    expect(said.inputShape).toEqual(models.models.resnet18?.inputShape);
    const options = { inputSize: 64, inChannels: 3 };
    const model = { name: "resnet18", options };
    const net = models.createModel("resnet18", options);
    const large = await train.encodeCheckpoint({ net, model, classes: sample.classes });
    expect((await open(large)).settings.inputShape).toEqual([3, 64, 64]);
  });

  it("of other classes takes the person's own pictures that have them", async () => {
    const alone = (classes: readonly string[]) =>
      train.encodeCheckpoint({
        ...{ net: models.lenet(), model: { name: "lenet", options: {} }, classes },
        settings: { data: "a folder" },
      });
    const own = await open(await alone(letters));
    expect([own.settings.dataset, own.classes]).toEqual(["own-letters", letters]);
    expect((await open(await alone(sample.classes))).settings.dataset).toBe("sample");
  });

  it("of the studio comes back as it was", async () => {
    await engine.runOpen({ settings });
    const { hear, next } = standstill();
    const training = run(hear, true);
    await next();
    engine.runStep({});
    await next();
    await engine.runStop({});
    const stopped = await training;
    const values = await bits();
    const { name, bytes } = await engine.runExport({ id: stopped.id });
    expect(name).toBe("small.safetensors");
    const opened = await open(bytes);
    expect(opened.id).not.toBe(stopped.id);
    expect(opened.settings).toEqual(settings);
    expect(await bits()).toEqual(values);
    const whole = await run();
    await engine.runOpen({ settings });
    expect(results(whole)).toEqual(results(await run()));
  });

  it("of pictures that are not here is looked at with others, kept and handed on, and not trained", async () => {
    const net = models.lenet({ numClasses: 2 });
    const foreign = await train.encodeCheckpoint({
      ...{ net, classes: ["cat", "dog"], normalize: { mean: 0.5, std: 0.25 } },
      model: { name: "lenet", options: { numClasses: 2 } },
      settings: { data: "pets", title: "cats and dogs" },
    });
    const { id, settings: own, ...view } = await open(foreign);
    expect([own.dataset, view.classes, view.testImages]).toEqual(["none", ["cat", "dog"], 0]);

    const pixels = Float32Array.from({ length: 784 }, (_, i) => (i % 29) / 28);
    const look = await probe.probeLook({ pixels, index: 0, version: "1" });
    const x = Tensor.from(pixels, { shape: [1, 1, 28, 28] })
      .sub(0.5)
      .div(0.25);
    const expected = await softmax(net.forward(x), 1).data();
    expect([...look.probabilities]).toEqual([...expected]);
    const blank = await probe.probeLook({ pixels: null, index: 0, version: "2" });
    expect([blank.label, blank.pixels.length, Math.max(...blank.pixels)]).toEqual([null, 784, 0]);

    const refused = "the pictures that this network was trained on are not here";
    await expect(run()).rejects.toThrow(refused);
    for (const ask of [
      async () => engine.runLook({ index: 0, version: 1 }),
      async () => engine.runHealth({ version: 1 }),
      async () => engine.runConfusion({ version: 1 }),
    ])
      await expect(ask()).rejects.toThrow(refused);
    const { bytes } = await engine.runExport({ id });
    const again = train.decodeCheckpoint(bytes);
    expect([again.classes, again.normalize]).toEqual([["cat", "dog"], { mean: 0.5, std: 0.25 }]);

    const huge = await train.encodeCheckpoint({
      ...{ net, classes: ["cat", "dog"] },
      model: { name: "lenet", options: { numClasses: 2, imageSize: [2 ** 20, 2 ** 20] } },
    });
    await expect(open(huge)).rejects.toThrow("impossible size");
  });

  it("that is broken is refused in words, and nothing changes", async () => {
    const { id } = await engine.runOpen({ settings });
    const { bytes } = await engine.runExport({ id });
    await expect(open(bytes.slice(0, 400))).rejects.toMatchObject({ name: "FormatError" });
    await expect(open(new TextEncoder().encode("no network"))).rejects.toMatchObject({
      name: "FormatError",
    });
    await expect(open(new Uint8Array(0))).rejects.toMatchObject({ name: "FormatError" });
    const unknown = await train.encodeCheckpoint({
      ...{ net: models.lenet(), classes: sample.classes, model: { name: "nothing", options: {} } },
    });
    await expect(open(unknown)).rejects.toThrow("nothing");
    expect(engine.runCurrent({})?.id).toBe(id);
  });
});
