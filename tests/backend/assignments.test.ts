// Captured assignments in which values and variables meet in all ways: a value that several variables take, as it is
// or through a view, and values of variables that are overwritten in the same step.
import { afterEach, describe, expect, it } from "vitest";
import { setBackend, Tensor, Variable } from "../../src/index.ts";
import { copyOf } from "../../src/ops/copyOf.ts";
import { engine } from "../../src/tensor/engine.ts";

interface Three {
  readonly a: Variable;
  readonly b: Variable;
  readonly c: Variable;
}

type Assignments = readonly (readonly [Variable, Tensor])[];

const halved = (a: Tensor) => a.mul(0.5).add(10);

const cases: Readonly<Record<string, (variables: Three) => Assignments>> = {
  "one variable": ({ a }) => [[a, halved(a)]],
  "another variable takes the same value": ({ a, b }) => {
    const x = halved(a);
    return [
      [a, x],
      [b, x],
    ];
  },
  "another variable takes a copy, the first one last": ({ a, b }) => {
    const x = halved(a);
    return [
      [b, copyOf(x)],
      [a, x],
    ];
  },
  "three variables take one value": ({ a, b, c }) => {
    const x = halved(a);
    return [
      [a, x],
      [b, x],
      [c, x],
    ];
  },
  "two variables take a value made of both": ({ a, b }) => {
    const x = halved(a).mul(b);
    return [
      [a, x],
      [b, x],
    ];
  },
  "one takes a view of what the other takes": ({ a, b }) => {
    const x = halved(a);
    return [
      [a, x],
      [b, x.reshape([3, 1]).reshape([3])],
    ];
  },
  "one takes the other's value reversed": ({ a, b }) => {
    const x = halved(a);
    return [
      [a, x],
      [b, x.flip([0])],
    ];
  },
  "two exchange their values": ({ a, b }) => [
    [a, copyOf(b)],
    [b, copyOf(a)],
  ],
  "three hand their values on, and one reversed": ({ a, b, c }) => [
    [a, copyOf(b)],
    [b, c.flip([0])],
    [c, copyOf(a)],
  ],
  "one takes another's old value while that changes": ({ a, b }) => [
    [a, halved(a)],
    [b, copyOf(a)],
  ],
  "one takes another's old value turned into a view": ({ a, b, c }) => [
    [a, halved(a).add(c)],
    [c, a.reshape([3, 1]).reshape([3])],
    [b, a.mul(b)],
  ],
  "a copy of the new value, and a value made of it": ({ a, b, c }) => {
    const x = halved(a);
    return [
      [a, x],
      [c, copyOf(x)],
      [b, x.mul(b).add(x).add(c)],
    ];
  },
};

async function resultOf(
  backend: "reference" | "wasm",
  build: (variables: Three) => Assignments,
): Promise<number[][]> {
  setBackend(backend, backend === "wasm" ? { threads: 1 } : {});
  const [a, b, c] = [1, 6, 8].map(
    (first) =>
      new Variable(Tensor.from(Float32Array.of(first, first + 1, first + 2), { shape: [3] })),
  ) as [Variable, Variable, Variable];
  const step = engine().capture(build({ a, b, c }));
  // Twice: the second run reads what the first one wrote.
  step.run();
  step.run();
  return Promise.all([a, b, c].map(async (each) => [...(await each.data())]));
}

describe("captured assignments", () => {
  afterEach(() => setBackend("auto"));

  for (const [name, build] of Object.entries(cases)) {
    it(name, async () => {
      expect(await resultOf("wasm", build)).toEqual(await resultOf("reference", build));
    });
  }

  it("computes what it should", async () => {
    const build = cases["another variable takes the same value"] as (v: Three) => Assignments;
    // a = (a / 2 + 10) / 2 + 10
    expect(await resultOf("wasm", build)).toEqual([
      [15.25, 15.5, 15.75],
      [15.25, 15.5, 15.75],
      [8, 9, 10],
    ]);
  });
});
