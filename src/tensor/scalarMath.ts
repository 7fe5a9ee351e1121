// The arithmetic in which pointwise ops are written, once for every machine. The kernel language
// implements it with vectors; nothing here knows how wide they are or what they compile to.

/** What a value of the language holds: a 32-bit float, a 32-bit integer, or true/false. */
export type ScalarKind = "float" | "int" | "mask";

/** Arithmetic on values `V`. Both operands of a binary operation have the same kind. */
export interface ScalarMath<V> {
  kindOf(value: V): ScalarKind;
  float(value: number): V;
  int(value: number): V;

  // float and int
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  min(a: V, b: V): V;
  max(a: V, b: V): V;
  neg(a: V): V;
  abs(a: V): V;

  // float
  div(a: V, b: V): V;
  /** a·b + c, fused where the machine can. */
  fma(a: V, b: V, c: V): V;
  sqrt(a: V): V;
  floor(a: V): V;
  ceil(a: V): V;
  trunc(a: V): V;
  /** Nearest integer, ties to even. */
  round(a: V): V;
  exp(a: V): V;
  /** eˣ − 1, exact near 0 too. */
  expm1(a: V): V;
  log(a: V): V;
  /** ln(1 + x), exact near 0 too. */
  log1p(a: V): V;
  erf(a: V): V;
  sin(a: V): V;
  cos(a: V): V;
  tanh(a: V): V;
  sigmoid(a: V): V;

  // int: two's complement, wrapping; shifts by a constant; `shiftRight` is logical
  bitAnd(a: V, b: V): V;
  bitOr(a: V, b: V): V;
  bitXor(a: V, b: V): V;
  shiftLeft(a: V, bits: number): V;
  shiftRight(a: V, bits: number): V;
  /** High 32 bits of the unsigned 64-bit product. */
  mulHigh(a: V, b: V): V;

  // comparisons of floats or ints give a mask
  eq(a: V, b: V): V;
  ne(a: V, b: V): V;
  lt(a: V, b: V): V;
  le(a: V, b: V): V;
  gt(a: V, b: V): V;
  ge(a: V, b: V): V;
  and(a: V, b: V): V;
  or(a: V, b: V): V;
  not(a: V): V;
  select(condition: V, whenTrue: V, whenFalse: V): V;

  // conversions
  toFloat(a: V): V;
  /** Float to int truncates toward zero and saturates; a mask becomes 0 or 1. */
  toInt(a: V): V;
  toMask(a: V): V;
  /** The same 32 bits read as the other kind. */
  bitsToFloat(a: V): V;
  bitsToInt(a: V): V;
}

/** Position of the element being computed. */
export interface ElementIndex<V> {
  /** Index along an axis of the output, as an int. */
  axis(axis: number): V;
  /** Row-major index in the output, as an int. */
  linear(): V;
}
