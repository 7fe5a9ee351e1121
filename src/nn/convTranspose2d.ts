// Transposed 2-D convolution as a layer: it holds the filters; the arithmetic is ops/convTranspose2d.
import { checkOutputPadding, convTranspose2d } from "../ops/convTranspose2d.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkSize, type Size2d } from "./checks.ts";
import { checkChannels, convolutionText } from "./convolution.ts";
import { Module } from "./module.ts";
import { newWeights } from "./parameters.ts";

export interface ConvTranspose2dOptions {
  /** Output pixels between the contributions of neighbouring inputs (default 1). */
  readonly stride?: Size2d;
  /** Rows and columns cut off at each edge of the output (default 0). */
  readonly padding?: Size2d;
  /** Rows added below and columns added to the right, less than the stride or the dilation (default 0). */
  readonly outputPadding?: Size2d;
  /** Output pixels between neighbouring kernel elements (default 1). */
  readonly dilation?: Size2d;
  /** Channels are split into this many independent convolutions (default 1). */
  readonly groups?: number;
  /** Add a learned number to each output channel (default true). */
  readonly bias?: boolean;
}

/**
 * Transposed 2-D convolution, which makes images larger, as `torch.nn.ConvTranspose2d`.
 *
 *     y[n, o, i·stride + u·dilation − padding, …] += x[n, c, i, j] · weight[c, o, u, v],   and bias[o] once
 *
 * Input NCHW `[batch, inChannels, height, width]`, output NCHW `[batch, outChannels, outHeight, outWidth]`,
 * weight IOHW `[inChannels, outChannels / groups, kernelHeight, kernelWidth]`, bias `[outChannels]`; both start
 * uniform on ±1/√fanIn, where fanIn counts output channels as in PyTorch.
 *
 * @throws OptionError for impossible sizes, or channel counts that `groups` does not divide
 * @example
 * new ConvTranspose2d(16, 8, 2, { stride: 2 }).forward(Tensor.zeros([8, 16, 7, 7])).shape // [8, 8, 14, 14]
 * @see Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
export class ConvTranspose2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly outputPadding: Size2d;
  readonly dilation: Size2d;
  readonly groups: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size2d,
    options: ConvTranspose2dOptions = {},
  ) {
    super();
    checkOptions("ConvTranspose2d", options, [
      "stride",
      "padding",
      "outputPadding",
      "dilation",
      "groups",
      "bias",
    ]);
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = options;
    checkChannels("ConvTranspose2d", inChannels, outChannels, groups);
    const strides = checkSize("ConvTranspose2d", "stride", stride);
    const dilations = checkSize("ConvTranspose2d", "dilation", dilation);
    checkSize("ConvTranspose2d", "padding", padding, 0);
    const added = checkSize("ConvTranspose2d", "outputPadding", outputPadding, 0);
    checkOutputPadding("ConvTranspose2d", added, strides, dilations);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = checkSize("ConvTranspose2d", "kernelSize", kernelSize);
    this.stride = stride;
    this.padding = padding;
    this.outputPadding = outputPadding;
    this.dilation = dilation;
    this.groups = groups;
    const weightShape = [inChannels, outChannels / groups, ...this.kernelSize];
    const hasBias = options.bias ?? true;
    [this.weight, this.bias] = newWeights(weightShape, hasBias ? [outChannels] : null);
  }

  override forward(x: Tensor): Tensor {
    const { stride, padding, outputPadding, dilation, groups } = this;
    return convTranspose2d(x, this.weight, this.bias, {
      stride,
      padding,
      outputPadding,
      dilation,
      groups,
    });
  }

  override extraRepr(): string {
    return convolutionText(this);
  }
}
