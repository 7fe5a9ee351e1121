// Values as WGSL, whose compilers may take floats for real numbers.
import { expect, test } from "vitest";
import { printKernel, workgroupOf } from "../../src/backend/webgpu/emitKernel.ts";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import { plus, times } from "../../src/kernel/indexing.ts";
import type { ContractionTile, Kernel, OperandPrecision, Value } from "../../src/kernel/ir.ts";
import { KernelMath } from "../../src/kernel/math.ts";
import { tiles } from "../../src/plan/contract/tile.ts";

/** The lines of a kernel that stores what is written to x[chunk]. */
function linesOf(write: (k: KernelBuilder, x: Value) => Value): readonly string[] {
  const k = new KernelBuilder("lines", 1);
  const [x, out] = [k.buffer("x"), k.buffer("out")];
  k.store(out, 0, write(k, k.let(k.load(x, 0))));
  const { code } = printKernel(k.finish(), ["heap", "heap"]);
  return code.split("\n").filter((line) => /^ {2}(let|var) v/.test(line));
}

test("a sum as it was rounded goes through a number that the compiler does not know", () => {
  const shift = (k: KernelBuilder): Value => k.const(12582912);
  const [, plain, rest] = linesOf((k, x) => {
    const sum = k.let(k.add(x, shift(k)));
    return k.let(k.binary("sub", sum, shift(k)));
  });
  const [, settled, again] = linesOf((k, x) => {
    const sum = k.let(k.asRounded(k.add(x, shift(k))));
    return k.let(k.binary("sub", sum, shift(k)));
  });
  expect(plain).toBe("  let v1: f32 = (v0 + 12582912f);");
  expect(settled).toBe(
    "  let v1: f32 = bitcast<f32>(bitcast<u32>((v0 + 12582912f)) ^ launch[0].w);",
  );
  expect(again).toBe(rest);
});

test("the elementary functions settle the sums whose rounding they use", () => {
  const settles = (lines: readonly string[]): boolean =>
    lines.some((line) => /bitcast<u32>\((fma\(|\(v\d+ \+ 1f\))/.test(line));
  expect(settles(linesOf((k, x) => new KernelMath(k).exp(x)))).toBe(true);
  expect(settles(linesOf((k, x) => new KernelMath(k).log1p(x)))).toBe(true);
});

test("where a kernel begins in its buffers is for the table to say, not for the shader", () => {
  const sum = (first: number) => {
    const k = new KernelBuilder("sum", 1);
    const [x, out] = [k.buffer("x"), k.buffer("out")];
    const at = (offset: number): Value => k.load(x, plus(k.chunk, offset));
    k.store(out, 7, k.add(at(first + 3), at(first)));
    return printKernel(k.finish(), ["heap", "arena"]);
  };
  const [before, after] = [sum(-2), sum(5)];
  expect(after.code).toBe(before.code);
  expect([before.starts, after.starts]).toEqual([
    [1, 7],
    [8, 7],
  ]);
  expect(before.code).toContain("heap[(b0 + u32(n0))]");
  expect(before.code).toContain("heap[(b0 + u32(n0 + (-3i)))]");
  expect(before.code).toContain("arena[b1] = ");
});

test("a shader has the functions that it calls, and those that they call", () => {
  const functionsOf = (write: (k: KernelBuilder, x: Value) => Value): readonly string[] => {
    const k = new KernelBuilder("functions", 1);
    const [x, out] = [k.buffer("x"), k.buffer("out")];
    k.store(out, 0, write(k, k.load(x, 0)));
    const { code } = printKernel(k.finish(), ["heap", "heap"]);
    return [...code.matchAll(/fn (\w+)/g)].map(([, name]) => name as string);
  };
  expect(functionsOf((_, x) => x)).toEqual(["main"]);
  expect(functionsOf((k, x) => k.unary("sqrt", x))).toEqual(["sqrt_f32", "is_nan", "main"]);
  expect(functionsOf((k, x) => k.binary("max", x, k.const(1)))).toEqual([
    ...["max_f32", "is_nan", "main"],
  ]);
});

/** A product of two matrices of the size of a tile, the neighbours of the left one along the depth, those of the right one along the side. */
function product(tile: ContractionTile, operands: OperandPrecision): Kernel {
  const k = new KernelBuilder("product", 1);
  const [a, b, out] = [k.buffer("a"), k.buffer("b"), k.buffer("out")];
  const { rows, columns, depth } = tile;
  k.contract({
    ...{ tile, operands },
    rows: { from: 0, limit: rows },
    columns: { from: 0, limit: columns },
    depth: { from: 0, to: depth, limit: depth },
    left: {
      along: "depth",
      value: (row, d) => k.load(a, plus(times(row, depth), d)),
    },
    right: {
      along: "side",
      value: (column, d) => k.load(b, plus(times(d, columns), column)),
    },
    store: (sum, row, column) => k.store(out, plus(times(row, columns), column), sum),
  });
  return k.finish();
}

function codeOf(kernel: Kernel): string {
  return printKernel(kernel, ["heap", "heap", "heap"]).code;
}

test("operands in float16 are rounded as they are loaded, and multiplied and summed in float32", () => {
  const lines = codeOf(product(tiles[0] as ContractionTile, "float16"))
    .split("\n")
    .filter((line) => /f16|_tile|fma/.test(line))
    .map((line) => line.trim());
  expect(lines).toMatchInlineSnapshot(`
    [
      "enable f16;",
      "alias held = vec4<f16>;",
      "var<workgroup> left_tile: array<held, 32>;",
      "var<workgroup> right_tile: array<held, 128>;",
      "var<workgroup> sum_tile: array<vec4<f32>, 16>;",
      "left_tile[(member % 16u) * 2u + i] = held(vec4<f32>(e0, e1, e2, e3));",
      "right_tile[i * 8u + member % 8u + 0u] = held(vec4<f32>(e0_0, e0_1, e0_2, e0_3));",
      "let a0 = vec4<f32>(left_tile[k * 2u + down * 1u + 0u]);",
      "let b0 = vec4<f32>(right_tile[k * 8u + across + 0u]);",
      "s0_0 = fma(vec4<f32>(a0.x), b0, s0_0);",
      "s1_0 = fma(vec4<f32>(a0.y), b0, s1_0);",
      "s2_0 = fma(vec4<f32>(a0.z), b0, s2_0);",
      "s3_0 = fma(vec4<f32>(a0.w), b0, s3_0);",
      "sum_tile[down * 8u + across + 0u] = s0_0;",
      "sum_tile[down * 8u + across + 0u] = s1_0;",
      "sum_tile[down * 8u + across + 0u] = s2_0;",
      "sum_tile[down * 8u + across + 0u] = s3_0;",
      "let v0 = sum_tile[e / 4u][e % 4u];",
    ]
  `);
});

test("kernels in float32 ask for no float16", () => {
  const code = codeOf(product(tiles[0] as ContractionTile, "float32"));
  expect(code).not.toMatch(/f16|sum_tile/);
});

test.each([
  ["float32", 16],
  ["float16", 8],
] as const)("a workgroup is said to need what its kernel declares, in %s", (operands, bytes) => {
  for (const tile of tiles) {
    const kernel = product(tile, operands);
    const declared = codeOf(kernel).matchAll(/var<workgroup> \w+: array<(.+), (\d+)>/g);
    const sizes = [...declared].map(([, type, n]) => (type === "held" ? bytes : 16) * Number(n));
    expect(workgroupOf(kernel).bytes).toBe(sizes.reduce((sum, each) => sum + each, 0));
    // What every adapter has.
    expect(workgroupOf(kernel).bytes).toBeLessThanOrEqual(16384);
  }
});
