// 1-D convolution as a layer: it holds the filters; the arithmetic is ops/conv1d.
import { checkSame, paddingAround } from "../ops/conv1d.ts";
import { conv1d, type Padding1d, pad } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkInteger } from "./checks.ts";
import {
  checkChannels,
  checkPaddingMode,
  convolutionText,
  type PaddingMode,
} from "./convolution.ts";
import { Module } from "./module.ts";
import { newWeights } from "./parameters.ts";

export interface Conv1dOptions {
  /** Input elements from one output element to the next (default 1). */
  readonly stride?: number;
  /** Elements before and after the input: a number, `[before, after]`, "same" or "valid" (default 0). */
  readonly padding?: Padding1d;
  /** What the padding holds: zeros, or the input continued as by `pad` of that mode (default "zeros"). */
  readonly paddingMode?: PaddingMode;
  /** Input elements between neighbouring kernel elements (default 1). */
  readonly dilation?: number;
  /** Channels are split into this many independent convolutions (default 1). */
  readonly groups?: number;
  /** Add a learned number to each output channel (default true). */
  readonly bias?: boolean;
}

/**
 * 1-D convolution (cross-correlation), as `torch.nn.Conv1d`.
 *
 *     y[n, o, i] = bias[o] + Σ_c Σ_u  x[n, c, i·stride + u·dilation − padding] · weight[o, c, u]
 *
 * Input NCL `[batch, inChannels, length]`, output NCL `[batch, outChannels, outLength]`, weight OIL
 * `[outChannels, inChannels / groups, kernelSize]`, bias `[outChannels]`; both start uniform on ±1/√fanIn.
 *
 * @throws OptionError for impossible sizes, or channel counts that `groups` does not divide
 * @example new Conv1d(4, 8, 3, { padding: 1 }).forward(Tensor.zeros([2, 4, 50])).shape // [2, 8, 50]
 */
export class Conv1d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: Padding1d;
  readonly paddingMode: PaddingMode;
  readonly dilation: number;
  readonly groups: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: Conv1dOptions = {},
  ) {
    super();
    checkOptions("Conv1d", options, [
      "stride",
      "padding",
      "paddingMode",
      "dilation",
      "groups",
      "bias",
    ]);
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    checkChannels("Conv1d", inChannels, outChannels, groups);
    checkInteger("Conv1d", "kernelSize", kernelSize);
    checkInteger("Conv1d", "stride", stride);
    checkInteger("Conv1d", "dilation", dilation);
    paddingAround("Conv1d", padding, dilation * (kernelSize - 1));
    checkSame("Conv1d", padding, stride);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.paddingMode = checkPaddingMode("Conv1d", options.paddingMode ?? "zeros");
    this.dilation = dilation;
    this.groups = groups;
    const weightShape = [outChannels, inChannels / groups, kernelSize];
    [this.weight, this.bias] = newWeights(weightShape, bias ? [outChannels] : null);
  }

  override forward(x: Tensor): Tensor {
    const { stride, padding, dilation, groups, paddingMode: mode } = this;
    if (mode === "zeros")
      return conv1d(x, this.weight, this.bias, { stride, padding, dilation, groups });
    const around = paddingAround("Conv1d", padding, dilation * (this.kernelSize - 1));
    const padded = pad(x, around, { mode });
    return conv1d(padded, this.weight, this.bias, { stride, dilation, groups });
  }

  override extraRepr(): string {
    return convolutionText(this, String(this.kernelSize));
  }
}
