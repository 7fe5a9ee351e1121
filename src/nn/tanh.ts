// Hyperbolic tangent as a layer.
import { tanh } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Hyperbolic tangent of each element, as `torch.nn.Tanh`; the shape stays.
 *
 *     y = (exp(x) − exp(−x)) / (exp(x) + exp(−x))
 *
 * @example await new Tanh().forward(Tensor.from([0])).array() // [0]
 */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
