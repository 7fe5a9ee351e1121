// 2-D convolution as a layer: it holds the filters; the arithmetic is ops/conv2d.
import { conv2d } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import {
  checkInteger,
  checkPadding,
  checkSize,
  formatPair,
  formatSize,
  isAll,
  type Padding2d,
  type Size2d,
} from "./checks.ts";
import { Module } from "./module.ts";
import { newWeights } from "./parameters.ts";

export interface Conv2dOptions {
  /** Input pixels from one output pixel to the next (default 1). */
  readonly stride?: Size2d;
  /** Zeros around the input (default 0). */
  readonly padding?: Padding2d;
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
    checkOptions("Conv2d", options, ["stride", "padding", "dilation", "groups", "bias"]);
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    checkInteger("Conv2d", "inChannels", inChannels);
    checkInteger("Conv2d", "outChannels", outChannels);
    checkInteger("Conv2d", "groups", groups);
    checkSize("Conv2d", "stride", stride);
    checkSize("Conv2d", "dilation", dilation);
    checkPadding("Conv2d", padding);
    for (const [name, channels] of [
      ["inChannels", inChannels],
      ["outChannels", outChannels],
    ] as const) {
      if (channels % groups !== 0) {
        throw new OptionError(
          `Conv2d: ${name} (${channels}) is not divisible by groups (${groups})`,
        );
      }
    }
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
    this.dilation = dilation;
    this.groups = groups;
    const weightShape = [outChannels, inChannels / groups, ...this.kernelSize];
    [this.weight, this.bias] = newWeights(weightShape, bias ? [outChannels] : null);
  }

  override forward(x: Tensor): Tensor {
    const { stride, padding, dilation, groups } = this;
    return conv2d(x, this.weight, this.bias, { stride, padding, dilation, groups });
  }

  override extraRepr(): string {
    const parts = [
      `${this.inChannels} -> ${this.outChannels}`,
      `kernel ${formatSize(this.kernelSize)}`,
    ];
    if (!isAll(this.stride, 1)) parts.push(`stride ${formatPair(this.stride)}`);
    if (!isAll(this.padding, 0)) parts.push(`padding ${formatPair(this.padding)}`);
    if (!isAll(this.dilation, 1)) parts.push(`dilation ${formatPair(this.dilation)}`);
    if (this.groups !== 1) parts.push(`groups ${this.groups}`);
    if (this.bias === null) parts.push("no bias");
    return parts.join(", ");
  }
}
