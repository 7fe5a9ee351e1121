// logicalAnd, logicalOr, logicalNot: of bools; other dtypes count as true where they are not 0.
import { apply, type Tensor } from "../tensor/tensor.ts";
import { binaryCases } from "./cases.ts";
import { cast } from "./cast.ts";
import { pointwise } from "./pointwise.ts";

const boolCases = () =>
  binaryCases(
    [
      [0, 2],
      [0, 2],
    ],
    "bool",
  );

export const logicalAndOp = pointwise({
  name: "logicalAnd",
  arity: 2,
  domain: "bool",
  scalar: ([a, b]) => a * b,
  expression: (math, [a, b]) => math.and(math.toMask(a), math.toMask(b)),
  cases: boolCases(),
});

export const logicalOrOp = pointwise({
  name: "logicalOr",
  arity: 2,
  domain: "bool",
  scalar: ([a, b]) => Math.max(a, b),
  expression: (math, [a, b]) => math.or(math.toMask(a), math.toMask(b)),
  cases: boolCases(),
});

export const logicalNotOp = pointwise({
  name: "logicalNot",
  arity: 1,
  domain: "bool",
  scalar: ([a]) => 1 - a,
  expression: (math, [a]) => math.not(math.toMask(a)),
  cases: [
    {
      name: "bools",
      inputs: [{ shape: [3, 5], dtype: "bool", values: [0, 2] }],
      params: undefined,
      gradient: false,
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 5], dtype: "bool", values: [0, 2] }],
      params: undefined,
      gradient: false,
    },
  ],
});

/**
 * a and b, as `torch.logical_and`.
 * @example await logicalAnd(Tensor.from([0, 1]), Tensor.from([1, 1])).array() // [false, true]
 */
export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  return apply(logicalAndOp, [cast(a, "bool"), cast(b, "bool")], undefined);
}

/** a or b, as `torch.logical_or`. @example await logicalOr(Tensor.from([0, 1]), Tensor.from([0, 0])).array() // [false, true] */
export function logicalOr(a: Tensor, b: Tensor): Tensor {
  return apply(logicalOrOp, [cast(a, "bool"), cast(b, "bool")], undefined);
}

/** not a, as `torch.logical_not`. @example await logicalNot(Tensor.from([0, 2])).array() // [true, false] */
export function logicalNot(a: Tensor): Tensor {
  return apply(logicalNotOp, [cast(a, "bool")], undefined);
}
