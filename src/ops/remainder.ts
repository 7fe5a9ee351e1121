// fmod and remainder: what is left after division, with the sign of the dividend or of the divisor;
// floorDivide: the quotient, rounded down.
import type { ScalarMath } from "../tensor/scalarMath.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { binaryCases } from "./cases.ts";
import { zerosLike } from "./full.ts";
import { arithmetic, asTensor, meet, type TensorLike } from "./operands.ts";
import { pointwise } from "./pointwise.ts";
import { where } from "./where.ts";

const integers = [
  [-99, 99],
  [1, 12],
] as const;

// ScalarMath has no remainder and no division of integers: both are made of float division here.

export const fmodOp = pointwise({
  name: "fmod",
  arity: 2,
  domain: "number",
  scalar: ([a, b], _, dtype) => (dtype === "int32" && b === 0 ? 0 : a % b),
  expression: (math, [a, b]) =>
    math.kindOf(a) === "int" ? divideIntegers(math, a, b).rest : floatRest(math, a, b),
  backward: ({ grad, inputs }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    return [grad, grad.mul(a.div(b).trunc()).neg()];
  },
  cases: [
    ...binaryCases(["normal", "positive"]),
    ...binaryCases(integers, "int32"),
    {
      name: "every sign, and multiples",
      inputs: [
        { shape: [8], values: { data: [7, -7, 7, -7, 6, -6, 0, 5.5] } },
        { shape: [8], values: { data: [3, 3, -3, -3, 3, 3, 2, 0.5] } },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "large quotients",
      inputs: [
        { shape: [4], values: { data: [1e6, 123456.7, -99999.9, 16777215] } },
        { shape: [4], values: { data: [0.7, 3.1, 0.3, 10] } },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "zero, infinities and NaN",
      inputs: [
        { shape: [5], values: { data: [1, Number.POSITIVE_INFINITY, 2, -2, Number.NaN] } },
        { shape: [5], values: { data: [0, 2, Number.POSITIVE_INFINITY, -1 / 0, 1] } },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "large integers, and zero",
      inputs: [
        {
          shape: [6],
          dtype: "int32",
          values: { data: [2147483520, -2147483648, 2147483520, 33554434, 7, -2147483648] },
        },
        { shape: [6], dtype: "int32", values: { data: [1, 3, 65537, 33554432, 0, -1] } },
      ],
      params: undefined,
      gradient: false,
    },
  ],
});

/** a − b · trunc(a / b), for |a / b| up to 2²⁴: the product is taken with its rounding error. */
function floatRest<V>(math: ScalarMath<V>, a: V, b: V): V {
  const zero = math.float(0);
  const quotient = math.trunc(math.div(a, b));
  const [high, low] = exactProduct(math, quotient, b);
  const rest = math.sub(math.sub(a, high), low);
  // A quotient that was rounded up past a whole number leaves a rest of the other sign.
  const isOver = math.select(math.lt(a, zero), math.gt(rest, zero), math.lt(rest, zero));
  const step = math.select(math.lt(a, zero), math.neg(math.abs(b)), math.abs(b));
  const corrected = math.select(isOver, math.add(rest, step), rest);
  const isInfinite = math.eq(math.abs(b), math.float(Number.POSITIVE_INFINITY));
  const isNumber = math.lt(math.abs(a), math.float(Number.POSITIVE_INFINITY));
  return math.select(math.and(isInfinite, isNumber), a, corrected);
}

/** a · b as the rounded product and what the rounding took away. */
function exactProduct<V>(math: ScalarMath<V>, a: V, b: V): [V, V] {
  const product = math.mul(a, b);
  const [aHigh, aLow] = halves(math, a);
  const [bHigh, bLow] = halves(math, b);
  const first = math.sub(math.mul(aHigh, bHigh), product);
  const second = math.add(math.add(first, math.mul(aHigh, bLow)), math.mul(aLow, bHigh));
  return [product, math.add(second, math.mul(aLow, bLow))];
}

/** A float as the sum of two with half as many digits, whose products are exact (Veltkamp 1968). */
function halves<V>(math: ScalarMath<V>, a: V): [V, V] {
  const scaled = math.mul(a, math.float(2 ** 12 + 1));
  const high = math.sub(scaled, math.sub(scaled, a));
  return [high, math.sub(a, high)];
}

/** Quotient, toward zero, and rest of integers. Floats give the quotient almost, and again for what is left. */
function divideIntegers<V>(math: ScalarMath<V>, a: V, b: V): { quotient: V; rest: V } {
  const zero = math.int(0);
  const isZero = math.eq(b, zero);
  const divisor = math.select(isZero, math.int(1), b);
  const nearly = (x: V): V =>
    math.toInt(math.trunc(math.div(math.toFloat(x), math.toFloat(divisor))));
  let quotient = zero;
  let rest = a;
  for (let round = 0; round < 2; round++) {
    const part = nearly(rest);
    quotient = math.add(quotient, part);
    rest = math.sub(rest, math.mul(part, divisor));
  }
  const isNegative = math.lt(a, zero);
  const isSame = math.eq(math.toInt(isNegative), math.toInt(math.lt(divisor, zero)));
  const one = math.select(isSame, math.int(1), math.int(-1));
  const size = math.select(isNegative, math.neg(math.abs(divisor)), math.abs(divisor));
  // One too far leaves a rest of the other sign, one too few a rest of the divisor's size.
  const isOver = math.and(
    math.ne(rest, zero),
    math.ne(math.toInt(math.lt(rest, zero)), math.toInt(isNegative)),
  );
  const isUnder = math.and(math.not(isOver), math.ge(math.abs(rest), math.abs(divisor)));
  const adjusted = math.select(
    isOver,
    math.sub(quotient, one),
    math.select(isUnder, math.add(quotient, one), quotient),
  );
  const left = math.select(
    isOver,
    math.add(rest, size),
    math.select(isUnder, math.sub(rest, size), rest),
  );
  return {
    quotient: math.select(isZero, zero, adjusted),
    rest: math.select(isZero, zero, left),
  };
}

export const floorDivideOp = pointwise({
  name: "floorDivide",
  arity: 2,
  domain: "number",
  scalar: ([a, b], _, dtype) => {
    if (b === 0) return dtype === "int32" ? 0 : a / b;
    const rest = a % b;
    const whole = Math.round((a - rest) / b);
    return rest !== 0 && rest < 0 !== b < 0 ? whole - 1 : whole;
  },
  expression: (math, [a, b]) => floorExpression(math, a, b),
  backward: ({ grad }) => [zerosLike(grad), zerosLike(grad)],
  cases: [
    ...binaryCases(["normal", "positive"]),
    ...binaryCases(integers, "int32"),
    {
      name: "every sign, and multiples",
      inputs: [
        { shape: [8], values: { data: [7, -7, 7, -7, 6, -6, 0.25, 5.5] } },
        { shape: [8], values: { data: [3, 3, -3, -3, 3, 3, 2, 0.5] } },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "by zero",
      inputs: [
        { shape: [3], values: { data: [1, -1, 0] } },
        { shape: [], values: { data: [0] } },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "large integers, and zero",
      inputs: [
        {
          shape: [6],
          dtype: "int32",
          values: { data: [2147483520, -2147483648, 2147483520, -33554434, 7, -2147483648] },
        },
        { shape: [6], dtype: "int32", values: { data: [1, 3, -65537, 33554432, 0, 1] } },
      ],
      params: undefined,
      gradient: false,
    },
  ],
});

function floorExpression<V>(math: ScalarMath<V>, a: V, b: V): V {
  if (math.kindOf(a) === "int") {
    const { quotient, rest } = divideIntegers(math, a, b);
    return math.select(
      isBelow(math, rest, b, math.int(0)),
      math.sub(quotient, math.int(1)),
      quotient,
    );
  }
  const zero = math.float(0);
  const rest = floatRest(math, a, b);
  const whole = math.round(math.div(math.sub(a, rest), b));
  const down = math.select(isBelow(math, rest, b, zero), math.sub(whole, math.float(1)), whole);
  return math.select(math.eq(b, zero), math.div(a, b), down);
}

/** Is there a rest, with another sign than the divisor's? Then the quotient was rounded up. */
function isBelow<V>(math: ScalarMath<V>, rest: V, divisor: V, zero: V): V {
  const above = math.and(math.gt(rest, zero), math.lt(divisor, zero));
  return math.or(above, math.and(math.lt(rest, zero), math.gt(divisor, zero)));
}

/**
 * What is left of a after division by b, with the sign of a, as `torch.fmod`: a − b · trunc(a / b).
 * Exact up to |a / b| = 2²⁴. Integers stay integers; divided by 0 they leave 0.
 * @throws ShapeError if the shapes do not broadcast
 * @example await fmod(Tensor.from([-7, 7]), 3).array() // [-1, 1]
 */
export function fmod(a: TensorLike, b: TensorLike): Tensor {
  return arithmetic(fmodOp, [a, b], undefined);
}

/**
 * What is left of a after division by b, with the sign of b, as `torch.remainder`: a − b · ⌊a / b⌋.
 * Exact up to |a / b| = 2²⁴. Integers stay integers; divided by 0 they leave 0.
 * @throws ShapeError if the shapes do not broadcast
 * @example await remainder(Tensor.from([-7, 7]), 3).array() // [2, 1]
 */
export function remainder(a: TensorLike, b: TensorLike): Tensor {
  const dtype = meet(a, b);
  const computed = dtype === "float32" ? "float32" : "int32";
  const divisor = asTensor(b, computed);
  const rest = fmod(asTensor(a, computed), divisor);
  const isOther = rest.lt(0).eq(divisor.lt(0)).logicalNot();
  return where(rest.ne(0).logicalAnd(isOther), rest.add(divisor), rest).to(dtype);
}

/**
 * ⌊a / b⌋, as `torch.floor_divide`; no gradient. Integers stay integers; divided by 0 they give 0.
 * @throws ShapeError if the shapes do not broadcast
 * @example await floorDivide(Tensor.from([-7, 7]), 2).array() // [-4, 3]
 */
export function floorDivide(a: TensorLike, b: TensorLike): Tensor {
  return arithmetic(floorDivideOp, [a, b], undefined);
}
