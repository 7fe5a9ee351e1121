// adaptiveAvgPool2d and adaptiveMaxPool2d: pooling to a given size. Window i of n begins at ⌊i·size/n⌋ and
// ends before ⌈(i + 1)·size/n⌉, so windows may overlap and differ in size by one.
import { OptionError } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { arange } from "./arange.ts";
import { cast } from "./cast.ts";
import { indexSelect } from "./indexSelect.ts";
import { maxPool2d } from "./maxPool2d.ts";
import { mean } from "./mean.ts";
import { reshape } from "./reshape.ts";
import { batched, checkSides, imageSizes, type Pair } from "./sizes.ts";
import { where } from "./where.ts";

/** Output height and width: one number for both, or `[vertical, horizontal]`; null keeps the input's. */
export type AdaptiveSize = number | readonly [number | null, number | null];

/** The windows along an axis, each written out to the length of the longest. */
interface AdaptiveWindows {
  readonly count: number;
  readonly length: number;
  /** Pixels of all windows, one window after the other; a shorter one repeats its last pixel. */
  readonly pixels: Int32Array;
  /** Pixels of each window. */
  readonly sizes: Int32Array;
}

function adaptiveWindows(size: number, count: number): AdaptiveWindows {
  checkSides("adaptive pooling", [size, count]);
  const starts = Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
  const ends = Array.from({ length: count }, (_, i) => Math.ceil(((i + 1) * size) / count));
  const sizes = Int32Array.from(starts, (start, i) => (ends[i] as number) - start);
  const length = Math.max(...sizes);
  const pixels = starts.flatMap((start, i) =>
    Array.from({ length }, (_, k) => Math.min(start + k, (ends[i] as number) - 1)),
  );
  return { count, length, pixels: Int32Array.from(pixels), sizes };
}

/** The image with the windows along an axis side by side. */
function spread(x: Tensor, axis: 2 | 3, { pixels }: AdaptiveWindows): Tensor {
  const inPlace = pixels.length === x.shape[axis] && pixels.every((pixel, k) => pixel === k);
  return inPlace ? x : indexSelect(x, axis, Tensor.from(pixels));
}

/** Means of the windows along an axis: a mean over a window is the mean of the means of its rows. */
function meansAlong(x: Tensor, axis: 2 | 3, count: number): Tensor {
  const all = adaptiveWindows(x.shape[axis] as number, count);
  const { length, sizes } = all;
  const shape = [...x.shape.slice(0, axis), count, length, ...x.shape.slice(axis + 1)];
  const windows = reshape(spread(x, axis, all), shape);
  if (sizes.every((size) => size === length)) return mean(windows, axis + 1);
  // What repeats is left out, rather than multiplied by 0, which would turn infinities into NaN.
  const ones = x.shape.slice(axis + 1).map(() => 1);
  const counts = Tensor.from(sizes, { shape: [count, 1, ...ones] });
  const positions = reshape(arange(length), [1, length, ...ones]);
  const sums = where(positions.lt(counts), windows, 0).sum(axis + 1, { keepdim: true });
  return sums.div(counts).squeeze(axis + 1);
}

/**
 * The mean of each of as many windows as the output has pixels, as `torch.nn.functional.adaptive_avg_pool2d`.
 * @param x          image batch, NCHW, or one image without the batch axis
 * @param outputSize height and width of the output: a number or `[vertical, horizontal]`; null keeps the input's
 * @returns NCHW
 * @throws ShapeError if x is no image or has no pixels; OptionError if the size is no whole number from 1
 * @example adaptiveAvgPool2d(Tensor.ones([1, 6, 13, 13]), 5).shape // [1, 6, 5, 5]
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  return batched(x, (batch) => {
    const [height, width] = adaptiveSize("adaptiveAvgPool2d", batch, outputSize);
    const floats = cast(batch, "float32");
    if (height === 1 && width === 1) return mean(floats, [2, 3], { keepdim: true });
    return meansAlong(meansAlong(floats, 3, width), 2, height);
  });
}

/**
 * The largest pixel of each of as many windows as the output has pixels, as
 * `torch.nn.functional.adaptive_max_pool2d`. The gradient goes to the first maximum of a window.
 * @param x          image batch, NCHW, or one image without the batch axis
 * @param outputSize height and width of the output: a number or `[vertical, horizontal]`; null keeps the input's
 * @returns NCHW
 * @throws ShapeError if x is no image or has no pixels; OptionError if the size is no whole number from 1
 * @example adaptiveMaxPool2d(Tensor.ones([1, 6, 13, 13]), [5, null]).shape // [1, 6, 5, 13]
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  return batched(x, (batch) => {
    const [height, width] = adaptiveSize("adaptiveMaxPool2d", batch, outputSize);
    const rows = adaptiveWindows(batch.shape[2] as number, height);
    const columns = adaptiveWindows(batch.shape[3] as number, width);
    // A pixel that repeats comes after the first of its kind: it changes no maximum and takes no gradient.
    const side = spread(spread(cast(batch, "float32"), 2, rows), 3, columns);
    return maxPool2d(side, [rows.length, columns.length]);
  });
}

/** Output height and width, checked. */
function adaptiveSize(op: string, x: Tensor, outputSize: AdaptiveSize): Pair {
  const [, , height, width] = imageSizes(op, "x", x);
  if (height === 0 || width === 0) {
    throw shapeError(op, "the image has no pixels", { x: { shape: x.shape, layout: "NCHW" } });
  }
  const [vertical, horizontal] = checkAdaptiveSize(op, outputSize);
  return [vertical ?? height, horizontal ?? width];
}

/** Both numbers of an adaptive size, null where the input's is kept. */
export function checkAdaptiveSize(
  where: string,
  size: AdaptiveSize,
): readonly [number | null, number | null] {
  const both = typeof size === "number" ? ([size, size] as const) : size;
  const isSize = (n: unknown): boolean => n === null || (Number.isInteger(n) && (n as number) >= 1);
  if (!Array.isArray(both) || both.length !== 2 || !both.every(isSize)) {
    throw new OptionError(`${where}: outputSize is ${JSON.stringify(size)}`, {
      hint: "give a whole number from 1, or [vertical, horizontal] with null to keep a size",
    });
  }
  return both;
}
