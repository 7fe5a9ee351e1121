// Bounds for gradients, between `backward()` and `step()` of a loop of one's own.
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
 * loss.backward();
 * clipGradNorm_(net.parameters(), 1);
 * optimizer.step();
 * @see Pascanu et al. 2013, "On the difficulty of training recurrent neural networks"
 */
export function clipGradNorm_(parameters: Iterable<Parameter>, maxNorm: number): Tensor {
  checkNumber("clipGradNorm_", "maxNorm", maxNorm, 0);
  const clipped = [...parameters].filter(({ grad }) => grad !== null);
  return noGrad(() => {
    if (clipped.length === 0) return Tensor.from(0);
    const squares = clipped.map(({ grad }) => (grad as Tensor).square().sum());
    const norm = stack(squares).sum().sqrt();
    const scale = minimum(norm.add(1e-6).reciprocal().mul(maxNorm), 1);
    for (const param of clipped) param.grad = (param.grad as Tensor).mul(scale);
    return norm;
  });
}

/**
 * Brings every element of every gradient into `[−clipValue, clipValue]`, as `torch.nn.utils.clip_grad_value_`.
 * Parameters without a gradient are skipped.
 *
 * @throws OptionError if `clipValue` is not a finite number of at least 0
 * @example clipGradValue_(net.parameters(), 0.5)
 */
export function clipGradValue_(parameters: Iterable<Parameter>, clipValue: number): void {
  checkNumber("clipGradValue_", "clipValue", clipValue, 0);
  noGrad(() => {
    for (const param of parameters) {
      if (param.grad !== null) param.grad = param.grad.clamp(-clipValue, clipValue);
    }
  });
}
