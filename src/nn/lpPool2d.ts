// Pooling by the p-norm as a layer.
import { lpPool2d } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkSize, formatPair, formatSize, type Size2d } from "./checks.ts";
import { Module } from "./module.ts";

export interface LPPool2dOptions {
  /** Input pixels from one window to the next (default: the kernel size). */
  readonly stride?: Size2d;
  /** Round the output size up, so that windows may stick out at the end (default false). */
  readonly ceilMode?: boolean;
}

/**
 * The p-norm of each window, as `torch.nn.LPPool2d`.
 *
 *     y[n, c, i, j] = (Σ over u, v of  x[n, c, i·stride + u, j·stride + v]ᵖ)^(1/p)
 *
 * Input NCHW `[batch, channels, height, width]`, output NCHW `[batch, channels, outHeight, outWidth]`. The first
 * argument is p; with an odd p, x should not be negative.
 *
 * @throws OptionError for impossible sizes, or if p is 0 or not finite
 * @example new LPPool2d(2, 3, { stride: 2 }).forward(Tensor.ones([1, 4, 7, 7])).shape // [1, 4, 3, 3]
 */
export class LPPool2d extends Module {
  readonly normType: number;
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly ceilMode: boolean;

  constructor(normType: number, kernelSize: Size2d, options: LPPool2dOptions = {}) {
    super();
    checkOptions("LPPool2d", options, ["stride", "ceilMode"]);
    if (!Number.isFinite(normType) || normType === 0)
      throw new OptionError(`LPPool2d: normType is ${normType}`);
    checkSize("LPPool2d", "kernelSize", kernelSize);
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.stride = options.stride ?? kernelSize;
    checkSize("LPPool2d", "stride", this.stride);
    this.ceilMode = options.ceilMode ?? false;
  }

  override forward(x: Tensor): Tensor {
    const { stride, ceilMode } = this;
    return lpPool2d(x, this.normType, this.kernelSize, { stride, ceilMode });
  }

  override extraRepr(): string {
    const parts = [`p ${this.normType}`, `kernel ${formatSize(this.kernelSize)}`];
    if (formatSize(this.stride) !== formatSize(this.kernelSize))
      parts.push(`stride ${formatPair(this.stride)}`);
    if (this.ceilMode) parts.push("ceilMode");
    return parts.join(", ");
  }
}
