// eq, ne, lt, le, gt, ge: comparisons, element by element, giving bool.
import type { Op } from "../tensor/op.ts";
import type { ScalarMath } from "../tensor/scalarMath.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { binaryCases, mixedDtypes } from "./cases.ts";
import { asTensor, meet, type TensorLike } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

function comparison(name: Comparison, holds: (a: number, b: number) => boolean): Op<undefined> {
  return pointwise({
    name,
    arity: 2,
    domain: "number",
    result: "bool",
    scalar: ([a, b]) => Number(holds(a, b)),
    expression: <V>(math: ScalarMath<V>, [a, b]: readonly [V, V, V]) => math[name](a, b),
    cases: [
      ...binaryCases([
        [-3, 3],
        [-3, 3],
      ]).map((test) => ({ ...test, gradient: false as const })),
      ...binaryCases(
        [
          [-3, 3],
          [-3, 3],
        ],
        "int32",
      ),
      mixedDtypes,
      {
        name: "NaN",
        inputs: [
          { shape: [3], values: { data: [Number.NaN, Number.NaN, 1] } },
          { shape: [3], values: { data: [Number.NaN, 1, Number.NaN] } },
        ],
        params: undefined,
        gradient: false,
      },
    ],
  });
}

export const eqOp = comparison("eq", (a, b) => a === b);
export const neOp = comparison("ne", (a, b) => a !== b);
export const ltOp = comparison("lt", (a, b) => a < b);
export const leOp = comparison("le", (a, b) => a <= b);
export const gtOp = comparison("gt", (a, b) => a > b);
export const geOp = comparison("ge", (a, b) => a >= b);

/** a = b, as `torch.eq`. @example await eq(Tensor.from([1, 2]), 2).array() // [false, true] */
export function eq(a: TensorLike, b: TensorLike): Tensor {
  return compare(eqOp, a, b);
}

/** a ≠ b, as `torch.ne`; NaN differs from itself. @example await ne(Tensor.from([1, 2]), 2).array() // [true, false] */
export function ne(a: TensorLike, b: TensorLike): Tensor {
  return compare(neOp, a, b);
}

/** a < b, as `torch.lt`. @example await lt(Tensor.from([1, 2]), 2).array() // [true, false] */
export function lt(a: TensorLike, b: TensorLike): Tensor {
  return compare(ltOp, a, b);
}

/** a ≤ b, as `torch.le`. @example await le(Tensor.from([2, 3]), 2).array() // [true, false] */
export function le(a: TensorLike, b: TensorLike): Tensor {
  return compare(leOp, a, b);
}

/** a > b, as `torch.gt`. @example await gt(Tensor.from([2, 3]), 2).array() // [false, true] */
export function gt(a: TensorLike, b: TensorLike): Tensor {
  return compare(gtOp, a, b);
}

/** a ≥ b, as `torch.ge`. @example await ge(Tensor.from([1, 2]), 2).array() // [false, true] */
export function ge(a: TensorLike, b: TensorLike): Tensor {
  return compare(geOp, a, b);
}

function compare(op: Op<undefined>, a: TensorLike, b: TensorLike): Tensor {
  const dtype = meet(a, b) === "float32" ? "float32" : "int32";
  return apply(op, [asTensor(a, dtype), asTensor(b, dtype)], undefined);
}
