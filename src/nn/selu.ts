// Scaled exponential linear unit as a layer.
import { selu } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Scaled exponential linear unit of each element, as `torch.nn.SELU`; the shape stays.
 *
 *     y = 1.0507… · (x where x > 0, 1.6732… · (eˣ − 1) elsewhere)
 *
 * @example await new SELU().forward(Tensor.from([0])).array() // [0]
 */
export class SELU extends Module {
  override forward(x: Tensor): Tensor {
    return selu(x);
  }
}
