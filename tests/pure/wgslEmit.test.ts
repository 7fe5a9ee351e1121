// Values as WGSL, whose compilers may take floats for real numbers.
import { expect, test } from "vitest";
import { printKernel } from "../../src/backend/webgpu/emitKernel.ts";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import { plus } from "../../src/kernel/indexing.ts";
import type { Value } from "../../src/kernel/ir.ts";
import { KernelMath } from "../../src/kernel/math.ts";

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
    [-2, 7],
    [5, 7],
  ]);
  expect(before.code).toContain("heap[(b0 + u32(n0))]");
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
