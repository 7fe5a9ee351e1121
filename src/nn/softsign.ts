// Softsign as a layer.
import { softsign } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Softsign of each element, as `torch.nn.Softsign`; the shape stays.
 *
 *     y = x / (1 + |x|)
 *
 * @example await new Softsign().forward(Tensor.from([-1, 3])).array() // [-0.5, 0.75]
 */
export class Softsign extends Module {
  override forward(x: Tensor): Tensor {
    return softsign(x);
  }
}
