// grad(): gradients as values, for higher orders and for code that keeps no state in leaves.
import { detach } from "../ops/detach.ts";
import { checkOptions, FoveaError } from "../tensor/errors.ts";
import { enableGrad, noGrad } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { gradientsBelow } from "./accumulate.ts";
import { scaled, unscaled } from "./scale.ts";
import { seed } from "./seed.ts";

export interface GradOptions {
  /** Gradient of the final result with respect to `output`; 1 unless given. */
  readonly gradOutput?: Tensor;
  /** Record how the gradients are computed, so that they can be differentiated again. */
  readonly createGraph?: boolean;
  /** Give null for inputs that `output` does not depend on, instead of an error. */
  readonly allowUnused?: boolean;
}

/**
 * Gradients of `output` with respect to `inputs`, as `torch.autograd.grad`. No tensor's `grad` changes.
 * @param output  the result, a scalar unless `gradOutput` is given
 * @param inputs  tensors that it was made of: leaves or values on the way
 * @param options gradOutput; createGraph: for gradients of gradients; allowUnused: null instead of an error
 * @returns one gradient for each input, in its shape
 * @throws FoveaError if nothing requires a gradient, or output does not depend on an input;
 *         ShapeError if output is not a scalar and no `gradOutput` is given
 * @example
 * const x = Tensor.from([3], { requiresGrad: true });
 * const [dx] = grad(x.mul(x).sum(), [x]);
 * await dx.array() // [6]
 */
export function grad(
  output: Tensor,
  inputs: readonly Tensor[],
  options: GradOptions & { readonly allowUnused: true },
): (Tensor | null)[];
export function grad(output: Tensor, inputs: readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(
  output: Tensor,
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  checkOptions("grad", options, ["gradOutput", "createGraph", "allowUnused"]);
  const { gradOutput, createGraph = false, allowUnused = false } = options;
  const start = seed("grad", output, gradOutput);
  const record = createGraph ? enableGrad : noGrad;
  return record(() => {
    const gradients = gradientsBelow(output.node, scaled(start));
    return inputs.map((input, i) => {
      const found = gradients.get(input.node);
      if (found !== undefined) {
        const gradient = unscaled(found);
        return createGraph ? gradient : detach(gradient);
      }
      if (allowUnused) return null;
      throw new FoveaError(`grad: the output does not depend on input ${i}`, {
        facts: [{ name: "input", value: input.toString() }],
        hint: "leave it out, or pass { allowUnused: true } to get null",
      });
    });
  });
}
