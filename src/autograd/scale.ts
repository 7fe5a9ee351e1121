// Gradients on their way down are multiplied by a power of two, where what computes them would lose small ones (loss scaling:
// Micikevicius et al. 2018, "Mixed precision training"). Rules are linear in the gradient, so it stays with it until it is divided out
// for whoever looks: leaves, results of grad(), hooks. No other bit changes.
import { gradientScale } from "../tensor/engine.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A gradient as it travels. */
export function scaled(gradient: Tensor): Tensor {
  return times(gradient, gradientScale());
}

/** A gradient that has travelled, as it is. */
export function unscaled(gradient: Tensor): Tensor {
  return times(gradient, 1 / gradientScale());
}

function times(gradient: Tensor, factor: number): Tensor {
  return factor === 1 ? gradient : gradient.mul(factor);
}
