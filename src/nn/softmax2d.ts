// Softmax over the channels of each pixel as a layer.
import { softmax } from "../ops/index.ts";
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Softmax over the channels of each pixel, as `torch.nn.Softmax2d`. Input and output NCHW.
 * @throws ShapeError if x has not four axes
 * @example await new Softmax2d().forward(Tensor.zeros([1, 2, 1, 1])).array() // [[[[0.5]], [[0.5]]]]
 */
export class Softmax2d extends Module {
  override forward(x: Tensor): Tensor {
    if (x.ndim !== 4) {
      throw shapeError("Softmax2d", `x has ${x.ndim} axes`, {
        x: { shape: x.shape, layout: "needed: NCHW" },
      });
    }
    return softmax(x, 1);
  }
}
