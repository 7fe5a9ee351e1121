// ScalarMath on plain numbers: computes the expressions of pointwise ops without any backend.

import { castNumber } from "../../src/ops/cast.ts";
import { errorFunction } from "../../src/ops/erf.ts";
import { roundHalfEven } from "../../src/ops/loops.ts";
import type { ElementIndex, ScalarKind, ScalarMath } from "../../src/tensor/scalarMath.ts";

export interface Scalar {
  readonly kind: ScalarKind;
  readonly value: number;
}

const float = (value: number): Scalar => ({ kind: "float", value });
const int = (value: number): Scalar => ({ kind: "int", value: value | 0 });
const mask = (holds: boolean): Scalar => ({ kind: "mask", value: holds ? 1 : 0 });

/** Both operands must have one kind: an expression that mixes them would not compile on a backend. */
function meet({ kind }: Scalar, other: Scalar): ScalarKind {
  if (kind !== other.kind) throw new Error(`${kind} meets ${other.kind}`);
  return kind;
}

function need(kind: ScalarKind, ...values: readonly Scalar[]): void {
  for (const value of values)
    if (value.kind !== kind) throw new Error(`a ${value.kind} where a ${kind} is needed`);
}

/** + − · of floats or ints; min, max. */
function numeric(ofFloats: (a: number, b: number) => number, ofInts = ofFloats) {
  return (a: Scalar, b: Scalar): Scalar => {
    const kind = meet(a, b);
    if (kind === "mask") throw new Error("a mask is no number");
    return kind === "int" ? int(ofInts(a.value, b.value)) : float(ofFloats(a.value, b.value));
  };
}

function ofFloat(f: (x: number) => number) {
  return (a: Scalar): Scalar => {
    need("float", a);
    return float(f(a.value));
  };
}

function ofInts(f: (a: number, b: number) => number) {
  return (a: Scalar, b: Scalar): Scalar => {
    need("int", a, b);
    return int(f(a.value, b.value));
  };
}

function comparison(holds: (a: number, b: number) => boolean) {
  return (a: Scalar, b: Scalar): Scalar => {
    if (meet(a, b) === "mask") throw new Error("masks are not compared");
    return mask(holds(a.value, b.value));
  };
}

const bits = new DataView(new ArrayBuffer(4));

export const numberMath: ScalarMath<Scalar> = {
  kindOf: ({ kind }) => kind,
  float,
  int,
  add: numeric((a, b) => a + b),
  sub: numeric((a, b) => a - b),
  mul: numeric((a, b) => a * b, Math.imul),
  min: numeric(Math.min),
  max: numeric(Math.max),
  neg: (a) => ({ ...a, value: a.kind === "int" ? -a.value | 0 : -a.value }),
  abs: (a) => ({ ...a, value: Math.abs(a.value) }),
  div(a, b) {
    need("float", a, b);
    return float(a.value / b.value);
  },
  fma(a, b, c) {
    need("float", a, b, c);
    return float(a.value * b.value + c.value);
  },
  sqrt: ofFloat(Math.sqrt),
  floor: ofFloat(Math.floor),
  ceil: ofFloat(Math.ceil),
  trunc: ofFloat(Math.trunc),
  round: ofFloat(roundHalfEven),
  exp: ofFloat(Math.exp),
  expm1: ofFloat(Math.expm1),
  log: ofFloat(Math.log),
  log1p: ofFloat(Math.log1p),
  erf: ofFloat(errorFunction),
  sin: ofFloat(Math.sin),
  cos: ofFloat(Math.cos),
  tanh: ofFloat(Math.tanh),
  sigmoid: ofFloat((x) => 1 / (1 + Math.exp(-x))),
  bitAnd: ofInts((a, b) => a & b),
  bitOr: ofInts((a, b) => a | b),
  bitXor: ofInts((a, b) => a ^ b),
  shiftLeft: (a, count) => int(a.value << count),
  shiftRight: (a, count) => int(a.value >>> count),
  mulHigh: (a, b) => int(Number((BigInt(a.value >>> 0) * BigInt(b.value >>> 0)) >> 32n)),
  eq: comparison((a, b) => a === b),
  ne: comparison((a, b) => a !== b),
  lt: comparison((a, b) => a < b),
  le: comparison((a, b) => a <= b),
  gt: comparison((a, b) => a > b),
  ge: comparison((a, b) => a >= b),
  and(a, b) {
    need("mask", a, b);
    return mask(a.value + b.value === 2);
  },
  or(a, b) {
    need("mask", a, b);
    return mask(a.value + b.value > 0);
  },
  not(a) {
    need("mask", a);
    return mask(a.value === 0);
  },
  select(condition, whenTrue, whenFalse) {
    need("mask", condition);
    meet(whenTrue, whenFalse);
    return condition.value === 1 ? whenTrue : whenFalse;
  },
  toFloat: ({ value }) => float(value),
  toInt: ({ value }) => int(castNumber(value, "int32")),
  toMask: ({ value }) => mask(value !== 0),
  bitsToFloat({ value }) {
    bits.setInt32(0, value);
    return float(bits.getFloat32(0));
  },
  bitsToInt({ value }) {
    bits.setFloat32(0, value);
    return int(bits.getInt32(0));
  },
};

/** The position of element i of a tensor of this shape. */
export function indexOf(i: number, shape: readonly number[]): ElementIndex<Scalar> {
  return {
    axis(axis) {
      const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      return int(Math.floor(i / inner) % (shape[axis] as number));
    },
    linear: () => int(i),
  };
}
