// Exponential linear unit as a layer.
import { elu } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

export interface ELUOptions {
  /** Minus the limit far below 0 (default 1). */
  readonly alpha?: number;
}

/**
 * Exponential linear unit of each element, as `torch.nn.ELU`; the shape stays.
 *
 *     y = x where x > 0, alpha · (eˣ − 1) elsewhere
 *
 * @example await new ELU().forward(Tensor.from([0, 2])).array() // [0, 2]
 */
export class ELU extends Module {
  readonly alpha: number;

  constructor(options: ELUOptions = {}) {
    super();
    checkOptions("ELU", options, ["alpha"]);
    this.alpha = options.alpha ?? 1;
  }

  override forward(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }

  override extraRepr(): string {
    return this.alpha === 1 ? "" : `alpha ${this.alpha}`;
  }
}
