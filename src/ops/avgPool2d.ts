// avgPool2d: the mean of each window.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import type { Shape } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { arange } from "./arange.ts";
import { cast } from "./cast.ts";
import { checkDomain } from "./pointwise.ts";
import {
  cropImage,
  type PoolParams,
  padImage,
  poolBorder,
  pooledSize,
  poolParams,
  windowsOf,
} from "./pooling.ts";
import { batched, imageSizes, type Pair, type PairLike } from "./sizes.ts";
import { foldWindows, windows } from "./windows.ts";

interface AvgPoolParams extends PoolParams {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

const plain: AvgPoolParams = {
  kernelSize: [2, 2],
  stride: [2, 2],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
  countIncludePad: true,
  divisorOverride: null,
};

export const avgPool2dOp = defineOp<AvgPoolParams>({
  name: "avgPool2d",
  shape([input], params) {
    const x = input as TensorType;
    checkDomain("avgPool2d", x.dtype, "float");
    const [batch, channels] = imageSizes("avgPool2d", "x", x);
    return {
      shape: [batch, channels, ...pooledSize("avgPool2d", x.shape, params)],
      dtype: x.dtype,
    };
  },
  backward({ grad, inputs: [input], params }) {
    const x = input as Tensor;
    const around = poolBorder("avgPool2d", x.shape, params);
    const [, , outHeight, outWidth] = grad.shape;
    const padded: Pair = [
      (x.shape[2] as number) + around[0] + around[1],
      (x.shape[3] as number) + around[2] + around[3],
    ];
    const shares = divide(grad, x.shape, params).reshape([...grad.shape, 1, 1]);
    const spread = shares.expand([
      ...grad.shape.slice(0, 2),
      outHeight as number,
      outWidth as number,
      ...params.kernelSize,
    ]);
    return [cropImage(foldWindows(spread, windowsOf(params), padded), around, x.shape)];
  },
  reference([input], output, params) {
    const { data, shape } = input as ReferenceArray;
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const { kernelSize, stride, padding, countIncludePad, divisorOverride } = params;
    const [outHeight, outWidth] = output.shape.slice(2) as [number, number];
    let at = 0;
    for (let n = 0; n < batch * channels; n++) {
      for (let oh = 0; oh < outHeight; oh++) {
        for (let ow = 0; ow < outWidth; ow++) {
          const [top, left] = [oh * stride[0] - padding[0], ow * stride[1] - padding[2]];
          // The padded image ends here; a window of ceil mode that reaches further is cut.
          const bottom = Math.min(top + kernelSize[0], height + padding[1]);
          const right = Math.min(left + kernelSize[1], width + padding[3]);
          let total = 0;
          let inside = 0;
          for (let h = top; h < bottom; h++) {
            for (let w = left; w < right; w++) {
              if (h < 0 || h >= height || w < 0 || w >= width) continue;
              total += data[(n * height + h) * width + w] as number;
              inside++;
            }
          }
          output.data[at++] =
            total /
            (divisorOverride ?? (countIncludePad ? (bottom - top) * (right - left) : inside));
        }
      }
    }
  },
  lowering: {
    kind: "composite",
    build([input], params) {
      const x = input as Tensor;
      const padded = padImage(x, poolBorder("avgPool2d", x.shape, params), 0);
      return divide(windows(padded, windowsOf(params)).sum([4, 5]), x.shape, params);
    },
  },
  cases: [
    { name: "2×2", inputs: [{ shape: [2, 3, 4, 6] }], params: plain },
    { name: "2×2, a row and a column over", inputs: [{ shape: [1, 2, 5, 7] }], params: plain },
    {
      name: "3×3, stride 2, padding 1",
      inputs: [{ shape: [1, 2, 7, 8] }],
      params: { ...plain, kernelSize: [3, 3], padding: [1, 1, 1, 1] },
    },
    {
      name: "padding not counted",
      inputs: [{ shape: [1, 2, 6, 5] }],
      params: { ...plain, kernelSize: [3, 3], padding: [1, 1, 1, 1], countIncludePad: false },
    },
    {
      name: "ceil mode",
      inputs: [{ shape: [1, 1, 5, 6] }],
      params: { ...plain, kernelSize: [3, 2], ceilMode: true },
    },
    {
      name: "ceil mode with padding",
      inputs: [{ shape: [1, 1, 6, 6] }],
      params: { ...plain, kernelSize: [3, 3], padding: [1, 1, 1, 1], ceilMode: true },
    },
    {
      name: "ceil mode, padding not counted",
      inputs: [{ shape: [1, 1, 6, 6] }],
      params: {
        ...plain,
        kernelSize: [3, 3],
        padding: [1, 1, 1, 1],
        ceilMode: true,
        countIncludePad: false,
      },
    },
    {
      name: "a divisor of its own",
      inputs: [{ shape: [1, 1, 4, 4] }],
      params: { ...plain, divisorOverride: 3 },
    },
    {
      name: "overlapping windows",
      inputs: [{ shape: [1, 1, 5, 6] }],
      params: { ...plain, kernelSize: [3, 2], stride: [1, 1] },
    },
    {
      name: "the whole image",
      inputs: [{ shape: [3, 2, 4, 4] }],
      params: { ...plain, kernelSize: [4, 4] },
    },
    { name: "an empty batch", inputs: [{ shape: [0, 1, 4, 4] }], params: plain },
    {
      name: "stride larger than the window",
      inputs: [{ shape: [5, 1, 7, 9] }],
      params: { ...plain, stride: [3, 4] },
    },
    {
      name: "a window larger than the image, padding not counted",
      inputs: [{ shape: [3, 2, 2, 3] }],
      params: { ...plain, kernelSize: [4, 5], padding: [2, 2, 1, 2], countIncludePad: false },
    },
    {
      name: "one pixel",
      inputs: [{ shape: [3, 5, 1, 1] }],
      params: { ...plain, kernelSize: [1, 1], stride: [1, 1] },
    },
    { name: "4 images of odd size", inputs: [{ shape: [4, 3, 5, 7] }], params: plain },
    {
      name: "a window too large",
      inputs: [{ shape: [1, 1, 1, 4] }],
      params: plain,
      refused: /a window of 2×2 does not fit into the image/,
    },
  ],
});

/** Sums over windows, or gradients of means, divided by the number of pixels in each window. */
function divide(x: Tensor, image: Shape, params: AvgPoolParams): Tensor {
  const { kernelSize, divisorOverride } = params;
  if (divisorOverride !== null) return x.mul(1 / divisorOverride);
  const [rows, columns] = [counts(0, image, params), counts(1, image, params)];
  if (rows === null && columns === null) return x.mul(1 / (kernelSize[0] * kernelSize[1]));
  const vertical = rows === null ? kernelSize[0] : rows.reshape([-1, 1]);
  return x.div(
    typeof vertical === "number"
      ? (columns as Tensor).mul(vertical)
      : vertical.mul(columns ?? kernelSize[1]),
  );
}

/** Number of pixels of each window along an axis, as floats; null if it is the kernel's size everywhere. */
function counts(axis: 0 | 1, image: Shape, params: AvgPoolParams): Tensor | null {
  const { kernelSize, stride, padding, countIncludePad } = params;
  const size = image[axis + 2] as number;
  const [before, after] = [padding[2 * axis] as number, padding[2 * axis + 1] as number];
  const [low, high] = countIncludePad ? [-before, size + after] : [0, size];
  const length = pooledSize("avgPool2d", image, params)[axis];
  const lastStart = (length - 1) * stride[axis] - before;
  if (-before >= low && lastStart + kernelSize[axis] <= high) return null;
  const start = arange(length).mul(stride[axis]).sub(before);
  return cast(start.add(kernelSize[axis]).clamp(null, high).sub(start.clamp(low)), "float32");
}

export interface AvgPool2dOptions {
  /** Pixels between neighbouring windows; the window's size unless given. */
  readonly stride?: PairLike;
  /** Rows and columns of zeros around the image. */
  readonly padding?: PairLike;
  /** Round sizes up, with windows that reach over the edge. */
  readonly ceilMode?: boolean;
  /** Do zeros of the padding count as pixels? */
  readonly countIncludePad?: boolean;
  /** Divide by this number instead of the number of pixels. */
  readonly divisorOverride?: number | null;
}

/**
 * The mean of each window, as `torch.nn.functional.avg_pool2d`.
 * @param x          image batch, NCHW, or one image without the batch axis
 * @param kernelSize the window's size: a number or `[vertical, horizontal]`
 * @param options    stride, padding: pixels, a number or `[vertical, horizontal]`; ceilMode; countIncludePad
 *                   (true unless given); divisorOverride
 * @returns NCHW
 * @throws ShapeError if the window does not fit; OptionError if the padding is more than half of it
 * @example avgPool2d(Tensor.ones([1, 1, 4, 4]), 2).shape // [1, 1, 2, 2]
 */
export function avgPool2d(x: Tensor, kernelSize: PairLike, options: AvgPool2dOptions = {}): Tensor {
  checkOptions("avgPool2d", options, [
    "stride",
    "padding",
    "ceilMode",
    "countIncludePad",
    "divisorOverride",
  ]);
  const divisorOverride = options.divisorOverride ?? null;
  if (divisorOverride === 0) throw new OptionError("avgPool2d: divisorOverride is 0");
  const params: AvgPoolParams = {
    ...poolParams("avgPool2d", kernelSize, options),
    countIncludePad: options.countIncludePad ?? true,
    divisorOverride,
  };
  return batched(x, (batch) => apply(avgPool2dOp, [cast(batch, "float32")], params));
}
