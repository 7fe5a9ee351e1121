// Softplus as a layer.
import { type SoftplusOptions, softplus } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Softplus of each element, a smooth ReLU, as `torch.nn.Softplus`; the shape stays.
 *
 *     y = ln(1 + exp(beta · x)) / beta, or x where beta · x > threshold
 *
 * @throws OptionError if beta is 0
 * @example await new Softplus().forward(Tensor.from([0])).array() // [0.693…]
 */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(options: SoftplusOptions = {}) {
    super();
    checkOptions("Softplus", options, ["beta", "threshold"]);
    const { beta = 1, threshold = 20 } = options;
    if (beta === 0) throw new OptionError("Softplus: beta is 0");
    this.beta = beta;
    this.threshold = threshold;
  }

  override forward(x: Tensor): Tensor {
    return softplus(x, { beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    const parts: string[] = [];
    if (this.beta !== 1) parts.push(`beta ${this.beta}`);
    if (this.threshold !== 20) parts.push(`threshold ${this.threshold}`);
    return parts.join(", ");
  }
}
