// Logistic sigmoid as a layer.
import { sigmoid } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Logistic sigmoid of each element, as `torch.nn.Sigmoid`; the shape stays.
 *
 *     y = 1 / (1 + exp(−x))
 *
 * @example await new Sigmoid().forward(Tensor.from([0])).array() // [0.5]
 */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}
