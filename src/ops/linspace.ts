// linspace: a number of evenly spaced numbers, both ends included.
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { arange } from "./arange.ts";
import { full } from "./full.ts";
import { where } from "./where.ts";

/**
 * `steps` evenly spaced numbers from `start` to `end`, both included, as `torch.linspace`.
 * @param steps how many; one alone is `start`
 * @returns float32 `[steps]`
 * @throws OptionError if steps is negative or not whole
 * @example await linspace(0, 1, 5).array() // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, end: number, steps: number): Tensor {
  if (!Number.isInteger(steps) || steps < 0) {
    throw new OptionError(`linspace: steps is ${steps}`, {
      hint: "give a whole number, 0 or more",
    });
  }
  if (steps < 2) return full([steps], start);
  const step = (end - start) / (steps - 1);
  const i = arange(0, steps, 1, { dtype: "float32" });
  // From the nearer end, so that both ends are exact.
  const fromStart = i.mul(step).add(start);
  const fromEnd = i
    .sub(steps - 1)
    .mul(step)
    .add(end);
  return where(i.lt(steps / 2), fromStart, fromEnd);
}
