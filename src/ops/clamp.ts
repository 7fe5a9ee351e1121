// clamp: x held between two numbers.
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCasesWith } from "./cases.ts";
import { full } from "./full.ts";
import { arithmetic, floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface ClampParams {
  readonly min: number | null;
  readonly max: number | null;
}

export const clampOp = pointwise<ClampParams>({
  name: "clamp",
  arity: 1,
  domain: "number",
  scalar: ([x], { min, max }) =>
    Math.min(Math.max(x, min ?? Number.NEGATIVE_INFINITY), max ?? Number.POSITIVE_INFINITY),
  expression(math, [x], { min, max }) {
    const constant = (value: number) =>
      math.kindOf(x) === "int" ? math.int(value) : math.float(value);
    const raised = min === null ? x : math.max(x, constant(min));
    return max === null ? raised : math.min(raised, constant(max));
  },
  backward({ grad, inputs: [x], params: { min, max } }) {
    const zero = full([], 0);
    const above = min === null ? grad : grad.where((x as Tensor).ge(min), zero);
    return [max === null ? above : above.where((x as Tensor).le(max), zero)];
  },
  cases: [
    ...unaryCasesWith<ClampParams>({ min: -0.5, max: 0.75 }),
    { name: "from below only", inputs: [{ shape: [7] }], params: { min: 0, max: null } },
    { name: "from above only", inputs: [{ shape: [7] }], params: { min: null, max: 0 } },
    {
      name: "min above max gives max",
      inputs: [{ shape: [7] }],
      params: { min: 1, max: -1 },
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [7], dtype: "int32", values: [-9, 9] }],
      params: { min: -3, max: 4 },
      gradient: false,
    },
    {
      name: "NaN",
      inputs: [{ shape: [1], values: { data: [Number.NaN] } }],
      params: { min: 0, max: 1 },
      gradient: false,
    },
  ],
});

/**
 * min(max(x, low), high), as `torch.clamp`. The gradient passes where x lies within the bounds.
 * @param x    any tensor
 * @param low  lower bound, or null for none
 * @param high upper bound, or null for none
 * @throws OptionError if both bounds are missing
 * @example await clamp(Tensor.from([-1, 0.5, 2]), 0, 1).array() // [0, 0.5, 1]
 */
export function clamp(x: Tensor, low: number | null = null, high: number | null = null): Tensor {
  if (low === null && high === null)
    throw new OptionError("clamp: give a lower bound, an upper bound, or both");
  const isWhole = [low, high].every((bound) => bound === null || Number.isInteger(bound));
  return (isWhole ? arithmetic : floating)(clampOp, [x], { min: low, max: high });
}
