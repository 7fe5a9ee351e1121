// A layer that does nothing: a place holder where a network wants one.
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Returns its input, as `torch.nn.Identity`.
 * @example new Identity().forward(x) // x itself
 */
export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}
