// unfold and fold: the pixels of each window as a column (im2col), and columns summed back into an image.
import { checkOptions } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { permute } from "./permute.ts";
import { cropImage, padImage } from "./pooling.ts";
import { reshape } from "./reshape.ts";
import {
  type Border,
  batched,
  border,
  imageSizes,
  type Pair,
  type PairLike,
  pair,
} from "./sizes.ts";
import { foldWindows, type WindowsParams, windows, windowsShape } from "./windows.ts";

export interface UnfoldOptions {
  /** Pixels between neighbouring elements of a window (default 1). */
  readonly dilation?: PairLike;
  /** Rows and columns of zeros around the image (default 0). */
  readonly padding?: PairLike;
  /** Pixels between neighbouring windows (default 1). */
  readonly stride?: PairLike;
}

/**
 * The pixels of each window as a column, as `torch.nn.functional.unfold` (also called im2col).
 *
 *     y[n, (c·kernelHeight + u)·kernelWidth + v, i·outWidth + j] = x[n, c, i·stride + u·dilation − padding, …]
 *
 * A convolution is the product of its filters, `[outChannels, channels · kernelHeight · kernelWidth]`, with these.
 *
 * @param x          image batch, NCHW, or one image without the batch axis
 * @param kernelSize the window's size: a number or `[vertical, horizontal]`
 * @param options    dilation, padding, stride: pixels, a number or `[vertical, horizontal]`
 * @returns `[batch, channels · kernelHeight · kernelWidth, outHeight · outWidth]`
 * @throws ShapeError if the window does not fit; OptionError for unknown options or impossible values
 * @example unfold(Tensor.zeros([2, 3, 10, 12]), [4, 5]).shape // [2, 60, 56]
 */
export function unfold(x: Tensor, kernelSize: PairLike, options: UnfoldOptions = {}): Tensor {
  const { params, around } = unfoldParams("unfold", kernelSize, options);
  return batched(x, (images) => {
    const [batch, channels] = imageSizes("unfold", "x", images);
    const all = windows(padImage(images, around, 0), params);
    const [outHeight, outWidth] = all.shape.slice(2) as [number, number];
    return reshape(permute(all, [0, 1, 4, 5, 2, 3]), [
      batch,
      channels * params.kernel[0] * params.kernel[1],
      outHeight * outWidth,
    ]);
  });
}

/**
 * Columns summed into an image, as `torch.nn.functional.fold`: each pixel is the sum of its copies in the windows.
 * It is the adjoint of {@link unfold}, and so its inverse only where windows do not overlap.
 *
 * @param x          `[batch, channels · kernelHeight · kernelWidth, windows]`, or without the batch axis
 * @param outputSize height and width of the image: a number or `[vertical, horizontal]`
 * @param kernelSize the window's size: a number or `[vertical, horizontal]`
 * @param options    dilation, padding, stride, as given to `unfold`
 * @returns NCHW `[batch, channels, height, width]`
 * @throws ShapeError if these are not the columns of such an image; OptionError for unknown options
 * @example await fold(Tensor.ones([1, 4, 4]), 3, 2).array() // [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]]
 */
export function fold(
  x: Tensor,
  outputSize: PairLike,
  kernelSize: PairLike,
  options: UnfoldOptions = {},
): Tensor {
  const size = pair("fold", "outputSize", outputSize);
  const { params, around } = unfoldParams("fold", kernelSize, options);
  if (x.ndim === 2) return fold(x.unsqueeze(0), outputSize, kernelSize, options).squeeze(0);
  const [batch, rows, columns] = x.shape as readonly [number, number, number];
  const pixels = params.kernel[0] * params.kernel[1];
  const channels = rows / pixels;
  const padded: Pair = [size[0] + around[0] + around[1], size[1] + around[2] + around[3]];
  const image = [batch, channels, ...padded];
  const [, , outHeight, outWidth] = windowsShape("fold", image, params) as [
    number,
    number,
    number,
    number,
  ];
  if (x.ndim !== 3 || !Number.isInteger(channels) || columns !== outHeight * outWidth) {
    throw shapeError("fold", "these are not the columns of such an image", {
      x: x.shape,
      expected: `[batch, channels · ${pixels}, ${outHeight * outWidth}]`,
    });
  }
  const split = reshape(cast(x, "float32"), [
    batch,
    channels,
    ...params.kernel,
    outHeight,
    outWidth,
  ]);
  const whole = foldWindows(permute(split, [0, 1, 4, 5, 2, 3]), params, padded);
  return cropImage(whole, around, [batch, channels, ...size]);
}

/** Params from what people write. */
export function unfoldParams(
  where: string,
  kernelSize: PairLike,
  options: UnfoldOptions,
): { readonly params: WindowsParams; readonly around: Border } {
  checkOptions(where, options, ["dilation", "padding", "stride"]);
  const { dilation = 1, padding = 0, stride = 1 } = options;
  return {
    params: {
      kernel: pair(where, "kernelSize", kernelSize),
      stride: pair(where, "stride", stride),
      dilation: pair(where, "dilation", dilation),
    },
    around: border(where, pair(where, "padding", padding, 0)),
  };
}
