// Activation layers: their values at known points, options, printing and errors.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import {
  CELU,
  ELU,
  GELU,
  GLU,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  type Module,
  PReLU,
  ReLU6,
  SELU,
  SiLU,
  Softmax,
  Softmax2d,
  Softplus,
  Softsign,
} from "../../src/nn/index.ts";
import { erf, gelu, prelu, softplus } from "../../src/ops/index.ts";
import { OptionError, ShapeError } from "../../src/tensor/errors.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

beforeAll(() => {
  setBackend("reference");
});

/** Each layer with its values at −1 and 1. Built late: parameters belong to a backend. */
const known: readonly [() => Module, number, number][] = [
  [() => new CELU(), -0.6321205588, 1],
  [() => new CELU({ alpha: 1.5 }), -0.7298743, 1],
  [() => new ELU(), -0.6321205588, 1],
  [() => new ELU({ alpha: 2 }), -1.2642411177, 1],
  [() => new GELU(), -0.1586552539, 0.8413447461],
  [() => new GELU({ approximate: "tanh" }), -0.1588080094, 0.8411919906],
  [() => new Hardsigmoid(), 1 / 3, 2 / 3],
  [() => new Hardswish(), -1 / 3, 2 / 3],
  [() => new Hardtanh({ minVal: -0.5, maxVal: 2 }), -0.5, 1],
  [() => new LeakyReLU(), -0.01, 1],
  [() => new LeakyReLU({ negativeSlope: 0.2 }), -0.2, 1],
  [() => new LogSigmoid(), -1.3132616875, -0.3132616875],
  [() => new Mish(), -0.3034014614, 0.8650983882],
  [() => new PReLU(), -0.25, 1],
  [() => new ReLU6(), 0, 1],
  [() => new SELU(), -1.1113307378, 1.0507009874],
  [() => new SiLU(), -0.2689414214, 0.7310585786],
  [() => new Softplus(), 0.3132616875, 1.3132616875],
  [() => new Softplus({ beta: 2 }), 0.063464005, 1.063464005],
  [() => new Softsign(), -0.5, 0.5],
  [() => new Softmax(0), 0.119202922, 0.880797078],
  [() => new LogSoftmax(0), -2.126928011, -0.126928011],
];

describe("activation layers", () => {
  it.each(known)("%s at −1 and 1", async (create, atMinusOne, atOne) => {
    const [low, high] = await create()
      .forward(Tensor.from([-1, 1]))
      .data();
    expect(low).toBeCloseTo(atMinusOne, 6);
    expect(high).toBeCloseTo(atOne, 6);
  });

  it("print what differs from the default", () => {
    const layers = [
      new GELU(),
      new GELU({ approximate: "tanh" }),
      new LeakyReLU({ negativeSlope: 0.2 }),
      new ELU({ alpha: 2 }),
      new Softplus({ beta: 2, threshold: 9 }),
      new PReLU({ numParameters: 3 }),
      new Softmax(1),
    ];
    expect(layers.map(String)).toEqual([
      "GELU()",
      "GELU(approximate tanh)",
      "LeakyReLU(negativeSlope 0.2)",
      "ELU(alpha 2)",
      "Softplus(beta 2, threshold 9)",
      "PReLU(numParameters 3)",
      "Softmax(dim 1)",
    ]);
  });

  it("refuse impossible options", () => {
    expect(() => new GELU({ approximate: "erf" as "tanh" })).toThrow(OptionError);
    expect(() => gelu(Tensor.from([0]), { approximate: "erf" as "tanh" })).toThrow(OptionError);
    expect(() => new Softplus({ beta: 0 })).toThrow("Softplus: beta is 0");
    expect(() => softplus(Tensor.from([0]), { beta: 0 })).toThrow("softplus: beta is 0");
    expect(() => new PReLU({ numParameters: 0 })).toThrow(OptionError);
    expect(() => new Hardtanh({ minVal: 2 })).toThrow(
      "Hardtanh: minVal (2) is not below maxVal (1)",
    );
    expect(() => new CELU({ alpha: 0 })).toThrow("CELU: alpha is 0");
    expect(() => new ELU({ aplha: 1 } as object)).toThrow(OptionError);
  });
});

describe("GELU with tanh", () => {
  it.each(["reference", "wasm"] as const)("has PyTorch's tail on %s", async (backend) => {
    setBackend(backend);
    const y = await gelu(Tensor.from([-9, -5, -3, 9]), { approximate: "tanh" }).data();
    setBackend("reference");
    // PyTorch 1.13 in float64 gives 0, since 1 + tanh cancels there; the true value is -1.3e-28.
    expect(y[0]).toBeLessThanOrEqual(0);
    expect(y[0]).toBeGreaterThan(-1e-27);
    expect((y[1] as number) / -2.2917961972623857e-7).toBeCloseTo(1, 5);
    expect((y[2] as number) / -0.0036373920817729943).toBeCloseTo(1, 6);
    expect(y[3]).toBe(9);
  });
});

describe("GLU and Softmax2d", () => {
  it("gate one half of an axis by the other", async () => {
    // PyTorch 1.13: F.glu(torch.tensor([[-3, -1, -0.25, 0, 0.5, 2]]), 1)
    const y = await new GLU().forward(Tensor.from([[-3, -1, -0.25, 0, 0.5, 2]])).data();
    for (const [i, value] of [-1.5, -0.6224593, -0.2201993].entries())
      expect(y[i]).toBeCloseTo(value, 6);
    expect(new GLU(1).forward(Tensor.zeros([2, 4, 3])).shape).toEqual([2, 2, 3]);
    expect(() => new GLU().forward(Tensor.zeros([2, 3]))).toThrow(/axis 1 cannot be halved/);
  });

  it("share out each pixel", async () => {
    const y = await new Softmax2d().forward(Tensor.from([[[[-1]], [[1]]]])).data();
    expect(y[1]).toBeCloseTo(0.880797078, 6);
    expect(() => new Softmax2d().forward(Tensor.zeros([2, 3]))).toThrow(/Softmax2d: x has 2 axes/);
  });
});

describe("PReLU", () => {
  it("has a slope for each channel, axis 1, and learns it", async () => {
    const layer = new PReLU({ numParameters: 2, init: 0.5 });
    const x = Tensor.from([[[[-1, 2]], [[-3, -4]]]]);
    const y = layer.forward(x);
    expect(Array.from(await y.data())).toEqual([-0.5, 2, -1.5, -2]);
    y.sum().backward();
    expect(Array.from(await (layer.weight.grad as Tensor).data())).toEqual([-1, -7]);
  });

  it("refuses a weight of another number of channels", () => {
    const x = Tensor.from([
      [-1, 2],
      [-3, -4],
    ]);
    expect(() => prelu(x, Tensor.from([1, 2, 3]))).toThrow(ShapeError);
    expect(() => prelu(x, Tensor.from([[1, 2]]))).toThrow(/weight is neither \[1\] nor \[2\]/);
  });
});

describe("erf, log1p, expm1", () => {
  it("has the values of tables", async () => {
    const [half, one, two] = await erf(Tensor.from([0.5, -1, 2])).data();
    expect(half).toBeCloseTo(0.5204998778, 6);
    expect(one).toBeCloseTo(-0.8427007929, 6);
    expect(two).toBeCloseTo(0.995322265, 6);
  });

  it("are methods of tensors", async () => {
    const x = Tensor.from([0.25]);
    expect(await x.expm1().log1p().item()).toBeCloseTo(0.25, 6);
    expect(await x.erf().item()).toBe(await erf(x).item());
  });
});
