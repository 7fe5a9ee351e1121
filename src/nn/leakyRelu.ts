// Leaky rectified linear unit as a layer.
import { leakyRelu } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

export interface LeakyReLUOptions {
  /** Slope below 0 (default 0.01). */
  readonly negativeSlope?: number;
}

/**
 * Leaky rectified linear unit of each element, as `torch.nn.LeakyReLU`; the shape stays.
 *
 *     y = x where x > 0, negativeSlope · x elsewhere
 *
 * @example await new LeakyReLU({ negativeSlope: 0.5 }).forward(Tensor.from([-1, 2])).array() // [-0.5, 2]
 */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super();
    checkOptions("LeakyReLU", options, ["negativeSlope"]);
    this.negativeSlope = options.negativeSlope ?? 0.01;
  }

  override forward(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override extraRepr(): string {
    return this.negativeSlope === 0.01 ? "" : `negativeSlope ${this.negativeSlope}`;
  }
}
