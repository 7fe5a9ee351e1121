// exp2: two to the power of x, exact where x is whole. log2, log10 and tan, made of other functions.
import type { ScalarMath } from "../tensor/scalarMath.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { log } from "./log.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";
import { cos, sin } from "./sin.ts";

/** Beyond these exponents, float32 has only 0 and infinity. */
const [lowest, highest] = [-250, 250];

export const exp2Op = pointwise({
  name: "exp2",
  arity: 1,
  domain: "float",
  scalar: ([x]) => 2 ** x,
  // 2ˣ = 2ⁿ · e^(f ln 2), n whole, |f| ≤ ½. 2ⁿ is the product of two powers, so that none overflows.
  expression(math, [x]) {
    const within = math.min(math.max(x, math.float(lowest)), math.float(highest));
    const whole = math.round(within);
    const half = math.floor(math.mul(whole, math.float(0.5)));
    const fraction = math.exp(math.mul(math.sub(within, whole), math.float(Math.LN2)));
    const scaled = math.mul(fraction, powerOfTwo(math, half));
    const power = math.mul(scaled, powerOfTwo(math, math.sub(whole, half)));
    return math.select(math.ne(x, x), x, power);
  },
  backward: ({ grad, output }) => [grad.mul(output.mul(Math.LN2))],
  cases: [
    ...unaryCases(),
    {
      name: "whole numbers",
      inputs: [{ shape: [9], values: { data: [-126, -100, -10, -1, 0, 1, 10, 100, 127] } }],
      params: undefined,
      gradient: false,
    },
    {
      name: "large and small arguments",
      inputs: [{ shape: [5], values: { data: [-99.7, 99.3, 127.9, -0.0001, 1e-30] } }],
      params: undefined,
      gradient: false,
    },
    {
      name: "infinities and NaN",
      inputs: [
        {
          shape: [3],
          values: { data: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN] },
        },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32" }],
      params: undefined,
      refused: /takes float32, got int32/,
    },
  ],
});

/** 2ⁿ for a whole float n from −126 to 127, by its bits. */
function powerOfTwo<V>(math: ScalarMath<V>, n: V): V {
  return math.bitsToFloat(math.shiftLeft(math.add(math.toInt(n), math.int(127)), 23));
}

/** 2ˣ, as `torch.exp2`. @example await exp2(Tensor.from([3])).array() // [8] */
export function exp2(x: Tensor): Tensor {
  return floating(exp2Op, [x], undefined);
}

/** The logarithm to base 2, as `torch.log2`; −∞ at 0, NaN below. @example await log2(Tensor.from([1])).array() // [0] */
export function log2(x: Tensor): Tensor {
  return log(x).mul(Math.LOG2E);
}

/** The logarithm to base 10, as `torch.log10`; −∞ at 0, NaN below. @example await log10(Tensor.from([1])).array() // [0] */
export function log10(x: Tensor): Tensor {
  return log(x).mul(Math.LOG10E);
}

/** Tangent of x radians, as `torch.tan`. @example await tan(Tensor.from([0])).array() // [0] */
export function tan(x: Tensor): Tensor {
  return sin(x).div(cos(x));
}
