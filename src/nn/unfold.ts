// Windows as columns, and columns as images, as layers.
import { fold, type UnfoldOptions, unfold } from "../ops/index.ts";
import { unfoldParams } from "../ops/unfold.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkSize, formatPair, formatSize, isAll, type Size2d } from "./checks.ts";
import { Module } from "./module.ts";

/** The options of both layers. */
interface Options extends UnfoldOptions {
  /** Pixels between neighbouring elements of a window (default 1). */
  readonly dilation?: Size2d;
  /** Rows and columns of zeros around the image (default 0). */
  readonly padding?: Size2d;
  /** Pixels between neighbouring windows (default 1). */
  readonly stride?: Size2d;
}

/**
 * The pixels of each window as a column, as `torch.nn.Unfold`; see `nn.functional.unfold`.
 * Input NCHW, output `[batch, channels · kernelHeight · kernelWidth, windows]`.
 *
 * @throws OptionError for impossible sizes
 * @example new Unfold(3, { stride: 2 }).forward(Tensor.zeros([2, 3, 7, 7])).shape // [2, 27, 9]
 */
export class Unfold extends Module {
  readonly kernelSize: Size2d;
  readonly dilation: Size2d;
  readonly padding: Size2d;
  readonly stride: Size2d;

  constructor(kernelSize: Size2d, options: Options = {}) {
    super();
    unfoldParams("Unfold", kernelSize, options);
    this.kernelSize = kernelSize;
    this.dilation = options.dilation ?? 1;
    this.padding = options.padding ?? 0;
    this.stride = options.stride ?? 1;
  }

  override forward(x: Tensor): Tensor {
    const { dilation, padding, stride } = this;
    return unfold(x, this.kernelSize, { dilation, padding, stride });
  }

  override extraRepr(): string {
    return windowText(this);
  }
}

/**
 * Columns summed into an image, as `torch.nn.Fold`; see `nn.functional.fold`.
 * Input `[batch, channels · kernelHeight · kernelWidth, windows]`, output NCHW.
 *
 * @throws OptionError for impossible sizes
 * @example new Fold(7, 3, { stride: 2 }).forward(Tensor.zeros([2, 27, 9])).shape // [2, 3, 7, 7]
 */
export class Fold extends Module {
  readonly outputSize: Size2d;
  readonly kernelSize: Size2d;
  readonly dilation: Size2d;
  readonly padding: Size2d;
  readonly stride: Size2d;

  constructor(outputSize: Size2d, kernelSize: Size2d, options: Options = {}) {
    super();
    unfoldParams("Fold", kernelSize, options);
    checkSize("Fold", "outputSize", outputSize);
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.dilation = options.dilation ?? 1;
    this.padding = options.padding ?? 0;
    this.stride = options.stride ?? 1;
  }

  override forward(x: Tensor): Tensor {
    const { dilation, padding, stride } = this;
    return fold(x, this.outputSize, this.kernelSize, { dilation, padding, stride });
  }

  override extraRepr(): string {
    return `output ${formatSize(this.outputSize)}, ${windowText(this)}`;
  }
}

function windowText({
  kernelSize,
  stride,
  padding,
  dilation,
}: Required<Options> & { readonly kernelSize: Size2d }): string {
  const parts = [`kernel ${formatSize(kernelSize)}`];
  if (!isAll(stride, 1)) parts.push(`stride ${formatPair(stride)}`);
  if (!isAll(padding, 0)) parts.push(`padding ${formatPair(padding)}`);
  if (!isAll(dilation, 1)) parts.push(`dilation ${formatPair(dilation)}`);
  return parts.join(", ");
}
