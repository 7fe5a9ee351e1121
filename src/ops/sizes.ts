// Arguments that differ by axis, and the sizes of what slides over an image: shared by convolution and
// pooling.
import { OptionError } from "../tensor/errors.ts";
import type { TensorType } from "../tensor/op.ts";
import { type Shape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** `[vertical, horizontal]`. */
export type Pair = readonly [number, number];
/** `[top, bottom, left, right]`. */
export type Border = readonly [number, number, number, number];

/** A size for both axes, or `[vertical, horizontal]`. */
export type PairLike = number | readonly number[];
/** One number, `[vertical, horizontal]` or `[top, bottom, left, right]`; "same" keeps the size, "valid" adds nothing. */
export type PaddingLike = number | readonly number[] | "same" | "valid";

/** Two whole numbers, each at least `least`. */
export function pair(op: string, name: string, value: PairLike, least = 1): Pair {
  const numbers = typeof value === "number" ? [value, value] : value;
  if (numbers.length !== 2 || !numbers.every((n) => Number.isInteger(n) && n >= least)) {
    throw new OptionError(`${op}: ${name} is ${JSON.stringify(value)}`, {
      hint: `give a whole number from ${least}, or [vertical, horizontal]`,
    });
  }
  return [numbers[0] as number, numbers[1] as number];
}

/** Four whole numbers, `[top, bottom, left, right]`. */
export function border(op: string, value: number | readonly number[]): Border {
  const numbers = typeof value === "number" ? [value, value] : value;
  if (![2, 4].includes(numbers.length) || !numbers.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new OptionError(`${op}: padding is ${JSON.stringify(value)}`, {
      hint: "give a whole number from 0, [vertical, horizontal] or [top, bottom, left, right]",
    });
  }
  const [a, b, c, d] = numbers as [number, number, number, number];
  return numbers.length === 2 ? [a, a, b, b] : [a, b, c, d];
}

/** Padding that keeps the size at stride 1; an odd pixel goes below and to the right, as in PyTorch. */
export function samePadding(kernel: Pair, dilation: Pair): Border {
  const vertical = dilation[0] * (kernel[0] - 1);
  const horizontal = dilation[1] * (kernel[1] - 1);
  const [top, left] = [Math.floor(vertical / 2), Math.floor(horizontal / 2)];
  return [top, vertical - top, left, horizontal - left];
}

/**
 * ⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, with `padding` before and after together.
 * @example outSize(28, 5, 1, 4, 1) // 28
 * @see Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
export function outSize(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): number {
  return Math.floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** The sizes of an image batch, or an error that says what was expected. */
export function imageSizes(
  op: string,
  name: string,
  { shape }: TensorType,
  layout = "NCHW",
): [number, number, number, number] {
  if (shape.length === 4) return shape as unknown as [number, number, number, number];
  const hint =
    shape.length === 3 && layout === "NCHW" ? `add a batch axis: ${name}.unsqueeze(0)` : undefined;
  throw shapeError(
    op,
    `${name} has ${shape.length} axes, not the four of ${layout}`,
    { [name]: shape },
    hint,
  );
}

/** Pixels along a side for which ops write down where each comes from, at most. */
const longestSide = 100_000;

/** Refuses sides whose lists of pixels would not fit into memory, before they are made. */
export function checkSides(op: string, sides: readonly number[]): void {
  const long = sides.find((side) => side > longestSide);
  if (long === undefined) return;
  throw shapeError(op, `${long} pixels along a side are too many: at most ${longestSide}`, {});
}

/** Runs an op for image batches on `[channels, height, width]` too. */
export function batched(x: Tensor, body: (batch: Tensor) => Tensor): Tensor {
  return x.ndim === 3 ? body(x.unsqueeze(0)).squeeze(0) : body(x);
}

/** Output height and width of something that slides, or an error if it does not fit even once. */
export function slidingSize(
  op: string,
  image: Shape,
  kernel: Pair,
  {
    stride,
    padding,
    dilation,
  }: { readonly stride: Pair; readonly padding: Border; readonly dilation: Pair },
): Pair {
  const [height, width] = image.slice(-2) as [number, number];
  const [top, bottom, left, right] = padding;
  const size: Pair = [
    outSize(height, kernel[0], stride[0], top + bottom, dilation[0]),
    outSize(width, kernel[1], stride[1], left + right, dilation[1]),
  ];
  if (size[0] < 1 || size[1] < 1) {
    const span = kernel.map((n, axis) => (dilation[axis] as number) * (n - 1) + 1);
    throw shapeError(
      op,
      `a kernel of ${span.join("×")} does not fit into an image of ${height + top + bottom}×${width + left + right}`,
      {
        image: { shape: image, layout: "NCHW" },
        kernel,
        padding: { shape: padding, layout: "top, bottom, left, right" },
      },
      "pad the image, or make the kernel smaller",
    );
  }
  return size;
}
