// Batch normalisation: what it computes is compared with PyTorch's numbers elsewhere; here are its running
// statistics, which a forward pass changes, in loops written by hand and in captured steps.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BackendName, setBackend } from "../../src/backends.ts";
import { residentOf } from "../../src/data/resident.ts";
import { summary } from "../../src/inspect/index.ts";
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  Module,
  ReLU,
  Sequential,
} from "../../src/nn/index.ts";
import { batchNorm, crossEntropy } from "../../src/ops/index.ts";
import { SGD, sgd } from "../../src/optim/index.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import { Tensor, Variable } from "../../src/tensor/tensor.ts";
import * as train from "../../src/train/index.ts";
import {
  checkpointCallback,
  evaluate,
  loadCheckpoint,
  restore,
  Totals,
  TrainStep,
} from "../../src/train/index.ts";
import { bars, valuesOf } from "./toy.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-batch-norm-"));
});
afterAll(() => rm(folder, { recursive: true }));

function normalNet(seed = 1): Sequential {
  manualSeed(seed);
  return new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }),
    new BatchNorm2d(4),
    new ReLU(),
    new Flatten(),
    new Linear(256, 8),
    new BatchNorm1d(8),
    new Linear(8, 2),
  );
}

/** One layer, run twice on the way. */
class Shared extends Module {
  readonly norm = new BatchNorm1d(2);
  readonly last = new Linear(2, 2);
  override forward(x: Tensor): Tensor {
    return this.last.forward(this.norm.forward(this.norm.forward(x.flatten(1).slice(1, 0, 2))));
  }
}

function sharedNet(): Shared {
  manualSeed(2);
  return new Shared();
}

/** A buffer of a layer that keeps running statistics. */
function running(norm: BatchNorm1d | BatchNorm2d, name: BufferName): Variable {
  const buffer = norm[name];
  if (buffer === null) throw new Error(`the layer has no ${name}`);
  return buffer;
}

type BufferName = "runningMean" | "runningVar" | "numBatchesTracked";

function expectClose(found: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

describe.each<BackendName>(["reference", "wasm"])("batch normalisation on %s", (backend) => {
  beforeEach(() => {
    setBackend(backend);
  });

  it("moves the running statistics when they are read", async () => {
    const norm = new BatchNorm1d(2, { momentum: 0.25, eps: 0 });
    const y = norm.forward(
      Tensor.from([
        [1, 10],
        [3, 30],
      ]),
    );
    expectClose(await y.data(), [-1, -1, 1, 1]);
    expectClose(await running(norm, "runningMean").data(), [0.5, 5]);
    // The unbiased variances are 2 and 200.
    expectClose(await running(norm, "runningVar").data(), [1.25, 50.75]);
    expect(await running(norm, "numBatchesTracked").item()).toBe(1);
  });

  it("counts every forward pass, also when nothing is read in between", async () => {
    const norm = new BatchNorm1d(1, { momentum: 0.5 });
    norm.forward(Tensor.from([[1], [3]]));
    norm.forward(Tensor.from([[5], [7]]));
    norm.forward(Tensor.from([[1, 2, 3]]).reshape(1, 1, 3));
    expect(await running(norm, "numBatchesTracked").item()).toBe(3);
    // ((0/2 + 2/2)/2 + 6/2)/2 + 2/2
    expectClose(await running(norm, "runningMean").data(), [(1 / 2 + 3) / 2 + 1]);
  });

  it("normalises by the running statistics in evaluation, and leaves them", async () => {
    const norm = new BatchNorm1d(1, { eps: 0 });
    running(norm, "runningMean").assign(Tensor.from([3]));
    running(norm, "runningVar").assign(Tensor.from([4]));
    norm.eval();
    expectClose(await norm.forward(Tensor.from([[5], [3]])).data(), [1, 0]);
    expect(await running(norm, "runningMean").array()).toEqual([3]);
    expect(await running(norm, "numBatchesTracked").item()).toBe(0);
  });

  it("without running statistics, normalises by the batch in evaluation too", async () => {
    const norm = new BatchNorm1d(1, { eps: 0, affine: false, trackRunningStats: false });
    norm.eval();
    expectClose(await norm.forward(Tensor.from([[5], [3]])).data(), [1, -1]);
    expect([...norm.stateDict().keys()]).toEqual([]);
  });

  it("a value that is given afterwards wins", async () => {
    const norm = new BatchNorm1d(1);
    norm.forward(Tensor.from([[1], [3]]));
    running(norm, "runningMean").assign(Tensor.from([7]));
    expect(await running(norm, "runningMean").array()).toEqual([7]);
    norm.forward(Tensor.from([[1], [3]]));
    norm.loadStateDict(new BatchNorm1d(1).stateDict());
    expect(await running(norm, "runningMean").array()).toEqual([0]);
    expect(await running(norm, "numBatchesTracked").item()).toBe(0);
  });

  it("a captured step does the same as a loop written by hand", async () => {
    const data = bars(12, 1);
    const batches = [
      Int32Array.of(0, 3, 5, 6),
      Int32Array.of(1, 2, 7, 11),
      Int32Array.of(4, 5, 6, 8),
    ];
    const resident = residentOf(data);
    for (const make of [normalNet, sharedNet]) {
      const [captured, byHand] = [make(), make()];
      const step = new TrainStep({
        net: captured,
        optimizer: new SGD(captured.parameters(), { lr: 0.1 }),
        loss: crossEntropy,
        data: resident,
        classes: 2,
        totals: new Totals(),
        batchSize: 4,
      });
      const optimizer = new SGD(byHand.parameters(), { lr: 0.1 });
      for (const batch of batches) {
        step.run(batch);
        const x = new Float32Array(batch.length * 64);
        for (const [i, image] of batch.entries())
          for (let k = 0; k < 64; k++)
            x[i * 64 + k] = (data.images[image * 64 + k] as number) / 255;
        const target = Int32Array.from(batch, (image) => data.labels[image] as number);
        optimizer.zeroGrad();
        const logits = byHand.forward(Tensor.from(x, { shape: [4, 1, 8, 8] }));
        crossEntropy(logits, Tensor.from(target)).backward();
        optimizer.step();
      }
      const expected = await valuesOf(byHand);
      const found = await valuesOf(captured);
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      for (const [name, values] of Object.entries(expected))
        expectClose(found[name] ?? [], values, 4);
    }
  });

  it("a layer that runs twice in a step counts twice", async () => {
    const net = new Shared();
    const step = new TrainStep({
      net,
      optimizer: new SGD(net.parameters(), { lr: 0.1 }),
      loss: crossEntropy,
      data: residentOf(bars(8, 1)),
      classes: 2,
      totals: new Totals(),
      batchSize: 4,
    });
    expect(await running(net.norm, "numBatchesTracked").item()).toBe(0);
    step.run(Int32Array.of(0, 1, 2, 3));
    step.run(Int32Array.of(4, 5, 6, 7));
    expect(await running(net.norm, "numBatchesTracked").item()).toBe(4);
  });

  it("a summary changes nothing, and takes a batch of one", async () => {
    const net = normalNet();
    expect(summary(net, [1, 1, 8, 8]).layers.length).toBe(7);
    expect(net.children().every((child) => child.training)).toBe(true);
    const [norm] = net.modules().filter((module) => module instanceof BatchNorm2d);
    expect(await running(norm as BatchNorm2d, "numBatchesTracked").item()).toBe(0);
  });

  it("has gradients that neither a shift nor a stretch of the batch changes", async () => {
    const x = Tensor.from([[1], [2], [4]], { requiresGrad: true });
    batchNorm(x, null, null, { training: true, eps: 0 }).pow(3).sum().backward();
    // The sum of a normalised batch's cubes changes with neither a shift nor a stretch of the batch.
    const grad = (await (x.grad as Tensor).data()) as Float32Array;
    expect(grad.some((value) => Math.abs(value) > 0.1)).toBe(true);
    expect(grad.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 5);
    expect(grad.reduce((sum, value, i) => sum + value * (i === 2 ? 4 : i + 1), 0)).toBeCloseTo(
      0,
      5,
    );
  });

  it("refuses what cannot be", () => {
    const moved = new Variable(Tensor.zeros([2]));
    expect(() => new BatchNorm2d(0)).toThrow(/BatchNorm2d: numFeatures must be/);
    expect(() => new BatchNorm1d(2, { momentum: 2 })).toThrow(/BatchNorm1d: momentum is 2/);
    expect(() => new BatchNorm2d(2).forward(Tensor.ones([3, 2]))).toThrow(
      /BatchNorm2d: x has 2 axes/,
    );
    expect(() => new BatchNorm1d(2).forward(Tensor.ones([3, 2, 4, 4]))).toThrow(/x has 4 axes/);
    expect(() => new BatchNorm1d(2).forward(Tensor.ones([1, 2]))).toThrow(
      /two elements or more[\s\S]*net\.eval/,
    );
    expect(() => new BatchNorm1d(2).forward(Tensor.ones([0, 2]))).toThrow(/two elements or more/);
    expect(() => new BatchNorm1d(2).forward(Tensor.ones([4, 3]))).toThrow(/for each of 3 channels/);
    expect(() => batchNorm(Tensor.ones([4, 2]), moved, null)).toThrow(/runningVar is null/);
    expect(() =>
      batchNorm(Tensor.ones([4, 2]), Tensor.zeros([2]), moved, { training: true }),
    ).toThrow(/runningMean, which is no Variable/);
  });

  it("prints what differs from the defaults", () => {
    expect(String(new BatchNorm2d(6))).toBe("BatchNorm2d(6)");
    expect(String(new BatchNorm1d(6, { eps: 0.1, affine: false }))).toBe(
      "BatchNorm1d(6, eps 0.1, affine false)",
    );
  });
});

describe("training with batch normalisation", () => {
  beforeEach(() => {
    setBackend("wasm");
  });

  it("learns, evaluates by the running statistics, and resumes to the same bits", async () => {
    const data = bars(64, 1);
    const settings = { data, epochs: 6, batchSize: 8, seed: 5, optimizer: sgd({ lr: 0.1 }) };
    const net = normalNet();
    await train.fit(net, settings);
    expect((await evaluate(net, bars(40, 2))).accuracy).toBeGreaterThan(0.9);
    expect(await running(net.children()[1] as BatchNorm2d, "numBatchesTracked").item()).toBe(48);

    const model = { name: "bars", options: {} };
    await train.fit(normalNet(), {
      ...settings,
      epochs: 3,
      callbacks: [checkpointCallback({ folder, model })],
    });
    const checkpoint = await loadCheckpoint(join(folder, "last.safetensors"));
    const { progress } = checkpoint;
    if (progress === null) throw new Error("no progress was saved");
    const second = normalNet(9);
    const optimizer = settings.optimizer(second.parameters());
    restore(second, optimizer, checkpoint);
    await train.fit(second, { data, epochs: 6, optimizer, resume: progress });
    expect(await valuesOf(second)).toEqual(await valuesOf(net));
  });
});
