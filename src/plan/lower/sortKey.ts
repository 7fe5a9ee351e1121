// What elements are sorted by.
import type { Value } from "../../kernel/ir.ts";
import type { KernelWriter } from "../writer.ts";

/** An int that is ordered as the elements are: −0 equals 0, and NaN is above everything. */
export function sortKey(w: KernelWriter, value: Value, descending: boolean): Value {
  const { math } = w;
  let key = value;
  if (value.type.kind === "mask") key = math.toInt(value);
  if (value.type.kind === "float") {
    const x = w.k.let(value);
    const pattern = math.bitsToInt(x);
    const isZero = math.eq(pattern, math.int(-0x80000000));
    const bits = math.select(isZero, math.int(0), pattern);
    // Negative floats are ordered by magnitude, backwards: turn all their bits but the sign.
    const turned = math.bitAnd(math.neg(math.shiftRight(bits, 31)), math.int(0x7fffffff));
    key = math.select(math.eq(x, x), math.bitXor(bits, turned), math.int(0x7fffffff));
  }
  return descending ? math.bitXor(key, math.int(-1)) : key;
}
