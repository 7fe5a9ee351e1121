// Structure, printing and saving of modules.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { createModel, lenet } from "../../src/models/index.ts";
import {
  AvgPool2d,
  Conv2d,
  Flatten,
  Identity,
  init,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  Sigmoid,
  withForwardHook,
} from "../../src/nn/index.ts";
import { FoveaError } from "../../src/tensor/errors.ts";
import { Generator, manualSeed } from "../../src/tensor/random.ts";
import { Tensor, Variable } from "../../src/tensor/tensor.ts";

beforeAll(() => {
  setBackend("reference");
});

const zeros = (...shape: number[]) =>
  Tensor.from(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape });

class Counted extends Module {
  readonly count = new Variable(Tensor.from([0]));
  readonly blocks = [new Linear(2, 2), new Linear(2, 2, { bias: false })];
  override forward(x: Tensor): Tensor {
    return this.blocks.reduce((y, block) => block.forward(y), x);
  }
}

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof FoveaError) return `${error.name}: ${error.message}`;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("Module", () => {
  it("finds parameters in fields, arrays and children, by path", () => {
    const net = new Sequential({
      features: new Sequential(new Conv2d(1, 2, 3), new ReLU()),
      rest: new Counted(),
    });
    expect(
      Array.from(net.namedParameters(), ([name, { shape }]) => `${name} ${shape.join("x")}`),
    ).toEqual([
      "features.0.weight 2x1x3x3",
      "features.0.bias 2",
      "rest.blocks.0.weight 2x2",
      "rest.blocks.0.bias 2",
      "rest.blocks.1.weight 2x2",
    ]);
    expect(Array.from(net.namedBuffers(), ([name]) => name)).toEqual(["rest.count"]);
    expect(net.modules().length).toBe(7);
    expect(net.children().length).toBe(2);
  });

  it("names a shared layer once among parameters, and under each path in the state", () => {
    const shared = new Linear(2, 2);
    const net = new Sequential(shared, new ReLU(), shared);
    expect(net.parameters().length).toBe(2);
    expect([...net.stateDict().keys()]).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
  });

  it("switches mode, gradients and applies a function inside out", () => {
    const net = new Sequential(new Sequential(new Linear(1, 1)), new ReLU());
    net.eval();
    expect(net.modules().map(({ training }) => training)).toEqual([false, false, false, false]);
    net.train();
    expect(net.modules().every(({ training }) => training)).toBe(true);
    net.requiresGrad_(false);
    expect(net.parameters().every(({ requiresGrad }) => !requiresGrad)).toBe(true);
    const visited: string[] = [];
    net.apply((module) => visited.push(module.constructor.name));
    expect(visited).toEqual(["Linear", "Sequential", "ReLU", "Sequential"]);
  });

  it("prints as a tree, with what differs from the defaults", () => {
    const net = new Sequential(
      new Conv2d(1, 6, 5, { padding: 2 }),
      new Conv2d(6, 8, [3, 5], {
        stride: [2, 1],
        padding: [1, 0, 2, 2],
        dilation: 2,
        groups: 2,
        bias: false,
      }),
      new Sequential({
        pool: new MaxPool2d(3, { stride: 2, padding: 1 }),
        mean: new AvgPool2d(2, { countIncludePad: false }),
      }),
      new Flatten(),
      new Flatten(0, 1),
      new Linear(400, 120, { bias: false }),
      new Identity(),
    );
    expect(net.toString()).toMatchInlineSnapshot(`
      "Sequential(
        (0): Conv2d(1 -> 6, kernel 5x5, padding 2)
        (1): Conv2d(6 -> 8, kernel 3x5, stride [2, 1], padding [1, 0, 2, 2], dilation 2, groups 2, no bias)
        (2): Sequential(
          (pool): MaxPool2d(kernel 3x3, stride 2, padding 1)
          (mean): AvgPool2d(kernel 2x2, countIncludePad false)
        )
        (3): Flatten()
        (4): Flatten(dims 0 to 1)
        (5): Linear(400 -> 120, no bias)
        (6): Identity()
      )"
    `);
    expect(new Counted().toString()).toMatchInlineSnapshot(`
      "Counted(
        (blocks.0): Linear(2 -> 2)
        (blocks.1): Linear(2 -> 2, no bias)
      )"
    `);
  });

  it("tells where in the network a shape does not fit", () => {
    const net = new Sequential({
      features: new Sequential(new Conv2d(3, 16, 3)),
      head: new Flatten(),
    });
    expect(messageOf(() => net.forward(zeros(8, 4, 32, 32)))).toContain(
      "at       features.0 (Conv2d 3 -> 16, kernel 3x3)",
    );
    expect(messageOf(() => new Linear(3, 2).forward(zeros(1, 4)))).toContain(
      "model (Linear 3 -> 2)",
    );
  });

  it("gives recorded ops the path of their module", () => {
    const net = new Sequential({ features: new Sequential(new Identity(), new Sigmoid()) });
    const x = Tensor.ones([1, 2], { requiresGrad: true });
    const y = net.forward(x);
    const scope = { path: "features.1", phase: "forward", op: "" };
    expect(y.node.scope).toEqual(scope);
    // Also the gradient, which is recorded outside of all modules.
    y.sum().backward();
    expect(x.grad?.node.scope).toEqual({ ...scope, phase: "backward", op: "sigmoid" });
  });

  it("tells a forward hook of every call, inner ones first", () => {
    const net = new Sequential({ features: new Sequential(new Identity(), new Sigmoid()) });
    const calls: string[] = [];
    const hook = ({ path, module }: { path: string; module: Module }) =>
      calls.push(`${path}:${module.constructor.name}`);
    withForwardHook(hook, () => net.forward(zeros(1, 2)));
    net.forward(zeros(1, 2));
    expect(calls).toEqual([
      "features.0:Identity",
      "features.1:Sigmoid",
      "features:Sequential",
      ":Sequential",
    ]);
  });
});

describe("stateDict", () => {
  it("moves values from one network to another, which do not share them afterwards", async () => {
    const [a, b] = [new Linear(2, 2), new Linear(2, 2)];
    b.loadStateDict(a.stateDict());
    const before = await a.weight.array();
    expect(await b.weight.array()).toEqual(before);
    init.zeros_(a.weight);
    expect(await b.weight.array()).toEqual(before);
  });

  it("lists everything that does not fit, and changes nothing", async () => {
    const net = new Sequential({ first: new Linear(2, 3), second: new Linear(3, 1) });
    const before = await net.parameters()[0]?.array();
    const state = new Map<string, Tensor>([
      ["first.weight", zeros(2, 3)],
      ["first.bias", zeros(3)],
      ["secnd.weight", zeros(1, 3)],
      ["second.bias", zeros(1)],
    ]);
    expect(messageOf(() => net.loadStateDict(state))).toMatchInlineSnapshot(`
      "ShapeError: loadStateDict: the state does not fit this Sequential
        shape        first.weight [2, 3], needed [3, 2]
        missing      second.weight [1, 3]
        unexpected   secnd.weight [1, 3]
        hint         is "secnd.weight" meant as "second.weight"?"
    `);
    expect(await net.parameters()[0]?.array()).toEqual(before);
  });

  it("takes what is there when not strict, but never another shape", () => {
    const net = new Sequential(new Linear(2, 3));
    expect(() =>
      net.loadStateDict(
        new Map([
          ["0.bias", zeros(3)],
          ["9.bias", zeros(1)],
        ]),
        { strict: false },
      ),
    ).not.toThrow();
    expect(() => net.loadStateDict(new Map([["0.bias", zeros(4)]]), { strict: false })).toThrow(
      /0.bias \[4\], needed \[3\]/,
    );
  });
});

describe("layers refuse", () => {
  const cases: [string, () => unknown, RegExp][] = [
    [
      "negative channels",
      () => new Conv2d(-1, 2, 3),
      /Conv2d: inChannels must be a whole number of at least 1, got -1/,
    ],
    [
      "a kernel of 0",
      () => new Conv2d(1, 2, 0),
      /kernelSize must be a whole number of at least 1, got 0/,
    ],
    [
      "three kernel sizes",
      () => new Conv2d(1, 2, [1, 2, 3] as never),
      /kernelSize must be a number or \[vertical, horizontal\]/,
    ],
    [
      "channels that groups does not divide",
      () => new Conv2d(4, 6, 3, { groups: 4 }),
      /outChannels \(6\) is not divisible by groups \(4\)/,
    ],
    [
      "unknown options",
      () => new Conv2d(1, 2, 3, { strides: 2 } as never),
      /did you mean "stride"/,
    ],
    [
      "same padding with a stride",
      () => new Conv2d(1, 2, 3, { padding: "same", stride: 2 }),
      /"same" needs stride 1/,
    ],
    [
      "unknown padding",
      () => new Conv2d(1, 2, 3, { padding: "full" as never }),
      /padding cannot be "full"/,
    ],
    [
      "negative padding",
      () => new Conv2d(1, 2, 3, { padding: -1 }),
      /padding must be a whole number of at least 0/,
    ],
    [
      "too much pooling padding",
      () => new MaxPool2d(2, { padding: 2 }),
      /padding may be at most half the kernel/,
    ],
    ["a fractional size", () => new Linear(1.5, 2), /inFeatures must be a whole number/],
    [
      "a class instead of a layer",
      () => new Sequential(ReLU as never),
      /layer 0 is not a module, got the class or function ReLU/,
    ],
    ["a name with a dot", () => new Sequential({ "a.b": new ReLU() }), /cannot be a layer's name/],
    ["an unknown model", () => createModel("lenett"), /did you mean "lenet"/],
  ];
  for (const [name, body, message] of cases) it(name, () => expect(body).toThrow(message));
});

describe("init", () => {
  const weight = () => new Variable(zeros(40, 50, 2, 2));
  // fanIn 200, fanOut 160; 16,000 numbers, so the standard deviation is known to about 0.6 %.
  const spreads: [string, (v: Variable) => Variable, number][] = [
    ["xavierUniform_", (v) => init.xavierUniform_(v), Math.sqrt(2 / 360)],
    ["xavierNormal_", (v) => init.xavierNormal_(v, { gain: 2 }), 2 * Math.sqrt(2 / 360)],
    [
      "kaimingUniform_",
      (v) => init.kaimingUniform_(v, { nonlinearity: "relu" }),
      Math.sqrt(2 / 200),
    ],
    [
      "kaimingNormal_",
      (v) => init.kaimingNormal_(v, { nonlinearity: "relu", mode: "fanOut" }),
      Math.sqrt(2 / 160),
    ],
    ["uniform_", (v) => init.uniform_(v, -2, 2), 4 / Math.sqrt(12)],
    ["normal_", (v) => init.normal_(v, 0, 0.3), 0.3],
  ];
  for (const [name, fill, expected] of spreads) {
    it(`${name} has the right spread`, async () => {
      const data = Array.from(await fill(weight()).data());
      const mean = data.reduce((a: number, b: number) => a + b, 0) / data.length;
      const std = Math.sqrt(
        data.reduce((a: number, b: number) => a + (b - mean) ** 2, 0) / data.length,
      );
      expect(Math.abs(std / expected - 1)).toBeLessThan(0.03);
      expect(Math.abs(mean)).toBeLessThan((5 * expected) / Math.sqrt(data.length));
    });
  }

  it("constant_, zeros_ and ones_ fill", async () => {
    const v = new Variable(zeros(2));
    expect(await init.ones_(v).array()).toEqual([1, 1]);
    expect(await init.constant_(v, 0.5).array()).toEqual([0.5, 0.5]);
    expect(await init.zeros_(v).array()).toEqual([0, 0]);
  });

  it("starts layers uniform on ±1/√fanIn, as PyTorch", async () => {
    const { weight: w, bias } = new Conv2d(50, 40, 2);
    const bound = 1 / Math.sqrt(200);
    for (const parameter of [w, bias]) {
      const data = Array.from(await (parameter as Variable).data());
      const largest = data.reduce((a: number, b: number) => Math.max(a, Math.abs(b)), 0);
      expect(largest).toBeLessThanOrEqual(Math.fround(bound));
      expect(largest).toBeGreaterThan(bound * 0.8);
    }
  });

  it("gives the same weights for the same seed", async () => {
    manualSeed(3);
    const a = await new Linear(3, 3).weight.array();
    manualSeed(3);
    expect(await new Linear(3, 3).weight.array()).toEqual(a);
    const own = () =>
      init.normal_(new Variable(zeros(3)), 0, 1, { generator: new Generator(1) }).array();
    expect(await own()).toEqual(await own());
  });

  it("refuses a bias where fans are needed", () => {
    expect(() => init.xavierUniform_(new Variable(zeros(3)))).toThrow(
      /a weight has at least 2 axes/,
    );
    expect(() => init.normal_(new Variable(zeros(3)), 0, -1)).toThrow(/std ≥ 0/);
  });
});

describe("lenet", () => {
  it("has 61,706 parameters and gives one number for each class", () => {
    const net = lenet();
    expect(net.parameters().reduce((sum, { numel }) => sum + numel, 0)).toBe(61706);
    expect(net.forward(zeros(2, 1, 28, 28)).shape).toEqual([2, 10]);
    expect(lenet({ inChannels: 3, numClasses: 7 }).forward(zeros(1, 3, 28, 28)).shape).toEqual([
      1, 7,
    ]);
    expect(() => lenet({ classes: 3 } as never)).toThrow(/unknown option "classes"/);
  });
});
