// Rectified linear unit cut at 6 as a layer.
import { relu6 } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Rectified linear unit of each element, cut at 6, as `torch.nn.ReLU6`; the shape stays.
 *
 *     y = min(max(x, 0), 6)
 *
 * @example await new ReLU6().forward(Tensor.from([-1, 9])).array() // [0, 6]
 */
export class ReLU6 extends Module {
  override forward(x: Tensor): Tensor {
    return relu6(x);
  }
}
