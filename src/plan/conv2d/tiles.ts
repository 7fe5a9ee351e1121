// Register tiles: accumulators, and the products that are added to them.
import type { Value } from "../../kernel/ir.ts";
import type { KernelWriter } from "../writer.ts";

/** Registers at zero. */
export function accumulators(w: KernelWriter, count: number): Value[] {
  return Array.from({ length: count }, () => w.k.let(w.k.const(0, w.lanes)));
}

/**
 * sums[r, i] += weight(r) · pixel(i) for the positions given. The shorter side is loaded first and
 * held, the other streams past it.
 */
export function outerProduct(
  w: KernelWriter,
  sums: readonly Value[],
  rows: number,
  columns: number,
  positions: readonly number[],
  weight: (row: number) => Value,
  pixel: (column: number) => Value,
): void {
  const { k } = w;
  const add = (r: number, i: number, a: Value, b: Value): void => {
    const sum = sums[r * columns + i] as Value;
    k.set(sum, k.fma(a, b, sum));
  };
  const splat = (r: number): Value => k.let(k.splat(weight(r), w.lanes));
  if (rows <= positions.length) {
    const held = Array.from({ length: rows }, (_, r) => splat(r));
    for (const i of positions) {
      const value = k.let(pixel(i));
      for (const [r, a] of held.entries()) add(r, i, a, value);
    }
  } else {
    const held = positions.map((i) => k.let(pixel(i)));
    for (let r = 0; r < rows; r++) {
      const a = splat(r);
      for (const [h, i] of positions.entries()) add(r, i, a, held[h] as Value);
    }
  }
}
