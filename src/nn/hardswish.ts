// Hardswish as a layer.
import { hardswish } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Hardswish of each element, as `torch.nn.Hardswish`; the shape stays.
 *
 *     y = x · min(max(x + 3, 0), 6) / 6
 *
 * @example await new Hardswish().forward(Tensor.from([-4, 0, 4])).array() // [0, 0, 4]
 */
export class Hardswish extends Module {
  override forward(x: Tensor): Tensor {
    return hardswish(x);
  }
}
