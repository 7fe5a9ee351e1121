// Optimizers against trajectories of PyTorch (fixtures/optimizers.py), and their saved state.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  adagrad,
  adam,
  adamw,
  clipGradNorm_,
  clipGradValue_,
  NAdam,
  type Optimizer,
  RAdam,
  RMSprop,
  rmsprop,
  SGD,
  sgd,
} from "../../src/optim/index.ts";
import { engine } from "../../src/tensor/engine.ts";
import { Parameter, Tensor, Variable } from "../../src/tensor/tensor.ts";

const classes = {
  sgd: SGD,
  adam: Adam,
  adamw: AdamW,
  rmsprop: RMSprop,
  adagrad: Adagrad,
  adadelta: Adadelta,
  adamax: Adamax,
  nadam: NAdam,
  radam: RAdam,
};
type Kind = keyof typeof classes;

interface Fixture {
  shape: number[];
  param: number[];
  grads: number[][];
  cases: { kind: Kind; options: Record<string, never>; trajectory: number[][] }[];
  groups: {
    kind: Kind;
    options: object;
    first: object;
    second: object;
    /** Settings of the second group from the fourth step on. */
    later: object;
    /** Of the parameter of each group. */
    trajectory: [number[], number[]][];
  }[];
}
const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../fixtures/optimizers.json", import.meta.url), "utf8"),
);

const tensor = (values: number[], shape = fixture.shape) =>
  Tensor.from(Float32Array.from(values), { shape });
const make = (kind: Kind, options: object, params: Iterable<never>): Optimizer =>
  new classes[kind](params, options);

/** Float32 rounding over a few steps: the bound of the golden cases for trajectories. */
function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(
      1e-6 + 1e-5 * Math.abs(value),
    );
  }
}

describe.each(["reference", "wasm"])("on %s", (backend) => {
  for (const { kind, options, trajectory } of fixture.cases) {
    it(`${kind} ${JSON.stringify(options)} goes as in PyTorch`, async () => {
      setBackend(backend);
      const param = new Parameter(tensor(fixture.param));
      const optimizer = make(kind, options, [param] as never[]);
      for (const [step, grad] of fixture.grads.entries()) {
        param.grad = tensor(grad);
        optimizer.step();
        expectClose(await param.data(), trajectory[step] as number[]);
      }
    });

    it(`${kind} ${JSON.stringify(options)} goes the same when captured`, async () => {
      setBackend(backend);
      const param = new Parameter(tensor(fixture.param));
      const optimizer = make(kind, options, [param] as never[]);
      const grad = new Variable(tensor(fixture.param));
      const step = engine().capture(optimizer.updates([grad]));
      for (const [i, values] of fixture.grads.entries()) {
        grad.write(Float32Array.from(values));
        optimizer.beginStep();
        step.run();
        expectClose(await param.data(), trajectory[i] as number[]);
      }
      step.dispose();
    });
  }

  for (const { kind, options, first, second, later, trajectory } of fixture.groups) {
    const start = () => {
      setBackend(backend);
      const params = [0, 1].map(() => new Parameter(tensor(fixture.param)));
      const groups = [
        { params: [params[0]], ...first },
        { params: params[1], ...second },
      ];
      return { params, optimizer: make(kind, options, groups as never[]) };
    };
    const name = `${kind} ${JSON.stringify([first, second])}`;

    it(`groups of ${name} go as in PyTorch`, async () => {
      const { params, optimizer } = start();
      for (const [step, grad] of fixture.grads.entries()) {
        if (step === 3) Object.assign(optimizer.paramGroups[1] as object, later);
        for (const param of params) param.grad = tensor(grad);
        optimizer.step();
        for (const [i, param] of params.entries())
          expectClose(await param.data(), trajectory[step]?.[i] as number[]);
      }
    });

    it(`groups of ${name} go the same when captured`, async () => {
      const { params, optimizer } = start();
      const grad = new Variable(tensor(fixture.param));
      const captured = engine().capture(optimizer.updates([grad, grad]));
      for (const [step, values] of fixture.grads.entries()) {
        if (step === 3) Object.assign(optimizer.paramGroups[1] as object, later);
        grad.write(Float32Array.from(values));
        optimizer.beginStep();
        captured.run();
        for (const [i, param] of params.entries())
          expectClose(await param.data(), trajectory[step]?.[i] as number[]);
      }
      captured.dispose();
    });
  }

  it("has groups that can be read, changed and added", async () => {
    setBackend(backend);
    const [a, b, c] = [1, 2, 3].map((value) => new Parameter(tensor([value], [1]))) as [
      Parameter,
      Parameter,
      Parameter,
    ];
    const optimizer = new SGD([{ params: [a] }, { params: b, lr: 0.5, weightDecay: 1 }], { lr: 1 });
    expect(optimizer.params).toEqual([a, b]);
    expect(optimizer.paramGroups.map((group) => ({ ...group }))).toEqual([
      { params: [a], lr: 1, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 },
      { params: [b], lr: 0.5, momentum: 0, dampening: 0, nesterov: false, weightDecay: 1 },
    ]);
    expect(optimizer.lr).toBe(1);
    const captured = engine().capture(optimizer.updates([tensor([1], [1]), tensor([1], [1])]));
    optimizer.addParamGroup({ params: [c], lr: 0.25 });
    optimizer.beginStep([true, true]);
    captured.run();
    expect(await Promise.all([a, b, c].map((p) => p.item()))).toEqual([0, 0.5, 3]);
    for (const p of [a, b, c]) p.grad = tensor([1], [1]);
    optimizer.step();
    expect(await Promise.all([a, b, c].map((p) => p.item()))).toEqual([-1, -0.25, 2.75]);
    expect(optimizer.stateDict()).toMatchObject({ steps: [2, 2, 1] });
    optimizer.lr = 2;
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([2, 2, 2]);
  });

  it("takes a new learning rate at the next step, also when captured", async () => {
    setBackend(backend);
    const param = new Parameter(tensor([0, 0], [2]));
    const optimizer = new SGD([param], { lr: 1 });
    const step = engine().capture(optimizer.updates([tensor([1, 2], [2])]));
    optimizer.beginStep();
    step.run();
    expect(await param.array()).toEqual([-1, -2]);
    optimizer.lr = 0.5;
    optimizer.beginStep();
    step.run();
    expect(await param.array()).toEqual([-1.5, -3]);
  });

  it("leaves parameters without a gradient alone, and starts their corrections when they get one", async () => {
    setBackend(backend);
    const { options, trajectory } = fixture.cases.find(
      ({ kind }) => kind === "adam",
    ) as Fixture["cases"][number];
    const [early, late] = [
      new Parameter(tensor(fixture.param)),
      new Parameter(tensor(fixture.param)),
    ];
    const optimizer = new Adam([early, late], options);
    early.grad = tensor(fixture.grads[0] as number[]);
    optimizer.step();
    expectClose(await late.data(), fixture.param);
    late.grad = tensor(fixture.grads[0] as number[]);
    optimizer.zeroGrad();
    expect([early.grad, late.grad]).toEqual([null, null]);
    late.grad = tensor(fixture.grads[0] as number[]);
    optimizer.step();
    expectClose(await late.data(), trajectory[0] as number[]);
    expectClose(await early.data(), trajectory[0] as number[]);
  });

  const withGrads = (...grads: (number[] | null)[]): Parameter[] => {
    setBackend(backend);
    return grads.map((values) => {
      const size = values?.length ?? 1;
      const param = new Parameter(tensor(Array<number>(size).fill(0), [size]));
      param.grad = values === null ? null : tensor(values, [size]);
      return param;
    });
  };
  const gradsOf = async (params: Parameter[]) =>
    Promise.all(
      params.map(async ({ grad }) => (grad === null ? null : Array.from(await grad.data()))),
    );

  it("clips the common norm of all gradients", async () => {
    const params = withGrads([3, 0], null, [0, 0, 4]);
    expect(await clipGradNorm_(params, 10).item()).toBe(5);
    expect(await gradsOf(params)).toEqual([[3, 0], null, [0, 0, 4]]);
    expect(await clipGradNorm_(params, 2.5).item()).toBe(5);
    const [first, skipped, last] = await gradsOf(params);
    expectClose(first as number[], [1.5, 0]);
    expect(skipped).toBeNull();
    expectClose(last as number[], [0, 0, 2]);
    expect(await clipGradNorm_(withGrads([0, 0]), 0).item()).toBe(0);
    expect(await clipGradNorm_(withGrads(null), 1).item()).toBe(0);
  });

  it("clips each element of the gradients", async () => {
    const params = withGrads([-3, 0.25], null, [0.5, 4]);
    clipGradValue_(params, 0.5);
    expect(await gradsOf(params)).toEqual([[-0.5, 0.25], null, [0.5, 0.5]]);
  });

  it("steps with a clipped gradient that backward made", async () => {
    setBackend(backend);
    const param = new Parameter(tensor([3, 4], [2]));
    const optimizer = new SGD([param], { lr: 1 });
    param.mul(param).sum().backward();
    const norm = clipGradNorm_([param], 1);
    optimizer.step();
    expectClose(await param.data(), [2.4, 3.2]);
    expect(await norm.item()).toBe(10);
  });
});

// On wasm alone: the reference backend keeps float64 between steps, which reading rounds.
describe("state", () => {
  it("goes on from a saved state to the same bits", async () => {
    setBackend("wasm");
    const run = async (pauseAfter: number): Promise<number[]> => {
      let param = new Parameter(tensor(fixture.param));
      let optimizer = new Adam([param], { lr: 0.01 });
      for (const [i, grad] of fixture.grads.entries()) {
        if (i === pauseAfter) {
          const saved = optimizer.stateDict();
          param = new Parameter(Tensor.from(await param.data(), { shape: fixture.shape }));
          optimizer = new Adam([param], { lr: 0.5 });
          optimizer.loadStateDict(saved);
        }
        param.grad = tensor(grad);
        optimizer.step();
      }
      return Array.from(await param.data());
    };
    expect(await run(3)).toEqual(await run(-1));
  });
});

describe("optimizers refuse", () => {
  const params = () => {
    setBackend("reference");
    return [new Parameter(tensor([1], [1]))];
  };
  const cases: [string, () => unknown, RegExp][] = [
    [
      "a negative learning rate",
      () => new SGD(params(), { lr: -1 }),
      /SGD: lr must be a finite number of at least 0, got -1/,
    ],
    [
      "an infinite learning rate",
      () => new Adam(params(), { lr: Infinity }),
      /Adam: lr must be a finite/,
    ],
    ["a learning rate set to NaN", () => ((new SGD(params()) as Optimizer).lr = NaN), /SGD: lr/],
    ["unknown options", () => sgd({ momentun: 0.9 } as never)(params()), /did you mean "momentum"/],
    [
      "nesterov without momentum",
      () => new SGD(params(), { nesterov: true }),
      /nesterov needs a momentum/,
    ],
    ["beta 1", () => adam({ betas: [0.9, 1] })(params()), /betas\[1\] must be in \[0, 1\)/],
    [
      "betas that are no pair",
      () => adamw({ betas: [0.9] as never })(params()),
      /AdamW: betas must/,
    ],
    [
      "a misspelt option of RMSprop",
      () => rmsprop({ centred: true } as never)(params()),
      /"centered"/,
    ],
    [
      "a negative start of the sum",
      () => adagrad({ initialAccumulatorValue: -1 })(params()),
      /Adagrad: initialAcc/,
    ],
    ["a negative norm", () => clipGradNorm_(params(), -1), /clipGradNorm_: maxNorm must/],
    [
      "a value that is no number",
      () => clipGradValue_(params(), NaN),
      /clipGradValue_: clipValue must/,
    ],
    ["no parameters", () => new SGD([]), /no parameters to optimize/],
    ["a group without parameters", () => new SGD([{ params: [] }]), /no parameters to optimize/],
    [
      "a misspelt option of a group",
      () => new SGD([{ params: params(), rl: 1 } as never]),
      /SGD: unknown option "rl"(.|\n)*did you mean "lr"/,
    ],
    [
      "parameters mixed with groups",
      () => new SGD([...params(), { params: params() }] as never[]),
      /parameters and groups of parameters are mixed/,
    ],
    ["what is no parameter", () => new SGD([tensor([1], [1])] as never[]), /has no params/],
    [
      "a change of what is constant",
      () => ((new SGD(params()).paramGroups[0] as { weightDecay: number }).weightDecay = 1),
      /SGD: weightDecay cannot change between steps/,
    ],
    [
      "a momentum where there was none",
      () => ((new SGD(params()).paramGroups[0] as { momentum: number }).momentum = 0.9),
      /this group has no momentumBuffer/,
    ],
    [
      "a parameter in two groups",
      () => {
        const [p] = params() as [Parameter];
        return new Adam([{ params: [p] }, { params: p, lr: 1 }]);
      },
      /Adam: a parameter is given twice/,
    ],
    [
      "a parameter twice",
      () => {
        const [p] = params();
        return new SGD([p, p] as Parameter[]);
      },
      /given twice/,
    ],
  ];
  for (const [name, body, message] of cases) it(name, () => expect(body).toThrow(message));

  it("the state of another optimizer", () => {
    const saved = new SGD(params(), { lr: 0.1, momentum: 0.9 }).stateDict();
    expect(() => new Adam(params()).loadStateDict(saved)).toThrow(/SGD, this is Adam/);
    const decayed = new SGD(params(), { momentum: 0.8, weightDecay: 0.1 });
    expect(() => decayed.loadStateDict(saved)).toThrow(/weightDecay 0, this has 0.1/);
    expect(() => new SGD(params(), { lr: 1 }).loadStateDict(saved)).toThrow(
      /this group has no momentumBuffer/,
    );
    const [param] = params() as [Parameter];
    const groups = new SGD([{ params: [param] }, { params: params(), lr: 2 }], { momentum: 0.9 });
    expect(() => groups.loadStateDict(saved)).toThrow(/groups +1, this has 2/);
    const fits = new SGD(params(), { momentum: 0.8 });
    fits.loadStateDict({ ...saved, tensors: fits.stateDict().tensors });
    expect(fits.paramGroups[0]).toMatchObject({ lr: 0.1, momentum: 0.9 });
  });
});
