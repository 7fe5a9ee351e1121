// Average pooling to a given size as a layer.
import { type AdaptiveSize, adaptiveAvgPool2d, checkAdaptiveSize } from "../ops/adaptivePool2d.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { formatAdaptive } from "./checks.ts";
import { Module } from "./module.ts";

/**
 * Mean of each of as many windows as the output has pixels, as `torch.nn.AdaptiveAvgPool2d`.
 *
 *     y[n, c, i, j] = mean of x[n, c, u, v] over ⌊i·height/outHeight⌋ ≤ u < ⌈(i + 1)·height/outHeight⌉, likewise v
 *
 * Input NCHW `[batch, channels, height, width]`, output NCHW `[batch, channels, outHeight, outWidth]`. The output
 * size is a number or `[vertical, horizontal]`; null keeps the input's.
 *
 * @throws OptionError if the size is no whole number from 1
 * @example new AdaptiveAvgPool2d(1).forward(Tensor.zeros([8, 6, 13, 13])).shape // [8, 6, 1, 1]
 */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: AdaptiveSize;

  constructor(outputSize: AdaptiveSize) {
    super();
    checkAdaptiveSize("AdaptiveAvgPool2d", outputSize);
    this.outputSize = outputSize;
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output ${formatAdaptive(this.outputSize)}`;
  }
}
