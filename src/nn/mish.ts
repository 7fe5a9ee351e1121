// Mish as a layer.
import { mish } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Mish of each element, as `torch.nn.Mish`; the shape stays.
 *
 *     y = x · tanh(ln(1 + eˣ))
 *
 * @example await new Mish().forward(Tensor.from([0])).array() // [0]
 */
export class Mish extends Module {
  override forward(x: Tensor): Tensor {
    return mish(x);
  }
}
