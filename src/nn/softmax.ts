// Softmax as a layer.
import { softmax } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Softmax along an axis, as `torch.nn.Softmax`; the shape stays.
 *
 *     y = eˣ / Σ eˣ along dim
 *
 * @example await new Softmax(1).forward(Tensor.from([[0, 0]])).array() // [[0.5, 0.5]]
 */
export class Softmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  override forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim ${this.dim}`;
  }
}
