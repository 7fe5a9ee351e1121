// The way back from maximum pooling as a layer.
import { maxUnpool2d } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkPoolPadding,
  checkSize,
  formatPair,
  formatSize,
  isAll,
  type Size2d,
} from "./checks.ts";
import { Module } from "./module.ts";

export interface MaxUnpool2dOptions {
  /** Pixels from one window to the next (default: the kernel size). */
  readonly stride?: Size2d;
  /** Rows and columns around the image when it was pooled (default 0). */
  readonly padding?: Size2d;
}

/**
 * Each pixel at the place that max pooling took it from and 0 elsewhere, as `torch.nn.MaxUnpool2d`.
 *
 * Inputs are what `nn.functional.maxPool2d` gives with `returnIndices`: values, NCHW `[batch, channels, outHeight,
 * outWidth]`, and indices of the same shape. Output NCHW, where height = (outHeight − 1) · stride − 2 · padding +
 * kernelHeight; for another size use `nn.functional.maxUnpool2d` with `outputSize`.
 *
 * @throws OptionError for impossible sizes
 * @example
 * const { values, indices } = functional.maxPool2d(Tensor.ones([1, 1, 4, 4]), 2, { returnIndices: true });
 * new MaxUnpool2d(2).forward(values, indices).shape // [1, 1, 4, 4]
 */
export class MaxUnpool2d extends Module {
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;

  constructor(kernelSize: Size2d, options: MaxUnpool2dOptions = {}) {
    super();
    checkOptions("MaxUnpool2d", options, ["stride", "padding"]);
    const { stride = kernelSize, padding = 0 } = options;
    const kernel = checkSize("MaxUnpool2d", "kernelSize", kernelSize);
    checkSize("MaxUnpool2d", "stride", stride);
    checkPoolPadding("MaxUnpool2d", padding, kernel);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
  }

  override forward(x: Tensor, indices: Tensor): Tensor {
    const { stride, padding } = this;
    return maxUnpool2d(x, indices, this.kernelSize, { stride, padding });
  }

  override extraRepr(): string {
    const parts = [`kernel ${formatSize(this.kernelSize)}`];
    if (formatSize(this.stride) !== formatSize(this.kernelSize))
      parts.push(`stride ${formatPair(this.stride)}`);
    if (!isAll(this.padding, 0)) parts.push(`padding ${formatPair(this.padding)}`);
    return parts.join(", ");
  }
}
