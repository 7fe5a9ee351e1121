// hardtanh: x held between two numbers. Unlike clamp's, its gradient is 0 at the bounds.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCasesWith } from "./cases.ts";
import { full } from "./full.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface HardtanhParams {
  readonly min: number;
  readonly max: number;
}

export const hardtanhOp = pointwise<HardtanhParams>({
  name: "hardtanh",
  arity: 1,
  domain: "float",
  scalar: ([x], { min, max }) => Math.min(Math.max(x, min), max),
  expression: (math, [x], { min, max }) => math.min(math.max(x, math.float(min)), math.float(max)),
  // From the output, so that the input need not be kept.
  backward({ grad, output, params: { min, max } }) {
    const zero = full([], 0);
    return [zero.where(output.le(min), zero.where(output.ge(max), grad))];
  },
  cases: [
    ...unaryCasesWith<HardtanhParams>({ min: -1, max: 1 }),
    { name: "other bounds", inputs: [{ shape: [2, 5] }], params: { min: -0.3, max: 0.75 } },
    {
      name: "at the bounds and NaN",
      inputs: [{ shape: [5], values: { data: [-1, 1, -30, 30, Number.NaN] } }],
      params: { min: -1, max: 1 },
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32", values: [-9, 9] }],
      params: { min: -1, max: 1 },
      refused: /takes float32, got int32/,
    },
  ],
});

export interface HardtanhOptions {
  /** Lower bound (default −1). */
  readonly minVal?: number;
  /** Upper bound (default 1). */
  readonly maxVal?: number;
}

/** Bounds from options, checked. */
export function hardtanhBounds(where: string, options: HardtanhOptions): HardtanhParams {
  checkOptions(where, options, ["minVal", "maxVal"]);
  const { minVal: min = -1, maxVal: max = 1 } = options;
  if (!(min < max)) throw new OptionError(`${where}: minVal (${min}) is not below maxVal (${max})`);
  return { min, max };
}

/**
 * min(max(x, minVal), maxVal), as `torch.nn.functional.hardtanh`. The gradient passes between the bounds.
 * @param options minVal (default −1), maxVal (default 1)
 * @throws OptionError if minVal is not below maxVal
 * @example await hardtanh(Tensor.from([-2, 0.5, 2])).array() // [-1, 0.5, 1]
 */
export function hardtanh(x: Tensor, options: HardtanhOptions = {}): Tensor {
  return floating(hardtanhOp, [x], hardtanhBounds("hardtanh", options));
}
