// 2-D convolution as a layer: it holds the filters; the arithmetic is ops/conv2d.
import { conv2dParams } from "../ops/conv2d.ts";
import { conv2d, pad } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkPadding, checkSize, isAll, type Padding2d, type Size2d } from "./checks.ts";
import {
  checkChannels,
  checkPaddingMode,
  convolutionText,
  type PaddingMode,
} from "./convolution.ts";
import { Module } from "./module.ts";
import { newWeights } from "./parameters.ts";

export interface Conv2dOptions {
  /** Input pixels from one output pixel to the next (default 1). */
  readonly stride?: Size2d;
  /** Rows and columns around the input (default 0). */
  readonly padding?: Padding2d;
  /** What the padding holds: zeros, or the image continued as by `pad` of that mode (default "zeros"). */
  readonly paddingMode?: PaddingMode;
  /** Input pixels between neighbouring kernel elements (default 1). */
  readonly dilation?: Size2d;
  /** Channels are split into this many independent convolutions (default 1). */
  readonly groups?: number;
  /** Add a learned number to each output channel (default true). */
  readonly bias?: boolean;
}

/**
 * 2-D convolution (cross-correlation, as everywhere in deep learning), as `torch.nn.Conv2d`.
 *
 *     y[n, o, i, j] = bias[o] + Σ_c Σ_u Σ_v  x[n, c, i·stride + u·dilation − padding, …] · weight[o, c, u, v]
 *
 * Input NCHW `[batch, inChannels, height, width]`, output NCHW `[batch, outChannels, outHeight, outWidth]`,
 * weight OIHW `[outChannels, inChannels / groups, kernelHeight, kernelWidth]`, bias `[outChannels]`; both start
 * uniform on ±1/√fanIn.
 *
 * @throws OptionError for impossible sizes, or channel counts that `groups` does not divide
 * @example
 * new Conv2d(1, 6, 5, { padding: 2 }).forward(Tensor.zeros([8, 1, 28, 28])).shape // [8, 6, 28, 28]
 * @see Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
export class Conv2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: Size2d;
  readonly padding: Padding2d;
  readonly paddingMode: PaddingMode;
  readonly dilation: Size2d;
  readonly groups: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size2d,
    options: Conv2dOptions = {},
  ) {
    super();
    checkOptions("Conv2d", options, [
      "stride",
      "padding",
      "paddingMode",
      "dilation",
      "groups",
      "bias",
    ]);
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    checkChannels("Conv2d", inChannels, outChannels, groups);
    checkSize("Conv2d", "stride", stride);
    checkSize("Conv2d", "dilation", dilation);
    checkPadding("Conv2d", padding);
    if (padding === "same" && !isAll(stride, 1)) {
      throw new OptionError('Conv2d: padding "same" needs stride 1', {
        hint: "with a larger stride the size cannot stay the same; give the padding as numbers",
      });
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = checkSize("Conv2d", "kernelSize", kernelSize);
    this.stride = stride;
    this.padding = padding;
    this.paddingMode = checkPaddingMode("Conv2d", options.paddingMode ?? "zeros");
    this.dilation = dilation;
    this.groups = groups;
    const weightShape = [outChannels, inChannels / groups, ...this.kernelSize];
    [this.weight, this.bias] = newWeights(weightShape, bias ? [outChannels] : null);
  }

  override forward(x: Tensor): Tensor {
    const { stride, padding, dilation, groups, paddingMode: mode } = this;
    if (mode === "zeros")
      return conv2d(x, this.weight, this.bias, { stride, padding, dilation, groups });
    const params = conv2dParams({ stride, padding, dilation, groups }, this.kernelSize);
    const [top, bottom, left, right] = params.padding;
    const padded = pad(x, [left, right, top, bottom], { mode });
    return conv2d(padded, this.weight, this.bias, { stride, dilation, groups });
  }

  override extraRepr(): string {
    return convolutionText(this);
  }
}
