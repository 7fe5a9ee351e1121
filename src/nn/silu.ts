// Sigmoid-weighted linear unit as a layer.
import { silu } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Sigmoid-weighted linear unit of each element, as `torch.nn.SiLU`; the shape stays.
 *
 *     y = x · σ(x)
 *
 * @example await new SiLU().forward(Tensor.from([0])).array() // [0]
 */
export class SiLU extends Module {
  override forward(x: Tensor): Tensor {
    return silu(x);
  }
}
