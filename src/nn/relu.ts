// Rectified linear unit as a layer.
import { relu } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Rectified linear unit of each element, as `torch.nn.ReLU`; the shape stays.
 *
 *     y = max(x, 0)
 *
 * @example await new ReLU().forward(Tensor.from([-1, 2])).array() // [0, 2]
 */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return relu(x);
  }
}
