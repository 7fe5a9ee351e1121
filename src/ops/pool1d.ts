// avgPool1d and maxPool1d: pooling along sequences, which is that of images with one row.
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { avgPool2d } from "./avgPool2d.ts";
import { maxPool2d } from "./maxPool2d.ts";
import { alongRow, asImages, type SingleLike } from "./sequences.ts";

export interface AvgPool1dOptions {
  /** Elements between neighbouring windows (default: the kernel size). */
  readonly stride?: SingleLike;
  /** Zeros before and after, at most half the kernel (default 0). */
  readonly padding?: SingleLike;
  /** Round the length up, with windows that reach over the end (default false). */
  readonly ceilMode?: boolean;
  /** Do zeros of the padding count as elements (default true)? */
  readonly countIncludePad?: boolean;
}

/**
 * The mean of each window, as `torch.nn.functional.avg_pool1d`.
 * @param x          sequences, NCL `[batch, channels, length]`, or one without the batch axis
 * @param kernelSize the window's length
 * @param options    stride, padding: elements; ceilMode; countIncludePad
 * @returns NCL
 * @throws ShapeError if the window does not fit; OptionError if the padding is more than half of it
 * @example await avgPool1d(Tensor.from([[1, 3, 5, 9]]), 2).array() // [[2, 7]]
 */
export function avgPool1d(
  x: Tensor,
  kernelSize: SingleLike,
  options: AvgPool1dOptions = {},
): Tensor {
  checkOptions("avgPool1d", options, ["stride", "padding", "ceilMode", "countIncludePad"]);
  const { ceilMode = false, countIncludePad = true } = options;
  return asImages("avgPool1d", x, (images) =>
    avgPool2d(images, alongRow("avgPool1d", "kernelSize", kernelSize), {
      ...slide("avgPool1d", kernelSize, options),
      ceilMode,
      countIncludePad,
    }),
  );
}

export interface MaxPool1dOptions {
  /** Elements between neighbouring windows (default: the kernel size). */
  readonly stride?: SingleLike;
  /** Elements of −∞ before and after, at most half the kernel (default 0). */
  readonly padding?: SingleLike;
  /** Elements between neighbouring elements of a window (default 1). */
  readonly dilation?: SingleLike;
  /** Round the length up, with windows that reach over the end (default false). */
  readonly ceilMode?: boolean;
}

/**
 * The largest element of each window, as `torch.nn.functional.max_pool1d`.
 * @param x          sequences, NCL `[batch, channels, length]`, or one without the batch axis
 * @param kernelSize the window's length
 * @param options    stride, padding, dilation: elements; ceilMode
 * @returns NCL
 * @throws ShapeError if the window does not fit; OptionError if the padding is more than half of it
 * @example await maxPool1d(Tensor.from([[1, 3, 5, 9]]), 3, { stride: 1 }).array() // [[5, 9]]
 */
export function maxPool1d(
  x: Tensor,
  kernelSize: SingleLike,
  options: MaxPool1dOptions = {},
): Tensor {
  checkOptions("maxPool1d", options, ["stride", "padding", "dilation", "ceilMode"]);
  const { dilation = 1, ceilMode = false } = options;
  return asImages("maxPool1d", x, (images) =>
    maxPool2d(images, alongRow("maxPool1d", "kernelSize", kernelSize), {
      ...slide("maxPool1d", kernelSize, options),
      dilation: alongRow("maxPool1d", "dilation", dilation),
      ceilMode,
    }),
  );
}

/** Stride and padding of the windows in images. */
function slide(
  op: string,
  kernelSize: SingleLike,
  { stride = kernelSize, padding = 0 }: MaxPool1dOptions,
) {
  return {
    stride: alongRow(op, "stride", stride),
    padding: alongRow(op, "padding", padding, 0),
  };
}
