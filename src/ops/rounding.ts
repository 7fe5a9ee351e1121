// floor, ceil, round and trunc: whole numbers nearby. Their gradient is zero everywhere.
import type { Op } from "../tensor/op.ts";
import type { ScalarMath } from "../tensor/scalarMath.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { apply } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { zerosLike } from "./full.ts";
import { roundHalfEven } from "./loops.ts";
import { pointwise } from "./pointwise.ts";

function rounding(
  name: "floor" | "ceil" | "round" | "trunc",
  scalar: (x: number) => number,
): Op<undefined> {
  return pointwise({
    name,
    arity: 1,
    domain: "float",
    scalar: ([x]) => scalar(x),
    expression: <V>(math: ScalarMath<V>, [x]: readonly [V, V, V]) => math[name](x),
    backward: ({ grad }) => [zerosLike(grad)],
    cases: [
      ...unaryCases(),
      {
        name: "halves and large numbers",
        inputs: [
          { shape: [9], values: { data: [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 1e10, -1e10, 3] } },
        ],
        params: undefined,
        gradient: false,
      },
    ],
  });
}

export const floorOp = rounding("floor", Math.floor);
export const ceilOp = rounding("ceil", Math.ceil);
export const roundOp = rounding("round", roundHalfEven);
export const truncOp = rounding("trunc", Math.trunc);

/** The largest whole number ≤ x, as `torch.floor`. @example await floor(Tensor.from([-1.5])).array() // [-2] */
export function floor(x: Tensor): Tensor {
  return whole(floorOp, x);
}

/** The smallest whole number ≥ x, as `torch.ceil`. @example await ceil(Tensor.from([-1.5])).array() // [-1] */
export function ceil(x: Tensor): Tensor {
  return whole(ceilOp, x);
}

/** The nearest whole number, ties to even, as `torch.round`. @example await round(Tensor.from([2.5])).array() // [2] */
export function round(x: Tensor): Tensor {
  return whole(roundOp, x);
}

/** x without its fraction, as `torch.trunc`. @example await trunc(Tensor.from([-1.5])).array() // [-1] */
export function trunc(x: Tensor): Tensor {
  return whole(truncOp, x);
}

/** x − {@link trunc}(x), as `torch.frac`. @example await frac(Tensor.from([-1.5])).array() // [-0.5] */
export function frac(x: Tensor): Tensor {
  return x.sub(trunc(x));
}

/** Integers are whole already. */
function whole(op: Op<undefined>, x: Tensor): Tensor {
  return x.dtype === "float32" ? apply(op, [x], undefined) : x;
}
