// Bounds for gradients: between `backward()` and `step()` of a loop of one's own, or inside a captured step.
import { minimum, stack } from "../ops/index.ts";
import { noGrad } from "../tensor/state.ts";
import { type Parameter, Tensor } from "../tensor/tensor.ts";
import { checkNumber } from "./optimizer.ts";

/**
 * Scales all gradients by one number so that their common norm is at most `maxNorm`, as
 * `torch.nn.utils.clip_grad_norm_` with norm type 2. Parameters without a gradient are skipped.
 *
 *     norm = √(Σ grad²)              grad = grad · min(1, maxNorm / (norm + 1e-6))
 *
 * @returns the norm before, a scalar; zero without gradients
 * @throws OptionError if `maxNorm` is not a finite number of at least 0
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new SGD(net.parameters(), { lr: 0.1 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * clipGradNorm_(net.parameters(), 1);
 * optimizer.step();
 * @see Pascanu et al. 2013, "On the difficulty of training recurrent neural networks"
 */
export function clipGradNorm_(parameters: Iterable<Parameter>, maxNorm: number): Tensor {
  checkNumber("clipGradNorm_", "maxNorm", maxNorm, 0);
  const clipped = [...parameters].filter(({ grad }) => grad !== null);
  return noGrad(() => {
    if (clipped.length === 0) return Tensor.from(0);
    const { norm, scale } = normOf(
      clipped.map(({ grad }) => grad as Tensor),
      maxNorm,
    );
    for (const param of clipped) param.grad = (param.grad as Tensor).mul(scale);
    return norm;
  });
}

/** The common norm of gradients, and the factor that brings it to at most `maxNorm`. */
function normOf(grads: readonly Tensor[], maxNorm: number): { norm: Tensor; scale: Tensor } {
  const norm = stack(grads.map((grad) => grad.square().sum()))
    .sum()
    .sqrt();
  return { norm, scale: minimum(norm.add(1e-6).reciprocal().mul(maxNorm), 1) };
}

/**
 * Brings every element of every gradient into `[−clipValue, clipValue]`, as `torch.nn.utils.clip_grad_value_`.
 * Parameters without a gradient are skipped.
 *
 * @throws OptionError if `clipValue` is not a finite number of at least 0
 * @example
 * const net = new Linear(2, 1);
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * clipGradValue_(net.parameters(), 0.5);
 */
export function clipGradValue_(parameters: Iterable<Parameter>, clipValue: number): void {
  checkNumber("clipGradValue_", "clipValue", clipValue, 0);
  noGrad(() => {
    for (const param of parameters) {
      if (param.grad !== null) param.grad = param.grad.clamp(-clipValue, clipValue);
    }
  });
}

/** Bounds for the gradients of a step. */
export interface GradLimits {
  /** Largest common norm, as of `clipGradNorm_`. */
  readonly clipGradNorm?: number | undefined;
  /** Largest size of an element, as of `clipGradValue_`. Elements are bounded before the norm is. */
  readonly clipGradValue?: number | undefined;
}

/** The gradients within their bounds; `null` for parameters without one stays. */
export function limitGrads(
  grads: readonly (Tensor | null)[],
  { clipGradNorm, clipGradValue }: GradLimits,
): (Tensor | null)[] {
  let limited = [...grads];
  if (clipGradValue !== undefined) {
    limited = limited.map((grad) => grad?.clamp(-clipGradValue, clipGradValue) ?? null);
  }
  const present = limited.filter((grad) => grad !== null);
  if (clipGradNorm === undefined || present.length === 0) return limited;
  const { scale } = normOf(present, clipGradNorm);
  return limited.map((grad) => grad?.mul(scale) ?? null);
}

/** Throws unless the bounds that are given are finite numbers of at least 0. */
export function checkGradLimits(where: string, limits: GradLimits): void {
  for (const name of ["clipGradNorm", "clipGradValue"] as const) {
    const limit = limits[name];
    if (limit !== undefined) checkNumber(where, name, limit, 0);
  }
}
