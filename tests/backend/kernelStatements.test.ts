// Loops, branches and indices on the wasm backend, against loops in TypeScript that compute the
// same indices by multiplication.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import { dot, type IndexLike, plus, times } from "../../src/kernel/indexing.ts";
import type { Kernel, Value } from "../../src/kernel/ir.ts";
import type { TypedArray } from "../../src/tensor/dtype.ts";
import { forms, runKernel } from "./kernels.ts";

const iota = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i + 1);

async function outputOf(
  kernel: Kernel,
  arrays: readonly TypedArray[],
  chunks = 1,
): Promise<number[]> {
  const results = await runKernel(kernel, arrays, { chunks });
  return [...(results[results.length - 1] as TypedArray)];
}

test("a loop of no passes does nothing, whatever makes it empty", async () => {
  const k = new KernelBuilder("empty", 4);
  const ends = k.buffer("ends", "int32");
  const out = k.buffer("out");
  const none = k.letIndex("none", k.load(ends, 0));
  const negative = k.letIndex("negative", k.load(ends, 1));
  k.for("a", 0, none, (i) => k.store(out, i, k.const(1)));
  k.for("b", none, negative, (i) => k.store(out, i, k.const(1)));
  k.for("c", 3, plus(negative, 4), (i) => k.store(out, i, k.const(1)));
  k.for("d", 5, plus(negative, 20), (i) => k.store(out, i, k.const(1)), { limit: 5 });
  k.for("e", 6, plus(negative, 9), (i) => k.store(out, i, k.const(2)));
  expect(await outputOf(k.finish(), [Int32Array.of(0, -1), new Float32Array(8)])).toEqual([
    0, 0, 0, 0, 0, 0, 2, 2,
  ]);
});

test("limit cuts the last chunk short", async () => {
  const k = new KernelBuilder("limit", 1);
  const out = k.buffer("out", "int32");
  k.for(
    "i",
    times(k.chunk, 4),
    plus(times(k.chunk, 4), 4),
    (i) => {
      k.store(out, i, k.add(k.load(out, i), k.add(k.index(k.chunk), k.const(1, 1, "int"))));
    },
    { limit: 10 },
  );
  expect(await outputOf(k.finish(), [new Int32Array(12)], 3)).toEqual([
    1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 0, 0,
  ]);
});

test("set changes a register, across passes of a loop", async () => {
  const k = new KernelBuilder("sum", 1);
  const x = k.buffer("x");
  const out = k.buffer("out");
  const sum = k.let(k.const(0));
  const last = k.let(k.const(-1));
  k.for("i", 0, 10, (i) => {
    const value = k.let(k.load(x, i));
    k.set(sum, k.add(sum, value));
    k.set(last, value);
  });
  k.store(out, 0, sum);
  k.store(out, 1, last);
  expect(await outputOf(k.finish(), [iota(10), new Float32Array(2)])).toEqual([55, 10]);
});

test("statements keep their order: a load sees the stores before it", async () => {
  const k = new KernelBuilder("order", 1);
  const out = k.buffer("out");
  k.for("i", 0, 4, (i) => {
    k.store(out, plus(i, 1), k.add(k.load(out, i), k.const(1)));
    k.store(out, 0, k.load(out, plus(i, 1)));
  });
  expect(await outputOf(k.finish(), [new Float32Array(5)])).toEqual([4, 1, 2, 3, 4]);
});

test("if runs its statements only where the condition holds", async () => {
  const k = new KernelBuilder("if", 1);
  const x = k.buffer("x");
  const out = k.buffer("out");
  k.for("i", 0, 8, (i) => {
    // The index inside reaches below the buffer where the condition is false.
    k.if(k.compare("ge", k.index(i), k.const(3, 1, "int")), () => {
      const at = k.letIndex("at", k.index(plus(i, -3)));
      k.store(out, i, k.add(k.load(x, at), k.load(x, plus(i, -3))));
    });
  });
  expect(await outputOf(k.finish(), [iota(8), new Float32Array(8)])).toEqual([
    0, 0, 0, 2, 4, 6, 8, 10,
  ]);
});

test("letIndex reads rows in the order that a list of indices gives", async () => {
  const k = new KernelBuilder("rows", 4);
  const [rows, x, out] = [k.buffer("rows", "int32"), k.buffer("x"), k.buffer("out")];
  k.for("i", 0, 3, (i) => {
    const row = k.letIndex("row", k.load(rows, i));
    k.for(
      "j",
      0,
      8,
      (j) => {
        k.store(out, dot([i, j], [8, 1]), k.load(x, dot([row, j], [8, 1]), 4));
      },
      { step: 4 },
    );
  });
  const expected = [3, 0, 2].flatMap((row) => Array.from({ length: 8 }, (_, j) => 8 * row + j + 1));
  expect(
    await outputOf(k.finish(), [Int32Array.of(3, 0, 2), iota(32), new Float32Array(24)]),
  ).toEqual(expected);
});

test("vectors at the very end of a buffer stay inside the memory", async () => {
  const k = new KernelBuilder("end", 4);
  const [x, out] = [k.buffer("x"), k.buffer("out")];
  k.for("i", 0, 13, (i) => k.store(out, times(i, 4), k.load(x, i, 4)));
  const result = await outputOf(k.finish(), [iota(13), new Float32Array(52)]);
  expect(result.filter((_, i) => i % 4 === 0)).toEqual([...iota(13)]);
});

test("accesses far apart in both directions", async () => {
  // 3 · 2²² bytes between the first and the last: more than one pointer reaches.
  const far = 3 << 20;
  const k = new KernelBuilder("far", 1);
  const [x, out] = [k.buffer("x"), k.buffer("out")];
  k.for("i", 0, 4, (i) => {
    const values = [0, far / 2, far].map((constant) => k.load(x, plus(times(i, -1), constant + 3)));
    k.store(
      out,
      i,
      values.reduce((sum, value) => k.add(sum, value)),
    );
  });
  const data = new Float32Array(far + 4);
  for (let i = 0; i < 4; i++) data[i] = 1 << i;
  for (let i = 0; i < 4; i++) data[far / 2 + i] = 16 << i;
  for (let i = 0; i < 4; i++) data[far + i] = 256 << i;
  const expected = [0, 1, 2, 3].map((i) => (273 << 3) >> i);
  expect(await outputOf(k.finish(), [data, new Float32Array(4)])).toEqual(expected);
});

test("an access that never runs may lie far below the buffer", async () => {
  const k = new KernelBuilder("guarded", 1);
  const [x, out] = [k.buffer("x"), k.buffer("out")];
  k.for("i", 0, 4, (i) => {
    k.if(k.compare("gt", k.index(i), k.const(9, 1, "int")), () => {
      k.store(out, i, k.load(x, plus(i, -3_000_000)));
    });
    k.store(out, i, k.load(x, i));
  });
  expect(await outputOf(k.finish(), [iota(4), new Float32Array(4)])).toEqual([1, 2, 3, 4]);
});

describe("a tile of a matrix product", () => {
  test.each(forms)("$name", async (form) => {
    const [rows, columns, depth] = [6, 8, 37];
    const k = new KernelBuilder("tile", 4);
    const [a, b, c] = [k.buffer("a"), k.buffer("b"), k.buffer("c")];
    const row = (r: number): IndexLike => plus(times(k.chunk, rows), r);
    const sums = Array.from({ length: 12 }, () => k.let(k.const(0, 4)));
    k.for("k", 0, depth, (i) => {
      const held = [0, 4].map((column) => k.let(k.load(b, plus(times(i, columns), column), 4)));
      for (let r = 0; r < rows; r++) {
        const left = k.let(k.splat(k.load(a, dot([row(r), i], [depth, 1]))));
        held.forEach((right, v) => {
          const sum = sums[2 * r + v] as Value;
          k.set(sum, k.fma(left, right, sum));
        });
      }
    });
    sums.forEach((sum, n) => {
      k.store(c, plus(times(row(n >> 1), columns), (n & 1) * 4), sum);
    });
    const left = Float32Array.from({ length: 3 * rows * depth }, (_, i) => (i % 11) - 5);
    const right = Float32Array.from({ length: depth * columns }, (_, i) => (i % 7) - 3);
    const results = await runKernel(
      k.finish(),
      [left, right, new Float32Array(3 * rows * columns)],
      { chunks: 3, form },
    );
    const expected = Array.from({ length: 3 * rows * columns }, (_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      let sum = 0;
      for (let n = 0; n < depth; n++)
        sum += (left[i * depth + n] as number) * (right[n * columns + j] as number);
      return sum;
    });
    expect([...(results[2] as TypedArray)]).toEqual(expected);
  });
});

interface Nest {
  readonly chunks: number;
  readonly loops: readonly {
    readonly from: number;
    readonly follows: boolean;
    readonly count: number;
    readonly step: number;
    readonly limit: number;
  }[];
  readonly accesses: readonly { readonly constant: number; readonly factors: readonly number[] }[];
}

/** Loops whose starts may follow the variable outside, and reads at affine indices, some going down. */
const nests: fc.Arbitrary<Nest> = fc.record({
  chunks: fc.integer({ min: 1, max: 3 }),
  loops: fc.array(
    fc.record({
      from: fc.integer({ min: -2, max: 3 }),
      follows: fc.boolean(),
      count: fc.integer({ min: -1, max: 7 }),
      step: fc.integer({ min: 1, max: 3 }),
      limit: fc.integer({ min: 2, max: 9 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  accesses: fc.array(
    fc.record({
      constant: fc.integer({ min: -6, max: 6 }),
      factors: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 4, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

// Indices lie within ±(6 + 4 · 4 · 14), so the middle of the array is far enough from its ends.
const middle = 512;

test("any nest of loops reads what multiplied indices say", async () => {
  await fc.assert(
    fc.asyncProperty(nests, async (nest) => {
      const k = new KernelBuilder("nest", 1);
      const [x, out] = [k.buffer("x", "int32"), k.buffer("out", "int32")];
      const visit = (depth: number, variables: readonly IndexLike[]): void => {
        const loop = nest.loops[depth];
        const outer = variables[variables.length - 1] as IndexLike;
        if (loop !== undefined) {
          const from = loop.follows ? plus(outer, loop.from) : loop.from;
          k.for(
            `i${depth}`,
            from,
            plus(from, loop.count),
            (i) => visit(depth + 1, [...variables, i]),
            { step: loop.step, limit: loop.limit },
          );
        }
        // Also between loops, so that pointers of all levels are used.
        const sum = k.let(k.load(out, k.chunk));
        for (const { constant, factors } of nest.accesses) {
          const index = plus(dot(variables, factors.slice(0, variables.length)), constant + middle);
          k.set(sum, k.add(k.binary("mul", sum, k.const(31, 1, "int")), k.load(x, index)));
        }
        k.store(out, k.chunk, sum);
      };
      visit(0, [k.chunk]);

      const data = Int32Array.from({ length: 2 * middle }, (_, i) => Math.imul(i, 2654435761));
      const expected = Array.from({ length: nest.chunks }, (_, chunk) => {
        let sum = 0;
        const walk = (depth: number, variables: readonly number[]): void => {
          const loop = nest.loops[depth];
          if (loop !== undefined) {
            const from =
              loop.from + (loop.follows ? (variables[variables.length - 1] as number) : 0);
            for (let i = from; i < Math.min(from + loop.count, loop.limit); i += loop.step)
              walk(depth + 1, [...variables, i]);
          }
          for (const { constant, factors } of nest.accesses) {
            const index = variables.reduce(
              (at, v, axis) => at + v * (factors[axis] as number),
              constant + middle,
            );
            sum = (Math.imul(sum, 31) + (data[index] as number)) | 0;
          }
        };
        walk(0, [chunk]);
        return sum;
      });
      expect(await outputOf(k.finish(), [data, new Int32Array(nest.chunks)], nest.chunks)).toEqual(
        expected,
      );
    }),
    { numRuns: 200 },
  );
});

test("a register used outside the block that binds it is refused", async () => {
  const k = new KernelBuilder("leak", 1);
  const out = k.buffer("out");
  const leaked: Value[] = [];
  k.for("i", 0, 3, (i) => leaked.push(k.let(k.load(out, i))));
  k.store(out, 0, leaked[0] as Value);
  await expect(outputOf(k.finish(), [new Float32Array(3)])).rejects.toThrow(
    /kernel leak: register \d+ is used outside the block that binds it/,
  );
});
