// maxUnpool2d: pooled pixels put back where they came from.
import { checkOptions } from "../tensor/errors.ts";
import { sameShape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { zeros } from "./full.ts";
import { reshape } from "./reshape.ts";
import { scatter } from "./scatter.ts";
import { imageSizes, type Pair, type PairLike, pair } from "./sizes.ts";

export interface MaxUnpool2dOptions {
  /** Pixels between neighbouring windows (default: the kernel size). */
  readonly stride?: PairLike;
  /** Rows and columns around the image when it was pooled (default 0). */
  readonly padding?: PairLike;
  /** Height and width of the image; without it, the smallest that the windows cover. */
  readonly outputSize?: PairLike;
}

/**
 * Each pixel at the place that max pooling took it from and 0 elsewhere, as `torch.nn.functional.max_unpool2d`.
 * @param x          pooled images, NCHW, or one without the batch axis
 * @param indices    int32, as `maxPool2d` gives them with `returnIndices`, the same shape
 * @param kernelSize the window's size: a number or `[vertical, horizontal]`
 * @param options    stride, padding: as given to `maxPool2d`; outputSize: a number or `[vertical, horizontal]`
 * @returns NCHW, where height = (outHeight − 1) · stride − 2 · padding + kernelHeight unless outputSize is given
 * @throws ShapeError if x and indices differ in shape; DtypeError if the indices are not int32
 * @example
 * const { values, indices } = maxPool2d(Tensor.from([[[[1, 5], [2, 3]]]]), 2, { returnIndices: true });
 * await maxUnpool2d(values, indices, 2).array() // [[[[0, 5], [0, 0]]]]
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: PairLike,
  options: MaxUnpool2dOptions = {},
): Tensor {
  checkOptions("maxUnpool2d", options, ["stride", "padding", "outputSize"]);
  if (x.ndim === 3 && indices.ndim === 3) {
    return maxUnpool2d(x.unsqueeze(0), indices.unsqueeze(0), kernelSize, options).squeeze(0);
  }
  const kernel = pair("maxUnpool2d", "kernelSize", kernelSize);
  const stride = pair("maxUnpool2d", "stride", options.stride ?? kernel);
  const padding = pair("maxUnpool2d", "padding", options.padding ?? 0, 0);
  const [batch, channels, outHeight, outWidth] = imageSizes("maxUnpool2d", "x", x);
  if (!sameShape(x.shape, indices.shape)) {
    throw shapeError("maxUnpool2d", "not one index for each pixel", {
      x: { shape: x.shape, layout: "NCHW" },
      indices: indices.shape,
    });
  }
  const covered = (axis: 0 | 1, count: number): number =>
    (count - 1) * stride[axis] - 2 * padding[axis] + kernel[axis];
  const size: Pair =
    options.outputSize === undefined
      ? [covered(0, outHeight), covered(1, outWidth)]
      : pair("maxUnpool2d", "outputSize", options.outputSize);
  const flat = [batch, channels, outHeight * outWidth];
  const empty = zeros([batch, channels, size[0] * size[1]]);
  return reshape(scatter(empty, 2, reshape(indices, flat), reshape(x, flat)), [
    batch,
    channels,
    ...size,
  ]);
}
