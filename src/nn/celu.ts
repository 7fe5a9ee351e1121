// Continuously differentiable exponential linear unit as a layer.
import { celu, checkAlpha } from "../ops/celu.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

export interface CELUOptions {
  /** Minus the limit far below 0, and the distance over which it is reached (default 1). */
  readonly alpha?: number;
}

/**
 * Continuously differentiable exponential linear unit of each element, as `torch.nn.CELU`; the shape stays.
 *
 *     y = x where x > 0, alpha · (exp(x / alpha) − 1) elsewhere
 *
 * @throws OptionError unless alpha is positive
 * @example await new CELU().forward(Tensor.from([0, 2])).array() // [0, 2]
 */
export class CELU extends Module {
  readonly alpha: number;

  constructor(options: CELUOptions = {}) {
    super();
    checkOptions("CELU", options, ["alpha"]);
    this.alpha = options.alpha ?? 1;
    checkAlpha("CELU", this.alpha);
  }

  override forward(x: Tensor): Tensor {
    return celu(x, this.alpha);
  }

  override extraRepr(): string {
    return this.alpha === 1 ? "" : `alpha ${this.alpha}`;
  }
}
