// A layer that does nothing: a place holder where a network wants one.
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Returns its input, as `torch.nn.Identity`.
 * @example await new Identity().forward(Tensor.from([1, 2])).array() // [1, 2]
 */
export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}
