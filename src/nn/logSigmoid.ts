// Logarithm of the sigmoid as a layer.
import { logSigmoid } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Logarithm of the logistic sigmoid of each element, as `torch.nn.LogSigmoid`; the shape stays.
 *
 *     y = ln(1 / (1 + exp(−x)))
 *
 * @example await new LogSigmoid().forward(Tensor.from([0])).array() // [-0.693…]
 */
export class LogSigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return logSigmoid(x);
  }
}
