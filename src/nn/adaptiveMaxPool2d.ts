// Max pooling to a given size as a layer.
import { type AdaptiveSize, adaptiveMaxPool2d, checkAdaptiveSize } from "../ops/adaptivePool2d.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { formatAdaptive } from "./checks.ts";
import { Module } from "./module.ts";

/**
 * Largest pixel of each of as many windows as the output has pixels, as `torch.nn.AdaptiveMaxPool2d`.
 *
 *     y[n, c, i, j] = maximum of x[n, c, u, v] over ⌊i·height/outHeight⌋ ≤ u < ⌈(i + 1)·height/outHeight⌉, likewise v
 *
 * Input NCHW `[batch, channels, height, width]`, output NCHW `[batch, channels, outHeight, outWidth]`. The output
 * size is a number or `[vertical, horizontal]`; null keeps the input's.
 *
 * @throws OptionError if the size is no whole number from 1
 * @example new AdaptiveMaxPool2d([5, null]).forward(Tensor.zeros([8, 6, 13, 13])).shape // [8, 6, 5, 13]
 */
export class AdaptiveMaxPool2d extends Module {
  readonly outputSize: AdaptiveSize;

  constructor(outputSize: AdaptiveSize) {
    super();
    checkAdaptiveSize("AdaptiveMaxPool2d", outputSize);
    this.outputSize = outputSize;
  }

  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output ${formatAdaptive(this.outputSize)}`;
  }
}
