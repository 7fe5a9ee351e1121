// Normalisation layers against numbers of PyTorch 1.13 (float64): values, gradients, running statistics.
import { beforeEach, describe, expect, it } from "vitest";
import { type BackendName, setBackend } from "../../src/backends.ts";
import { residentOf } from "../../src/data/resident.ts";
import {
  BatchNorm1d,
  Flatten,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  LayerNorm,
  Linear,
  LocalResponseNorm,
  Sequential,
} from "../../src/nn/index.ts";
import {
  crossEntropy,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNorm,
} from "../../src/ops/index.ts";
import { SGD } from "../../src/optim/index.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { Totals, TrainStep } from "../../src/train/index.ts";
import { bars } from "./toy.ts";

/** [2, 4, 3], all multiples of 1/4. */
const input = (requiresGrad = false) =>
  Tensor.from(
    Float32Array.from({ length: 24 }, (_, i) => (((i * 7) % 11) - 5) / 4),
    { shape: [2, 4, 3], requiresGrad },
  );
const leaf = (values: number[]) => Tensor.from(values, { requiresGrad: true });

function expectClose(found: ArrayLike<number>, expected: readonly number[], digits = 4): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

describe.each<BackendName>(["reference", "wasm"])("normalisation on %s", (backend) => {
  beforeEach(() => {
    setBackend(backend);
  });

  /** First values, and the gradients of the sum of cubes. */
  async function check(
    f: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor,
    [weight, bias]: readonly [number[], number[]],
    expected: { y: number[]; x: number[]; weight: number[]; bias: number[] },
  ): Promise<void> {
    const [x, w, b] = [input(true), leaf(weight), leaf(bias)] as const;
    const y = f(x, w, b);
    y.pow(3).sum().backward();
    expectClose((await y.data()).slice(0, 6), expected.y);
    expectClose((await (x.grad as Tensor).data()).slice(0, 6), expected.x, 3);
    expectClose(await (w.grad as Tensor).data(), expected.weight, 3);
    expectClose(await (b.grad as Tensor).data(), expected.bias, 3);
  }

  const perChannel = [
    [0.5, 1, 2, -1],
    [1, 0, -1, 0.5],
  ] as const as unknown as [number[], number[]];

  it("layerNorm", () =>
    check(
      (x, weight, bias) => layerNorm(x, [3], { weight, bias }),
      [
        [0.5, 1, 2],
        [1, 0, -1],
      ],
      {
        y: [0.4187675, 1.2787116, -1.232493, 1.6123678, 0, -3.4494714],
        x: [-3.6217785, -2.7162384, 6.3380168, 15.3683252, -30.7378902, 15.3695651],
        weight: [29.6060981, -18.81743, -107.198644],
        bias: [37.359167, 24.5265498, 132.7120708],
      },
    ));

  it("groupNorm", () =>
    check((x, weight, bias) => groupNorm(x, 2, { weight, bias }), perChannel, {
      y: [0.3034789, 1.3482605, 0.7512425, 1.5920482, 0.398012, -0.7960241],
      x: [0.7855948, -1.1415552, -0.5191164, 2.531364, -3.1130354, 1.4567482],
      weight: [13.8819768, 4.7481241, -40.7577037, -28.7836427],
      bias: [20.218772, 18.9798858, 78.3669495, 25.4076589],
    }));

  it("instanceNorm", () =>
    check((x, weight, bias) => instanceNorm(x, { weight, bias }), perChannel, {
      y: [0.4187675, 1.6393558, 0.9418767, 1.2247357, 0, -1.2247357],
      x: [0.2888205, 0.2167068, -0.5055273, 1.837076, -3.6741519, 1.837076],
      weight: [17.9996497, -1.5551595, -78.2193975, -19.5548494],
      bias: [22.4999124, 17.9996899, 89.9987595, 22.4996899],
    }));

  it("localResponseNorm", async () => {
    const x = input(true);
    const y = localResponseNorm(x, 3, { alpha: 0.6, k: 2 });
    y.pow(3).sum().backward();
    expectClose((await y.data()).slice(0, 4), [-0.6061262, 0.290519, -0.2803838, 0.5736489]);
    expectClose(
      (await (x.grad as Tensor).data()).slice(0, 4),
      [0.5141805, 0.1411025, 0.1160547, 0.4244517],
    );
    const even = new LocalResponseNorm(4, { alpha: 0.6, k: 2 }).forward(input());
    expectClose((await even.data()).slice(0, 4), [-0.6346761, 0.2921807, -0.2844004, 0.6072108]);
  });

  it("InstanceNorm1d with running statistics", async () => {
    const norm = new InstanceNorm1d(4, { affine: true, trackRunningStats: true, momentum: 0.25 });
    norm.forward(input());
    norm.forward(input().mul(2).add(1));
    expectClose(await (norm.runningMean as Tensor).data(), [0.25, 0.3932292, 0.2213542, 0.0494792]);
    expectClose(
      await (norm.runningVar as Tensor).data(),
      [1.4778646, 1.6139323, 1.6139323, 1.6139323],
    );
    // PyTorch keeps the counter, and does not count.
    expect(await (norm.numBatchesTracked as Tensor).item()).toBe(0);
    norm.eval();
    const y = await norm.forward(input()).data();
    expectClose(y.slice(0, 4), [-1.2338787, 0.2056465, -0.6169394, 0.6744048]);
  });

  it("BatchNorm1d with the plain mean of all batches", async () => {
    const norm = new BatchNorm1d(4, { momentum: null });
    for (let k = 0; k < 3; k++)
      norm.forward(
        input()
          .mul(k + 1)
          .add(k),
      );
    expectClose(await (norm.runningMean as Tensor).data(), [1, 1.4166667, 0.9166667, 0.4166667]);
    expectClose(await (norm.runningVar as Tensor).data(), [3.85, 3.3152778, 3.3152778, 3.3152778]);
    expect(await (norm.numBatchesTracked as Tensor).item()).toBe(3);
    norm.eval();
    expect((await norm.forward(input()).data()).every(Number.isFinite)).toBe(true);
    expect(await (norm.numBatchesTracked as Tensor).item()).toBe(3);
  });

  it("counts batches inside a captured step", async () => {
    manualSeed(1);
    const norm = new BatchNorm1d(64, { momentum: null, affine: false });
    const net = new Sequential(new Flatten(), norm, new Linear(64, 2));
    const data = bars(8, 1);
    const step = new TrainStep({
      net,
      optimizer: new SGD(net.parameters(), { lr: 0.1 }),
      loss: crossEntropy,
      data: residentOf(data),
      classes: 2,
      totals: new Totals(),
      batchSize: 4,
    });
    step.run(Int32Array.of(0, 1, 2, 3));
    step.run(Int32Array.of(4, 5, 6, 7));
    // The mean of two equally large batches is the mean of all images.
    const expected = Array.from({ length: 64 }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < 8; i++) sum += (data.images[i * 64 + k] as number) / 255;
      return sum / 8;
    });
    expectClose(await (norm.runningMean as Tensor).data(), expected, 5);
    expect(await (norm.numBatchesTracked as Tensor).item()).toBe(2);
  });

  it("integers are normalised as floats, several axes at once", async () => {
    const x = Tensor.from([[[1, 3]], [[2, 2]]], { dtype: "int32" });
    expectClose(await layerNorm(x, [1, 2], { eps: 3 }).data(), [-0.5, 0.5, 0, 0]);
  });
});

describe("normalisation layers", () => {
  beforeEach(() => {
    setBackend("reference");
  });

  it("print what differs from the defaults", () => {
    const layers = [
      new LayerNorm(5),
      new LayerNorm([3, 5], { eps: 0.1, bias: false }),
      new LayerNorm(5, { elementwiseAffine: false }),
      new GroupNorm(2, 6),
      new GroupNorm(2, 6, { affine: false }),
      new InstanceNorm2d(6),
      new InstanceNorm2d(6, { affine: true, trackRunningStats: true, momentum: 0.2 }),
      new LocalResponseNorm(5),
      new LocalResponseNorm(5, { alpha: 1, beta: 0.5, k: 2 }),
      new BatchNorm1d(3, { momentum: null }),
    ];
    expect(layers.map(String)).toEqual([
      "LayerNorm([5])",
      "LayerNorm([3, 5], eps 0.1, no bias)",
      "LayerNorm([5], elementwiseAffine false)",
      "GroupNorm(2, 6)",
      "GroupNorm(2, 6, affine false)",
      "InstanceNorm2d(6)",
      "InstanceNorm2d(6, momentum 0.2, affine true, trackRunningStats true)",
      "LocalResponseNorm(5)",
      "LocalResponseNorm(5, alpha 1, beta 0.5, k 2)",
      "BatchNorm1d(3, momentum null)",
    ]);
  });

  it("hold the state that PyTorch's hold", () => {
    const names = (layer: { stateDict(): Map<string, unknown> }) => [...layer.stateDict().keys()];
    expect(names(new LayerNorm(5))).toEqual(["weight", "bias"]);
    expect(names(new LayerNorm(5, { bias: false }))).toEqual(["weight"]);
    expect(names(new GroupNorm(1, 2))).toEqual(["weight", "bias"]);
    expect(names(new InstanceNorm1d(2))).toEqual([]);
    expect(names(new InstanceNorm1d(2, { affine: true, trackRunningStats: true }))).toEqual([
      "weight",
      "bias",
      "runningMean",
      "runningVar",
      "numBatchesTracked",
    ]);
  });

  it("refuse what cannot be", () => {
    const x = Tensor.ones([2, 4, 3]);
    const refused: [() => unknown, RegExp][] = [
      [() => new LayerNorm([]), /normalizedShape is empty/],
      [() => new LayerNorm(0), /normalizedShape must be a whole number/],
      [() => new LayerNorm(4).forward(x), /x does not end in the normalised shape/],
      [() => new LayerNorm([1, 2, 4, 3]).forward(x), /x does not end in the normalised shape/],
      [() => layerNorm(x, [3], { weight: Tensor.ones([1, 3]) }), /weight has not the normalised/],
      [() => layerNorm(x, [3], { eps: -1 }), /layerNorm: eps is -1/],
      [() => new GroupNorm(4, 6), /numChannels \(6\) is not divisible by numGroups \(4\)/],
      [() => groupNorm(x, 3), /4 channels do not divide into 3 groups/],
      [() => groupNorm(x, 0), /numGroups is 0/],
      [() => groupNorm(x, 2, { bias: Tensor.ones([3]) }), /for each of 4 channels/],
      [() => new InstanceNorm2d(4).forward(x), /InstanceNorm2d: x has 3 axes/],
      [() => new InstanceNorm1d(4).forward(Tensor.ones([2, 4, 1])), /two elements or more/],
      [() => instanceNorm(x, { useInputStats: false }), /no statistics to normalise by/],
      [() => instanceNorm(x, { runningMean: Tensor.ones([4]) }), /runningVar is null/],
      [() => new LocalResponseNorm(0), /size must be a whole number/],
      [() => localResponseNorm(x, 1.5), /size is 1.5/],
      [() => localResponseNorm(Tensor.ones([2, 2]), 1), /x has 2 axes/],
    ];
    for (const [body, message] of refused) expect(body).toThrow(message);
  });
});
