// Starting values from a normal distribution without its tails.
import { OptionError } from "../tensor/errors.ts";
import { defaultGenerator, type Generator } from "../tensor/random.ts";
import type { Variable } from "../tensor/tensor.ts";
import type { Random } from "./init.ts";

/**
 * Normal distribution cut to `[low, high]`, as `torch.nn.init.trunc_normal_`.
 * @throws OptionError if `std` is not positive, or the bounds hold next to nothing of the distribution
 * @example await init.truncNormal_(new Parameter(Tensor.zeros([2])), 0, 0.02, -1, 1).requiresGrad // true
 */
export function truncNormal_<V extends Variable>(
  variable: V,
  mean = 0,
  std = 1,
  low = -2,
  high = 2,
  options: Random = {},
): V {
  const [from, to] = [(low - mean) / std, (high - mean) / std];
  // What lies beyond 8 standard deviations is less than 1e-15 of all.
  if (!(std > 0) || !(from < to) || from > 8 || to < -8) {
    throw new OptionError(
      `truncNormal_: cannot cut a normal distribution (mean ${mean}, std ${std}) to ${low} … ${high}`,
    );
  }
  const generator = options.generator ?? defaultGenerator;
  // How many numbers are drawn is not known before: at once, so that what follows has a place in the sequence.
  const values = Float32Array.from({ length: variable.numel }, () => {
    const z = truncatedNormal(generator, from, to);
    return Math.min(Math.max(mean + std * z, low), high);
  });
  variable.write(values);
  return variable;
}

/** A standard normal number in `[from, to]`, by rejection from the uniform distribution or the normal one itself. */
function truncatedNormal(generator: Generator, from: number, to: number): number {
  // The largest density within the bounds is at the point nearest to 0.
  const top = Math.min(Math.max(0, from), to);
  // In wide bounds around 0 nearly every normal number is accepted; in narrow ones a uniform number is better.
  const isWide = from < -0.5 && to > 0.5;
  for (;;) {
    if (isWide) {
      const z = generator.normal();
      if (z >= from && z <= to) return z;
      continue;
    }
    // Beyond top the density falls by e^−40 within this distance.
    const reach = Math.sqrt(top * top + 80);
    const [start, end] = [Math.max(from, -reach), Math.min(to, reach)];
    const z = start + (end - start) * generator.uniform();
    if (generator.uniform() <= Math.exp((top * top - z * z) / 2)) return z;
  }
}
