// Schedules against the learning rates of PyTorch (fixtures/schedules.py), and their saved state.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import * as optim from "../../src/optim/index.ts";
import { Parameter, Tensor } from "../../src/tensor/tensor.ts";

const fixture: {
  metrics: number[];
  cases: Record<string, number[]>;
  /** Learning rate and momentum of two groups at each step. */
  cycles: Record<"sgd" | "adam", [number, number][][]>;
} = JSON.parse(readFileSync(new URL("../fixtures/schedules.json", import.meta.url), "utf8"));

/** What the tests need of a schedule, whatever it is. */
interface Schedule {
  step(argument?: number): void;
  getLastLr(): number[];
  stateDict(): unknown;
  loadStateDict(saved: unknown): void;
}
interface Case {
  readonly make: (optimizer: optim.Optimizer) => object | object[];
  /** Argument of each `step`. */
  readonly argument?: (step: number) => number;
  /** The learning rate is set to 0.05 by hand in this step. */
  readonly changeAt?: number;
}

const cases: Record<string, Case> = {
  step: { make: (o) => new optim.StepLR(o, 3, { gamma: 0.5 }) },
  "step, rate changed by hand": { make: (o) => new optim.StepLR(o, 4), changeAt: 6 },
  multistep: { make: (o) => new optim.MultiStepLR(o, [2, 7, 7, 15]) },
  exponential: { make: (o) => new optim.ExponentialLR(o, 0.9) },
  linear: { make: (o) => new optim.LinearLR(o) },
  "linear down": {
    make: (o) => new optim.LinearLR(o, { startFactor: 1, endFactor: 0, totalIters: 7 }),
  },
  constant: { make: (o) => new optim.ConstantLR(o, { factor: 0.25, totalIters: 4 }) },
  polynomial: { make: (o) => new optim.PolynomialLR(o, { totalIters: 9, power: 2 }) },
  "polynomial default": { make: (o) => new optim.PolynomialLR(o) },
  cosine: { make: (o) => new optim.CosineAnnealingLR(o, 5, { etaMin: 0.01 }) },
  "cosine of one epoch": { make: (o) => new optim.CosineAnnealingLR(o, 1) },
  "warm restarts": { make: (o) => new optim.CosineAnnealingWarmRestarts(o, 5) },
  "longer warm restarts": {
    make: (o) => new optim.CosineAnnealingWarmRestarts(o, 3, { tMult: 2, etaMin: 0.001 }),
  },
  "warm restarts between epochs": {
    make: (o) => new optim.CosineAnnealingWarmRestarts(o, 3, { tMult: 2 }),
    argument: (step) => (step + 1) / 2,
  },
  onecycle: { make: (o) => new optim.OneCycleLR(o, 1, { totalSteps: 24, cycleMomentum: false }) },
  "onecycle linear": {
    make: (o) =>
      new optim.OneCycleLR(o, 0.5, {
        epochs: 6,
        stepsPerEpoch: 4,
        pctStart: 0.4,
        annealStrategy: "linear",
        divFactor: 10,
        finalDivFactor: 100,
        cycleMomentum: false,
      }),
  },
  "onecycle in three phases": {
    make: (o) =>
      new optim.OneCycleLR(o, 0.5, { totalSteps: 24, threePhase: true, cycleMomentum: false }),
  },
  "onecycle without a rise": {
    make: (o) =>
      new optim.OneCycleLR(o, 0.5, { totalSteps: 24, pctStart: 0, cycleMomentum: false }),
  },
  lambda: { make: (o) => new optim.LambdaLR(o, (epoch) => 1 / (1 + epoch)) },
  plateau: {
    make: (o) => new optim.ReduceLROnPlateau(o, { factor: 0.5, patience: 2 }),
    argument: (step) => fixture.metrics[step] as number,
  },
  "plateau of a score": {
    make: (o) =>
      new optim.ReduceLROnPlateau(o, {
        mode: "max",
        factor: 0.2,
        patience: 1,
        threshold: 0.02,
        thresholdMode: "abs",
        cooldown: 2,
        minLr: 0.001,
      }),
    argument: (step) => -(fixture.metrics[step] as number),
  },
  "warm-up and steps at once": {
    make: (o) => [
      new optim.LinearLR(o, { startFactor: 0.1, totalIters: 4 }),
      new optim.StepLR(o, 6, { gamma: 0.5 }),
    ],
  },
  multiplicative: {
    make: (o) => new optim.MultiplicativeLR(o, (epoch) => 1 - 0.01 * epoch),
    changeAt: 6,
  },
  chained: {
    make: (o) =>
      new optim.ChainedScheduler([
        new optim.ConstantLR(o, { factor: 0.5, totalIters: 3 }),
        new optim.ExponentialLR(o, 0.9),
      ]),
  },
  sequence: {
    make: (o) =>
      new optim.SequentialLR(
        o,
        [
          new optim.LinearLR(o, { startFactor: 0.1, totalIters: 4 }),
          new optim.ExponentialLR(o, 0.9),
          new optim.CosineAnnealingLR(o, 6),
        ],
        [4, 12],
      ),
  },
};

beforeAll(() => setBackend("reference"));

const optimizerOf = (lr = 0.1) => new optim.SGD([new Parameter(Tensor.from([0]))], { lr });

/** The learning rates used; at `pauseAt` everything is made anew from what was saved as JSON. */
function rates({ make, argument, changeAt }: Case, steps: number, pauseAt = -1): number[] {
  let optimizer = optimizerOf();
  let schedules = [make(optimizer)].flat() as Schedule[];
  const used: number[] = [];
  for (let step = 0; step < steps; step++) {
    if (step === pauseAt) {
      const saved = JSON.parse(JSON.stringify(schedules.map((schedule) => schedule.stateDict())));
      optimizer = optimizerOf(optimizer.lr);
      schedules = [make(optimizer)].flat() as Schedule[];
      for (const [i, schedule] of schedules.entries()) schedule.loadStateDict(saved[i]);
    }
    used.push(optimizer.lr);
    if (step === changeAt) optimizer.lr = 0.05;
    for (const schedule of schedules) schedule.step(argument?.(step));
    expect(schedules.at(-1)?.getLastLr()).toEqual([optimizer.lr]);
  }
  return used;
}

describe("schedules", () => {
  it("are all compared", () => {
    expect(Object.keys(cases)).toEqual(Object.keys(fixture.cases));
  });

  for (const [name, schedule] of Object.entries(cases)) {
    const expected = fixture.cases[name] as number[];

    it(`${name}: goes as in PyTorch`, () => {
      const found = rates(schedule, expected.length);
      for (const [step, lr] of expected.entries()) {
        // Both compute in float64; the order of a few roundings differs.
        expect(Math.abs((found[step] as number) - lr)).toBeLessThanOrEqual(1e-15 + 1e-12 * lr);
      }
    });

    it(`${name}: goes on from a saved state`, () => {
      const whole = rates(schedule, expected.length);
      for (const pauseAt of [1, 6, 13]) {
        expect(rates(schedule, expected.length, pauseAt)).toEqual(whole);
      }
    });
  }

  it("act on each group from its own learning rate", () => {
    const param = () => new Parameter(Tensor.from([0]));
    const groups = () => [{ params: param() }, { params: param(), lr: 0.01 }];
    const optimizer = new optim.SGD(groups(), { lr: 0.1 });
    const schedule = new optim.StepLR(optimizer, 1, { gamma: 0.5 });
    optimizer.addParamGroup({ params: param(), lr: 7 });
    schedule.step();
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.05, 0.005, 7]);
    expect(schedule.getLastLr()).toEqual([0.05, 0.005]);
    const other = new optim.SGD(groups(), { lr: 3 });
    new optim.StepLR(other, 1, { gamma: 0.5 }).loadStateDict(schedule.stateDict());
    expect(other.paramGroups.map(({ lr }) => lr)).toEqual([0.05, 0.005]);

    const own = new optim.SGD(groups(), { lr: 1 });
    const lambda = new optim.LambdaLR(own, [(t) => 1 / (1 + t), () => 2]);
    lambda.step();
    expect(lambda.getLastLr()).toEqual([0.5, 0.02]);
    expect(() => new optim.LambdaLR(own, [() => 1])).toThrow(/one value for each group/);
    const plateau = new optim.ReduceLROnPlateau(own, { patience: 0, minLr: [0.2, 0.01] });
    plateau.step(1);
    plateau.step(1);
    expect(plateau.getLastLr()).toEqual([0.2, 0.01]);
  });

  it.each(["sgd", "adam"] as const)("cycle the momentum of %s as in PyTorch", (kind) => {
    const groups = [0, 1].map(() => ({ params: new Parameter(Tensor.from([0])) }));
    const optimizer: optim.Optimizer =
      kind === "sgd" ? new optim.SGD(groups, { lr: 0.1, momentum: 0.9 }) : new optim.Adam(groups);
    const schedule =
      kind === "sgd"
        ? new optim.OneCycleLR(optimizer, [1, 0.1], { totalSteps: 12 })
        : new optim.OneCycleLR(optimizer, 0.5, {
            totalSteps: 12,
            threePhase: true,
            baseMomentum: [0.8, 0.7],
            maxMomentum: 0.9,
            annealStrategy: "linear",
          });
    for (const expected of fixture.cycles[kind]) {
      const now = optimizer.paramGroups.map((group) => {
        const { lr, momentum, betas } = group as never as {
          lr: number;
          momentum: number;
          betas?: number[];
        };
        return [lr, betas?.[0] ?? momentum];
      });
      for (const [i, pair] of expected.entries()) {
        for (const [k, value] of pair.entries()) expect(now[i]?.[k]).toBeCloseTo(value, 14);
      }
      schedule.step();
    }
  });

  it("take one step after the last batch of a cycle, and no more", () => {
    const schedule = new optim.OneCycleLR(optimizerOf(), 1, {
      totalSteps: 4,
      annealStrategy: "linear",
      cycleMomentum: false,
    });
    for (let batch = 0; batch < 3; batch++) schedule.step();
    expect(schedule.getLastLr()[0]).toBeCloseTo(1 / 25 / 1e4, 15);
    schedule.step();
    expect(schedule.getLastLr()[0]).toBeCloseTo(1 / 25 / 1e4, 15);
    expect(() => schedule.step()).toThrow(/cycle of 4 steps is over/);
    expect(schedule.lastEpoch).toBe(4);
  });

  it("end a line at zero, never below", () => {
    for (let totalIters = 1; totalIters < 100; totalIters++) {
      const options = { startFactor: 1 / 3, endFactor: 0, totalIters };
      const schedule = new optim.LinearLR(optimizerOf(), options);
      for (let epoch = 0; epoch < totalIters; epoch++) schedule.step();
      expect(schedule.getLastLr()).toEqual([0]);
    }
  });

  it("count a metric that is not a number as no improvement", () => {
    const optimizer = optimizerOf();
    const schedule = new optim.ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 });
    schedule.step(NaN);
    expect(optimizer.lr).toBe(0.1);
    schedule.step(NaN);
    expect(optimizer.lr).toBe(0.05);
    expect(schedule.stateDict().best).toBeNull();
  });
});

describe("schedules refuse", () => {
  const refused: [string, () => unknown, RegExp][] = [
    ["no optimizer", () => new optim.StepLR(3 as never, 3), /StepLR: the first argument is not an/],
    [
      "steps of nothing",
      () => new optim.StepLR(optimizerOf(), 0),
      /stepSize must be a whole number/,
    ],
    [
      "unknown options",
      () => new optim.StepLR(optimizerOf(), 3, { gama: 1 } as never),
      /did you mean "gamma"/,
    ],
    ["falling milestones", () => new optim.MultiStepLR(optimizerOf(), [7, 2]), /rising whole/],
    ["a negative gamma", () => new optim.ExponentialLR(optimizerOf(), -1), /gamma must be/],
    [
      "a start from nothing",
      () => new optim.LinearLR(optimizerOf(), { startFactor: 0 }),
      /startFactor must be above 0/,
    ],
    [
      "an end above all",
      () => new optim.LinearLR(optimizerOf(), { endFactor: 2 }),
      /endFactor must be in \[0, 1\]/,
    ],
    [
      "a factor above 1",
      () => new optim.ConstantLR(optimizerOf(), { factor: 2 }),
      /factor must be above 0 and at most 1/,
    ],
    [
      "a cycle without length",
      () => new optim.OneCycleLR(optimizerOf(), 1, { epochs: 3 }),
      /length of the cycle is missing/,
    ],
    [
      "a cycle of a momentum that is not there",
      () => new optim.OneCycleLR(optimizerOf(), 1, { totalSteps: 3 }),
      /OneCycleLR: this optimizer has no momentum to cycle/,
    ],
    [
      "a function that is none",
      () => new optim.LambdaLR(optimizerOf(), 0.5 as never),
      /lrLambda must be a function/,
    ],
    [
      "a negative learning rate",
      () => new optim.LambdaLR(optimizerOf(), () => -1),
      /SGD: lr must be a finite number/,
    ],
    [
      "a plateau without metric",
      () => new optim.ReduceLROnPlateau(optimizerOf()).step(undefined as never),
      /step takes the metric/,
    ],
    [
      "an unknown mode",
      () => new optim.ReduceLROnPlateau(optimizerOf(), { mode: "low" as never }),
      /mode must be min or max/,
    ],
    [
      "too few milestones",
      () => {
        const optimizer = optimizerOf();
        const parts = [new optim.LinearLR(optimizer), new optim.StepLR(optimizer, 3)];
        return new optim.SequentialLR(optimizer, parts, []);
      },
      /one milestone fewer than schedules/,
    ],
    [
      "a schedule of another optimizer",
      () => new optim.SequentialLR(optimizerOf(), [new optim.LinearLR(optimizerOf())], []),
      /schedule 0 is none of this optimizer/,
    ],
  ];
  for (const [name, body, message] of refused) it(name, () => expect(body).toThrow(message));

  it("the state of another schedule, or of other options, and stay as they are", () => {
    const saved = new optim.StepLR(optimizerOf(), 3).stateDict();
    const schedule = new optim.StepLR(optimizerOf(0.7), 4);
    expect(() => schedule.loadStateDict(saved)).toThrow(/"stepSize":3(.|\n)*"stepSize":4/);
    expect(schedule.getLastLr()).toEqual([0.7]);
    expect(() => new optim.ExponentialLR(optimizerOf(), 0.1).loadStateDict(saved)).toThrow(
      /ExponentialLR: the saved state does not fit/,
    );
  });
});
