// Values as WGSL, whose compilers may take floats for real numbers.
import { expect, test } from "vitest";
import { printKernel } from "../../src/backend/webgpu/emitKernel.ts";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import type { Value } from "../../src/kernel/ir.ts";
import { KernelMath } from "../../src/kernel/math.ts";

/** The lines of a kernel that stores what is written to x[chunk]. */
function linesOf(write: (k: KernelBuilder, x: Value) => Value): readonly string[] {
  const k = new KernelBuilder("lines", 1);
  const [x, out] = [k.buffer("x"), k.buffer("out")];
  k.store(out, 0, write(k, k.let(k.load(x, 0))));
  const text = printKernel(k.finish(), ["heap", "heap"]);
  return text.split("\n").filter((line) => /^ {2}(let|var) v/.test(line));
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
