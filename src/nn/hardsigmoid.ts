// Hardsigmoid as a layer.
import { hardsigmoid } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Hardsigmoid of each element, as `torch.nn.Hardsigmoid`; the shape stays.
 *
 *     y = min(max(x + 3, 0), 6) / 6
 *
 * @example await new Hardsigmoid().forward(Tensor.from([-4, 0, 4])).array() // [0, 0.5, 1]
 */
export class Hardsigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }
}
