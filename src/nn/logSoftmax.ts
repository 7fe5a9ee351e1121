// Logarithm of the softmax as a layer.
import { logSoftmax } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Logarithm of the softmax along an axis, as `torch.nn.LogSoftmax`; the shape stays.
 *
 *     y = x − ln Σ eˣ along dim
 *
 * @example await new LogSoftmax(1).forward(Tensor.from([[0, 0]])).array() // [[-0.693…, -0.693…]]
 */
export class LogSoftmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim ${this.dim}`;
  }
}
