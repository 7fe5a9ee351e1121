// Losses: PyTorch 1.13's numbers and gradients, what is ignored, extreme inputs, layers and errors.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import * as nn from "../../src/nn/index.ts";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huberLoss,
  klDiv,
  l1Loss,
  logSoftmax,
  nllLoss,
  smoothL1Loss,
} from "../../src/ops/index.ts";
import { Tensor, type Variable } from "../../src/tensor/tensor.ts";

beforeAll(() => {
  setBackend("reference");
});

const ints = (values: readonly unknown[]) => Tensor.from(values as number[], { dtype: "int32" });
const scores = [1, 2, 0.5, 0.2, -1, 3, 0, 0.25, -0.5, 2, 1, 1];
const given = (shape: readonly number[] = [4, 3]) =>
  Tensor.from(scores, { requiresGrad: true }).reshape(shape);
const classes = () => ints([1, 2, -100, 0]);
const weights = () => Tensor.from([1, 2, 0.5]);
const shares = () =>
  Tensor.from([
    [0.2, 0.3, 0.5],
    [1, 0, 0],
    [0.1, 0.8, 0.1],
    [0.25, 0.25, 0.5],
  ]);
const map = () =>
  ints([
    [
      [0, 1],
      [2, -100],
    ],
  ]);

async function expectValues(actual: Tensor, expected: readonly number[]): Promise<void> {
  const data = Array.from(await actual.data());
  expect(data.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    if (Number.isFinite(value)) expect(data[i]).toBeCloseTo(value, 4);
    else expect(data[i]).toBe(value);
  }
}

/** Losses of PyTorch 1.13, and the first six elements of the gradient of their sum. */
const known: readonly [string, (x: Tensor) => Tensor, number[], number[]][] = [
  [
    "weights",
    (x) => crossEntropy(x, classes(), { weight: weights() }),
    [0.433788],
    [0.132128, -0.212268, 0.08014, 0.00805, 0.002425, -0.010475],
  ],
  [
    "weights, none",
    (x) => crossEntropy(x, classes(), { weight: weights(), reduction: "none" }),
    [0.928738, 0.038076, 0, 0.551445],
    [0.462448, -0.742937, 0.280489, 0.028176, 0.008486, -0.036662],
  ],
  [
    "weights and smoothed labels",
    (x) => crossEntropy(x, classes(), { weight: weights(), labelSmoothing: 0.1 }),
    [0.570141],
    [0.117099, -0.189137, 0.072039, -0.0004, -0.0163, 0.0167],
  ],
  [
    "smoothed labels and some ignored",
    (x) => crossEntropy(x, classes(), { ignoreIndex: -100, labelSmoothing: 0.2 }),
    [0.615099],
    [0.054852, -0.079378, 0.024526, -0.003438, -0.016565, 0.020003],
  ],
  [
    "probabilities",
    (x) => crossEntropy(x, shares()),
    [1.625853],
    [0.007806, 0.082133, -0.089939, -0.235912, 0.004243, 0.231669],
  ],
  [
    "probabilities, weights, smoothed",
    (x) => crossEntropy(x, shares(), { weight: weights(), labelSmoothing: 0.1 }),
    [1.698753],
    [0.008037, 0.015156, -0.023193, -0.219011, -0.012353, 0.231364],
  ],
  [
    "images, weights",
    (x) => crossEntropy(x.reshape([1, 3, 2, 2]), map(), { weight: weights() }),
    [0.499823],
    [-0.075393, 0.121109, 0.043885, 0, 0.028464, -0.242219],
  ],
  [
    "images, none",
    (x) => crossEntropy(x.reshape([1, 3, 2, 2]), map(), { reduction: "none" }),
    [0.306356, 0.551445, 0.68027, 0],
    [-0.263875, 0.211942, 0.307196, 0, 0.099624, -0.423883],
  ],
  [
    "one vector",
    (x) => crossEntropy(x.select(0, 0), Tensor.from(1, { dtype: "int32" }), { weight: weights() }),
    [0.464369],
    [0.231224, -0.371468, 0.140244, 0, 0, 0],
  ],
  [
    "nllLoss, weights",
    (x) => nllLoss(x, classes(), { weight: weights() }),
    [-2.142857],
    [0, -0.571429, 0, 0, 0, -0.142857],
  ],
];

describe("losses of classes", () => {
  it.each(known)("%s", async (_, loss, values, gradient) => {
    const x = Tensor.from(scores, { requiresGrad: true });
    const result = loss(x.reshape([4, 3]));
    await expectValues(result, values);
    result.sum().backward();
    await expectValues((x.grad as Tensor).slice(0, 0, 6), gradient);
  });

  it("are NaN with gradient 0 if all targets are ignored", async () => {
    for (const options of [
      { ignoreIndex: -100 },
      { weight: weights() },
      { ignoreIndex: -100, labelSmoothing: 0.1 },
    ]) {
      const x = Tensor.from([[1, 2, 3]], { requiresGrad: true });
      const loss = crossEntropy(x, ints([-100]), options);
      expect(await loss.item()).toBeNaN();
      loss.backward();
      expect(Array.from(await (x.grad as Tensor).data())).toEqual([0, 0, 0]);
    }
  });

  it("are NaN for an empty batch", async () => {
    const none = Tensor.zeros([0, 3]);
    expect(await crossEntropy(none, ints([])).item()).toBeNaN();
    expect(await crossEntropy(none, none).item()).toBeNaN();
    expect(await nllLoss(none, ints([])).item()).toBeNaN();
    expect(await binaryCrossEntropy(none, none).item()).toBeNaN();
    expect(await klDiv(none, none, { reduction: "batchmean" }).item()).toBeNaN();
  });

  it("refuse what does not fit", () => {
    const x = given();
    expect(() => crossEntropy(x, ints([1, 2]), { weight: weights() })).toThrow(
      /crossEntropy: 4 rows of logits, 2 targets/,
    );
    expect(() => crossEntropy(x, Tensor.zeros([4, 2]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: crossEntropy: probabilities have another shape than the logits
        logits   [4, 3]
        target   [4, 2]
        hint     class numbers are integers: target.to("int32")]
    `);
    expect(() =>
      crossEntropy(x, classes(), { weight: Tensor.ones([4]) }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: crossEntropy: weight is not one number for each of 3 classes
        logits   [4, 3]   [batch, classes, …]
        weight   [4]      needed: [classes]]
    `);
    expect(() => crossEntropy(x, Tensor.zeros([4]))).toThrow(
      /class numbers \(int32\), got float32/,
    );
    expect(() => crossEntropy(x, shares(), { ignoreIndex: 1 })).toThrow(
      /no class number to ignore/,
    );
    expect(() => crossEntropy(x, classes(), { labelSmoothing: 2 })).toThrow(/labelSmoothing is 2/);
    expect(() => nllLoss(x, classes(), { labelSmoothing: 0 } as object)).toThrow(/unknown option/);
    expect(() => nllLoss(x, Tensor.zeros([4]))).toThrow(/class numbers \(int32\), got float32/);
  });
});

describe("losses of yes and no", () => {
  it("stay finite where probabilities are 0 or 1, as do their gradients", async () => {
    const p = Tensor.from([0, 1, 0, 1, 0.5], { requiresGrad: true });
    const loss = binaryCrossEntropy(p, Tensor.from([0, 1, 1, 0, 0.25]), { reduction: "none" });
    await expectValues(loss, [0, 0, 100, 100, Math.LN2]);
    loss.sum().backward();
    const gradient = Array.from(await (p.grad as Tensor).data());
    expect(gradient).toEqual([0, 0, Math.fround(-1e12), Math.fround(1e12), 1]);
  });

  it("have PyTorch's numbers", async () => {
    const p = Tensor.from([0.2, 0.9, 0.5, 0, 1]);
    const y = Tensor.from([0, 1, 0.25, 1, 1]);
    const weight = Tensor.from([1, 2, 3, 4, 5]);
    await expectValues(binaryCrossEntropy(p, y, { weight }), [80.5027]);
    await expectValues(binaryCrossEntropy(p, y, { reduction: "sum" }), [101.0217]);
    const logits = Tensor.from([
      [1, -2, 3],
      [0, 20, -20],
    ]);
    const target = Tensor.from([
      [1, 0, 0.5],
      [1, 1, 0],
    ]);
    const posWeight = Tensor.from([1, 2, 3]);
    await expectValues(binaryCrossEntropyWithLogits(logits, target, { posWeight }), [0.4551]);
    const losses = binaryCrossEntropyWithLogits(logits, target, {
      posWeight,
      weight: Tensor.from([[0.5], [2]]),
      reduction: "none",
    });
    await expectValues(losses, [0.156631, 0.063464, 0.798587, 1.386294, 0, 0]);
  });

  it("have exact gradients for logits of 0 and ±10⁴", async () => {
    const x = Tensor.from([1e4, -1e4, 1e4, -1e4, 0], { requiresGrad: true });
    const y = Tensor.from([0, 1, 1, 0, 1]);
    const loss = binaryCrossEntropyWithLogits(x, y, { reduction: "none" });
    await expectValues(loss, [1e4, 1e4, 0, 0, Math.LN2]);
    loss.sum().backward();
    await expectValues(x.grad as Tensor, [1, -1, 0, 0, -0.5]);
  });

  it("refuse shapes that PyTorch refuses", () => {
    const [x, column] = [Tensor.zeros([2, 3]), Tensor.zeros([2, 1])];
    expect(() => binaryCrossEntropyWithLogits(x, column)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: binaryCrossEntropyWithLogits: the target has another shape than the input
        input    [2, 3]
        target   [2, 1]
        hint     bring the target into the input's shape: target.reshape(input.shape)]
    `);
    expect(() => binaryCrossEntropy(x, column)).toThrow(/another shape/);
    expect(() => binaryCrossEntropy(x, x, { weight: Tensor.zeros([4, 2, 3]) })).toThrow(/expand/);
  });
});

describe("losses of differences and distributions", () => {
  it("have PyTorch's numbers", async () => {
    const [a, b] = [Tensor.from([0, 1, 2.5, -3]), Tensor.from([0.5, 1, 0, 1])];
    await expectValues(smoothL1Loss(a, b, { beta: 0.5 }), [1.5625]);
    await expectValues(smoothL1Loss(a, b, { beta: 0 }), [1.75]);
    await expectValues(huberLoss(a, b, { delta: 0.5 }), [0.78125]);
    await expectValues(huberLoss(a, b, { delta: 3 }), [2.6875]);
    await expectValues(l1Loss(a, b, { reduction: "sum" }), [7]);
    const x = logSoftmax(given(), 1);
    await expectValues(klDiv(x, shares(), { reduction: "batchmean" }), [0.9488]);
    await expectValues(klDiv(x, shares()), [0.3163]);
    const target = shares().add(0.1).log();
    await expectValues(klDiv(x, target, { reduction: "sum", logTarget: true }), [5.1346]);
  });

  it("have PyTorch's gradients at the kinks", async () => {
    for (const loss of [l1Loss, smoothL1Loss, huberLoss]) {
      const x = Tensor.from([0, 1, 2, -1], { requiresGrad: true });
      loss(x, Tensor.zeros([4]), { reduction: "sum" }).backward();
      expect(Array.from(await (x.grad as Tensor).data())).toEqual([0, 1, 1, -1]);
    }
  });

  it("refuse impossible options", () => {
    const x = Tensor.zeros([2]);
    expect(() => smoothL1Loss(x, x, { beta: -1 })).toThrow(/smoothL1Loss: beta is -1/);
    expect(() => huberLoss(x, x, { delta: 0 })).toThrow(/huberLoss: delta is 0/);
    expect(() => klDiv(x, x, { reduction: "avg" as "mean" })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: klDiv: there is no reduction "avg"
        known    mean, sum, none, batchmean]
    `);
  });
});

describe("loss layers", () => {
  it("compute what the functions do", async () => {
    const x = given();
    const weight = weights();
    const same = async (layer: nn.Module, target: Tensor, expected: Tensor, input: Tensor = x) =>
      expect(await layer.forward(input, target).array()).toEqual(await expected.array());
    const options = { weight, labelSmoothing: 0.1, reduction: "sum" } as const;
    await same(new nn.CrossEntropyLoss(options), classes(), crossEntropy(x, classes(), options));
    await same(new nn.CrossEntropyLoss(), shares(), crossEntropy(x, shares()));
    await same(new nn.NLLLoss({ weight }), classes(), nllLoss(x, classes(), { weight }));
    await same(new nn.MSELoss(), shares(), x.sub(shares()).square().mean());
    await same(new nn.L1Loss(), shares(), l1Loss(x, shares()));
    const beta = { beta: 0.25 };
    await same(new nn.SmoothL1Loss(beta), shares(), smoothL1Loss(x, shares(), beta));
    const delta = { delta: 0.25 };
    await same(new nn.HuberLoss(delta), shares(), huberLoss(x, shares(), delta));
    const half = shares().mul(0.5);
    await same(new nn.BCELoss({ weight }), half, binaryCrossEntropy(half, half, { weight }), half);
    const posWeight = { posWeight: weight };
    const withLogits = binaryCrossEntropyWithLogits(x, half, posWeight);
    await same(new nn.BCEWithLogitsLoss(posWeight), half, withLogits);
    const batchmean = { reduction: "batchmean" } as const;
    await same(new nn.KLDivLoss(batchmean), half, klDiv(x, half, batchmean));
  });

  it("keep their weights as buffers", async () => {
    const layer = new nn.CrossEntropyLoss({ weight: weights() });
    expect(Array.from(layer.stateDict().keys())).toEqual(["weight"]);
    expect(layer.parameters()).toEqual([]);
    layer.loadStateDict(new Map([["weight", Tensor.ones([3])]]));
    expect(await (layer.weight as Variable).array()).toEqual([1, 1, 1]);
    const binary = new nn.BCEWithLogitsLoss({ posWeight: weights() });
    expect(Array.from(binary.stateDict().keys())).toEqual(["posWeight"]);
    expect(new nn.CrossEntropyLoss().stateDict().size).toBe(0);
  });

  it("print what differs from the default", () => {
    const layers = [
      new nn.CrossEntropyLoss(),
      new nn.CrossEntropyLoss({ ignoreIndex: 255, labelSmoothing: 0.1, reduction: "sum" }),
      new nn.NLLLoss({ ignoreIndex: 0 }),
      new nn.SmoothL1Loss({ beta: 0.1 }),
      new nn.HuberLoss({ delta: 2, reduction: "none" }),
      new nn.KLDivLoss({ logTarget: true, reduction: "batchmean" }),
    ];
    expect(layers.map(String)).toEqual([
      "CrossEntropyLoss()",
      "CrossEntropyLoss(ignoreIndex 255, labelSmoothing 0.1, reduction sum)",
      "NLLLoss(ignoreIndex 0)",
      "SmoothL1Loss(beta 0.1)",
      "HuberLoss(delta 2, reduction none)",
      "KLDivLoss(logTarget, reduction batchmean)",
    ]);
  });

  it("refuse impossible options", () => {
    expect(() => new nn.CrossEntropyLoss({ labelSmoothing: -1 })).toThrow(
      /CrossEntropyLoss: label/,
    );
    expect(() => new nn.L1Loss({ reduction: "batchmean" as "mean" })).toThrow(/no reduction/);
    expect(() => new nn.HuberLoss({ delta: -1 })).toThrow(/HuberLoss: delta is -1/);
    expect(() => new nn.MSELoss({ weight: 1 } as object)).toThrow(/unknown option "weight"/);
  });
});
