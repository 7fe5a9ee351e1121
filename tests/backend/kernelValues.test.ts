// Every value of the kernel language, as scalars and as vectors of each width, in each form in which kernels are
// printed, against the same arithmetic in TypeScript.
import { beforeAll, describe, expect, test } from "vitest";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import type { Buffer, ElementType, Value } from "../../src/kernel/ir.ts";
import type { TypedArray } from "../../src/tensor/dtype.ts";
import { forms, runKernel, runKernels, type Work } from "./kernels.ts";

const { fround, imul } = Math;
const inputs = {
  float32: [
    -0,
    0,
    1.5,
    -1.5,
    2.5,
    -2.5,
    0.5,
    -0.5,
    1e30,
    -1e30,
    3e9,
    -3e9,
    1e-40,
    Number.NaN,
    7.25,
    -7.75,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    100,
    -3,
  ].map(fround),
  int32: [
    0, 1, -1, 2, -2, 7, -9, 255, 256, 65535, -65536, 0x7fffffff, -0x80000000, 12345, -54321, 3, 4,
    5, 6, 100,
  ],
  uint8: [0, 1, 2, 3, 127, 128, 129, 254, 255, 77, 9, 64, 32, 16, 8, 4, 200, 201, 202, 203],
};
/** Elements of the inputs, which come again until they fill the widest vectors. */
const period = 20;
const length = 32;

function arrayOf(element: ElementType, values: readonly number[]): TypedArray {
  if (element === "float32") return Float32Array.from(values);
  return element === "int32" ? Int32Array.from(values) : Uint8Array.from(values);
}

interface Case {
  readonly of: readonly ElementType[];
  readonly to?: ElementType;
  readonly write: (k: KernelBuilder, values: readonly Value[]) => Value;
  readonly expected: (...values: number[]) => number;
}

/** Puts each input beside its neighbours, so that two-operand cases meet equal and unequal values. */
function operandArrays({ of }: Case): TypedArray[] {
  return of.map((element, n) => {
    const values = inputs[element];
    return arrayOf(
      element,
      Array.from({ length }, (_, i) => values[(i + n * (i % 3)) % period] as number),
    );
  });
}

/** A kernel that computes the case for every element, and what it computes with. */
function workOf(c: Case, lanes: number): Work {
  const to = c.to ?? (c.of[0] as ElementType);
  const k = new KernelBuilder("case", lanes);
  const buffers = c.of.map((element, i): Buffer => k.buffer(`in${i}`, element));
  const out = k.buffer("out", to);
  k.for(
    "i",
    0,
    length,
    (i) => {
      const values = buffers.map((buffer) => k.let(k.load(buffer, i, lanes)));
      k.store(out, i, c.write(k, values));
    },
    { step: lanes },
  );
  return {
    kernel: k.finish(),
    arrays: [...operandArrays(c), arrayOf(to, new Array(length).fill(9))],
  };
}

function check(c: Case, result: TypedArray): void {
  const arrays = operandArrays(c);
  const expected = Array.from({ length }, (_, i) =>
    c.expected(...arrays.map((a) => a[i] as number)),
  );
  // + 0: the sign of a zero is left open.
  expect(Array.from(result, (x) => x + 0)).toEqual(
    Array.from(arrayOf(c.to ?? (c.of[0] as ElementType), expected), (x) => x + 0),
  );
}

const evenRound = (x: number): number =>
  Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
const toInt = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.trunc(Math.max(-0x80000000, Math.min(0x7fffffff, x)));
const view = new DataView(new ArrayBuffer(4));
const bitsOf = (x: number): number => {
  view.setFloat32(0, x);
  return view.getInt32(0);
};
const floatOf = (x: number): number => {
  view.setInt32(0, x);
  return view.getFloat32(0);
};

const cases: Record<string, Case> = {};
const unary = {
  neg: (x: number) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: evenRound,
};
for (const [name, f] of Object.entries(unary)) {
  const operation = name as keyof typeof unary;
  cases[`${name} of float`] = {
    of: ["float32"],
    write: (k, [a]) => k.unary(operation, a as Value),
    expected: f,
  };
}
for (const operation of ["neg", "abs"] as const) {
  cases[`${operation} of int`] = {
    of: ["int32"],
    write: (k, [a]) => k.unary(operation, a as Value),
    expected: unary[operation],
  };
}
const both = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  min: (a: number, b: number) => Math.min(a, b),
  max: (a: number, b: number) => Math.max(a, b),
};
const floats = {
  ...both,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
};
const ints = {
  ...both,
  mul: imul,
  bitAnd: (a: number, b: number) => a & b,
  bitOr: (a: number, b: number) => a | b,
  bitXor: (a: number, b: number) => a ^ b,
};
for (const [name, f] of Object.entries(floats)) {
  const operation = name as keyof typeof floats;
  cases[`${name} of floats`] = {
    of: ["float32", "float32"],
    write: (k, [a, b]) => k.binary(operation, a as Value, b as Value),
    expected: f,
  };
}
for (const [name, f] of Object.entries(ints)) {
  const operation = name as keyof typeof ints;
  cases[`${name} of ints`] = {
    of: ["int32", "int32"],
    write: (k, [a, b]) => k.binary(operation, a as Value, b as Value),
    expected: f,
  };
}
for (const operation of ["min", "max"] as const) {
  cases[`${operation} with a constant right`] = {
    of: ["float32"],
    write: (k, [a]) => k.binary(operation, a as Value, k.const(0.75)),
    expected: (a) => both[operation](a, 0.75),
  };
  cases[`${operation} with a constant left`] = {
    of: ["float32"],
    write: (k, [a]) => k.binary(operation, k.const(0.75), a as Value),
    expected: (a) => both[operation](a, 0.75),
  };
  cases[`${operation} with NaN`] = {
    of: ["float32"],
    write: (k, [a]) => k.binary(operation, a as Value, k.const(Number.NaN)),
    expected: () => Number.NaN,
  };
}
const comparisons = {
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
};
for (const [name, f] of Object.entries(comparisons)) {
  const comparison = name as keyof typeof comparisons;
  for (const element of ["float32", "int32"] as const) {
    cases[`${name} of ${element}`] = {
      of: [element, element],
      to: "uint8",
      write: (k, [a, b]) => k.compare(comparison, a as Value, b as Value),
      expected: (a, b) => Number(f(a as number, b as number)),
    };
  }
}
const masks = (k: KernelBuilder, a: Value, b: Value): [Value, Value] => [
  k.compare("lt", a, b),
  k.compare("gt", a, k.const(0, 1, "int")),
];
Object.assign(cases, {
  "and of masks": {
    of: ["int32", "int32"],
    to: "uint8",
    write: (k, [a, b]) => k.binary("and", ...masks(k, a as Value, b as Value)),
    expected: (a, b) => Number((a as number) < (b as number) && (a as number) > 0),
  },
  "or of masks": {
    of: ["int32", "int32"],
    to: "uint8",
    write: (k, [a, b]) => k.binary("or", ...masks(k, a as Value, b as Value)),
    expected: (a, b) => Number((a as number) < (b as number) || (a as number) > 0),
  },
  "not of a mask": {
    of: ["int32"],
    to: "uint8",
    write: (k, [a]) => k.unary("not", k.compare("lt", a as Value, k.const(3, 1, "int"))),
    expected: (a) => Number(!((a as number) < 3)),
  },
  "mask constants": {
    of: ["int32"],
    to: "uint8",
    write: (k, [a]) =>
      k.binary("and", k.compare("lt", a as Value, k.const(3, 1, "int")), k.const(1, 1, "mask")),
    expected: (a) => Number((a as number) < 3),
  },
  "select of floats": {
    of: ["float32", "float32"],
    write: (k, [a, b]) => k.select(k.compare("lt", a as Value, b as Value), a as Value, b as Value),
    expected: (a, b) => ((a as number) < (b as number) ? a : b) as number,
  },
  "select of ints": {
    of: ["int32", "int32"],
    write: (k, [a, b]) => k.select(k.compare("ge", a as Value, b as Value), a as Value, b as Value),
    expected: (a, b) => ((a as number) >= (b as number) ? a : b) as number,
  },
  "select of masks": {
    of: ["int32", "int32"],
    to: "uint8",
    write: (k, [a, b]) =>
      k.select(
        k.compare("ge", a as Value, b as Value),
        k.compare("lt", a as Value, k.const(9, 1, "int")),
        k.const(0, 1, "mask"),
      ),
    expected: (a, b) => Number((a as number) >= (b as number) && (a as number) < 9),
  },
  "shift left": {
    of: ["int32"],
    write: (k, [a]) => k.shift("left", a as Value, 5),
    expected: (a) => (a as number) << 5,
  },
  "shift right, filling with zeros": {
    of: ["int32"],
    write: (k, [a]) => k.shift("right", a as Value, 9),
    expected: (a) => (a as number) >>> 9,
  },
  "int to float": {
    of: ["int32"],
    to: "float32",
    write: (k, [a]) => k.convert(a as Value, "float"),
    expected: (a) => a as number,
  },
  "float to int, saturating": {
    of: ["float32"],
    to: "int32",
    write: (k, [a]) => k.convert(a as Value, "int"),
    expected: (a) => toInt(a as number),
  },
  "mask to int": {
    of: ["float32"],
    to: "int32",
    write: (k, [a]) => k.convert(k.compare("gt", a as Value, k.const(1)), "int"),
    expected: (a) => Number((a as number) > 1),
  },
  "mask to float": {
    of: ["float32"],
    write: (k, [a]) => k.convert(k.compare("gt", a as Value, k.const(1)), "float"),
    expected: (a) => Number((a as number) > 1),
  },
  "int to mask": {
    of: ["int32"],
    to: "uint8",
    write: (k, [a]) => k.convert(a as Value, "mask"),
    expected: (a) => Number(a !== 0),
  },
  "float to mask": {
    of: ["float32"],
    to: "uint8",
    write: (k, [a]) => k.convert(a as Value, "mask"),
    expected: (a) => Number(a !== 0),
  },
  "bits of a float": {
    of: ["float32"],
    to: "int32",
    write: (k, [a]) => k.bits(a as Value),
    expected: (a) => bitsOf(a as number),
  },
  "a float from bits": {
    of: ["int32"],
    to: "float32",
    write: (k, [a]) => k.bits(a as Value),
    expected: (a) => floatOf(a as number),
  },
  "uint8 as ints": {
    of: ["uint8"],
    to: "int32",
    write: (k, [a]) => k.mul(a as Value, k.const(-3, 1, "int")),
    expected: (a) => (a as number) * -3,
  },
  "ints to uint8, low byte": {
    of: ["int32"],
    to: "uint8",
    write: (_, [a]) => a as Value,
    expected: (a) => (a as number) & 255,
  },
  "float constants": {
    of: ["float32"],
    write: (k, [a]) => k.mul(k.add(a as Value, k.const(0.1)), k.const(-0.375)),
    expected: (a) => fround(fround((a as number) + fround(0.1)) * -0.375),
  },
  "a whole number, by a sum too large for fractions": {
    of: ["float32"],
    write: (k, [a]) => {
      const shift = k.const(12582912);
      return k.binary("sub", k.asRounded(k.add(a as Value, shift)), shift);
    },
    expected: (a) => fround(fround((a as number) + 12582912) - 12582912),
  },
  "all-ones and zero constants": {
    of: ["int32"],
    write: (k, [a]) =>
      k.binary("bitXor", k.add(a as Value, k.const(0, 1, "int")), k.const(-1, 1, "int")),
    expected: (a) => ~(a as number),
  },
} satisfies Record<string, Case>);

describe.each(forms)("$name", (form) => {
  test.each([1, 2, 3, 7, 64, 1000])("divided by %i, rounded down", async (by) => {
    const k = new KernelBuilder("quotient", 1);
    const [x, out] = [k.buffer("x", "int32"), k.buffer("out", "int32")];
    const values = [0, 1, 2, 5, 6, 7, 63, 64, 65, 999, 1000, 123456789, 0x7fffffff];
    k.for("i", 0, values.length, (i) => {
      k.store(out, i, k.quotient(k.load(x, i), by));
    });
    const given = Int32Array.from(values);
    const [, result] = await runKernel(k.finish(), [given, new Int32Array(given)], { form });
    expect([...(result as TypedArray)]).toEqual(values.map((value) => Math.floor(value / by)));
  });

  describe.each(form.widths)("%i lanes", (lanes) => {
    // All in one program: to start a C compiler for each takes most of the time.
    const results = new Map<string, TypedArray>();
    beforeAll(async () => {
      const works = Object.values(cases).map((c) => workOf(c, lanes));
      const read = await runKernels(works, form);
      Object.keys(cases).forEach((name, i) => {
        results.set(name, read[i]?.at(-1) as TypedArray);
      });
    }, 120_000);

    test.each(Object.entries(cases))("%s", (name, c) => check(c, results.get(name) as TypedArray));

    test("fma multiplies and adds", async () => {
      const k = new KernelBuilder("fma", lanes);
      const [a, b, c, out] = ["a", "b", "c", "out"].map((name) => k.buffer(name)) as [
        Buffer,
        Buffer,
        Buffer,
        Buffer,
      ];
      k.for(
        "i",
        0,
        16,
        (i) => {
          k.store(out, i, k.fma(k.load(a, i, lanes), k.load(b, i, lanes), k.load(c, i, lanes)));
        },
        { step: lanes },
      );
      // 1 + 2⁻¹² squared needs 25 bits: one rounding gives another result than two.
      const x = 1 + 2 ** -12;
      const arrays = [
        [x, 2, 3],
        [x, 5, 7],
        [-1, 1, 2],
      ].map((v) => Float32Array.from([...v, ...new Array(13).fill(0)]));
      const result = await runKernel(k.finish(), [...arrays, new Float32Array(16)], { form });
      const first = form.fuses(lanes) ? x * x - 1 : fround(x * x) - 1;
      expect([...(result[3] as TypedArray).slice(0, 3)]).toEqual([first, 11, 23]);
    });

    test("the total of the lanes, by halves", async () => {
      const k = new KernelBuilder("total", lanes);
      const [x, out] = [k.buffer("x"), k.buffer("out")];
      k.store(out, 0, k.total(k.load(x, 0, lanes)));
      // Far apart in size: another order gives another sum.
      const values = Float32Array.from({ length: 16 }, (_, i) => (i % 3 === 0 ? 1e8 : -3.7) + i);
      let sums = values.slice(0, lanes);
      for (let half = lanes >> 1; half > 0; half >>= 1)
        sums = sums.slice(0, half).map((a, l) => a + (sums[half + l] as number));
      const [, result] = await runKernel(k.finish(), [values, new Float32Array(1)], { form });
      expect(result?.[0]).toBe(sums[0]);
    });

    test.each(["float32", "int32"] as const)("lanes in another order, %s", async (element) => {
      if (lanes === 1) return;
      const k = new KernelBuilder("shuffle", lanes);
      const [x, out] = [k.buffer("x", element), k.buffer("out", element)];
      const order = Array.from({ length: lanes }, (_, l) => (l * 5 + 3) % (2 * lanes));
      k.store(out, 0, k.shuffle(k.load(x, 0, lanes), k.load(x, lanes, lanes), order));
      const values = arrayOf(
        element,
        Array.from({ length: 2 * lanes }, (_, i) => 10 + i),
      );
      const [, result] = await runKernel(k.finish(), [values, arrayOf(element, order)], { form });
      expect([...(result as TypedArray)]).toEqual(order.map((lane) => 10 + lane));
    });

    test("an index is a number", async () => {
      const k = new KernelBuilder("index", lanes);
      const out = k.buffer("out", "int32");
      k.for("y", 0, 3, (y) => {
        k.for(
          "x",
          0,
          32,
          (x) => {
            const at = {
              constant: -7,
              terms: [
                { variable: y, factor: 100 },
                { variable: x, factor: 3 },
              ] as never,
            };
            const value = k.add(k.splat(k.index(at), lanes), k.laneIndex(lanes));
            k.store(
              out,
              {
                constant: 0,
                terms: [
                  { variable: y, factor: 32 },
                  { variable: x, factor: 1 },
                ] as never,
              },
              value,
            );
          },
          { step: lanes },
        );
      });
      const [result] = await runKernel(k.finish(), [new Int32Array(96)], { form });
      const expected = Array.from({ length: 96 }, (_, i) => {
        const x = i % 32;
        const lane = x % lanes;
        return -7 + 100 * Math.floor(i / 32) + 3 * (x - lane) + lane;
      });
      expect([...(result as TypedArray)]).toEqual(expected);
    });
  });

  test.each(["float32", "int32", "uint8"] as const)(
    "gathers and splats %s, takes lanes",
    async (element) => {
      const k = new KernelBuilder("gather", 4);
      const a = k.buffer("a", element);
      const out = k.buffer("out", element);
      k.for("i", 0, 4, (i) => {
        const at = (factor: number, constant: number) => ({
          constant,
          terms: [{ variable: i as never, factor }],
        });
        const v = k.let(k.gather(a, [at(3, 2), at(1, 0), at(-2, 19), at(5, 1)]));
        k.store(out, at(16, 0), v);
        k.store(out, at(16, 4), k.splat(k.load(a, at(2, 1))));
        for (let l = 0; l < 4; l++) k.store(out, at(16, 8 + l), k.lane(v, 3 - l));
        k.store(out, at(16, 12), k.splat(k.lane(v, 2)));
      });
      const values = inputs[element];
      const arrays = [arrayOf(element, values), arrayOf(element, new Array(64).fill(0))];
      const result = await runKernel(k.finish(), arrays, { form });
      const expected = Array.from({ length: 4 }, (_, i) => {
        const v = [values[3 * i + 2], values[i], values[19 - 2 * i], values[5 * i + 1]];
        return [
          ...v,
          ...new Array(4).fill(values[2 * i + 1]),
          ...v.toReversed(),
          ...new Array(4).fill(v[2]),
        ];
      });
      expect([...(result[1] as TypedArray)]).toEqual(expected.flat());
    },
  );

  test("a scalar mask in every lane, and one lane of a mask", async () => {
    const k = new KernelBuilder("masks", 4);
    const a = k.buffer("a", "int32");
    const out = k.buffer("out", "uint8");
    const v = k.let(k.compare("gt", k.load(a, 0, 4), k.const(1, 1, "int")));
    for (let l = 0; l < 4; l++) {
      const one = k.let(k.lane(v, l));
      k.store(out, l, one);
      k.store(out, 4 + 4 * l, k.splat(one));
    }
    const [, result] = await runKernel(
      k.finish(),
      [Int32Array.of(0, 5, 1, 2), new Uint8Array(20)],
      { form },
    );
    expect([...(result as TypedArray)]).toEqual([
      0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1,
    ]);
  });
});

test("refuses to store what a buffer does not hold", () => {
  const k = new KernelBuilder("wrong", 4);
  const [floats, ints, bytes] = [
    k.buffer("floats"),
    k.buffer("ints", "int32"),
    k.buffer("bytes", "uint8"),
  ];
  const [float, int] = [k.const(1), k.const(1, 1, "int")];
  const mask = k.compare("gt", float, float);
  for (const [buffer, value] of [
    [floats, int],
    [floats, mask],
    [ints, float],
    [ints, mask],
    [bytes, float],
  ] as const) {
    expect(() => k.store(buffer, 0, value)).toThrow(
      `kernel wrong: store of ${value.type.kind} to ${buffer.name}, which holds ${buffer.element}`,
    );
  }
  k.store(floats, 0, float);
  k.store(ints, 0, int);
  k.store(bytes, 0, int);
  k.store(bytes, 0, mask);
});
