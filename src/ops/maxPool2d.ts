// maxPool2d: the largest pixel of each window.
import { checkOptions } from "../tensor/errors.ts";
import { type CaseInput, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import type { ValuesAndIndices } from "./max.ts";
import { maxPool2dIndicesOp } from "./maxPool2dIndices.ts";
import { maxWindowsGrad } from "./maxWindows.ts";
import { checkDomain } from "./pointwise.ts";
import {
  type PoolParams,
  padImage,
  poolBorder,
  pooledSize,
  poolParams,
  windowsOf,
} from "./pooling.ts";
import { batched, imageSizes, type PairLike } from "./sizes.ts";
import { windows } from "./windows.ts";

const plain: PoolParams = {
  kernelSize: [2, 2],
  stride: [2, 2],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
};
const image = (...shape: number[]): CaseInput => ({ shape, values: "distinct" });

export const maxPool2dOp = defineOp<PoolParams>({
  name: "maxPool2d",
  shape([input], params) {
    const x = input as TensorType;
    checkDomain("maxPool2d", x.dtype, "float");
    const [batch, channels] = imageSizes("maxPool2d", "x", x);
    return {
      shape: [batch, channels, ...pooledSize("maxPool2d", x.shape, params)],
      dtype: x.dtype,
    };
  },
  backward({ grad, inputs: [input], params }) {
    const x = input as Tensor;
    const border = poolBorder("maxPool2d", x.shape, params);
    return [maxWindowsGrad(x, grad, { ...windowsOf(params), border })];
  },
  reference([input], output, { kernelSize, stride, padding, dilation }) {
    const { data, shape } = input as ReferenceArray;
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const [outHeight, outWidth] = output.shape.slice(2) as [number, number];
    let at = 0;
    for (let n = 0; n < batch * channels; n++) {
      for (let oh = 0; oh < outHeight; oh++) {
        for (let ow = 0; ow < outWidth; ow++) {
          let most = Number.NEGATIVE_INFINITY;
          for (let kh = 0; kh < kernelSize[0]; kh++) {
            const h = oh * stride[0] + kh * dilation[0] - padding[0];
            for (let kw = 0; kw < kernelSize[1]; kw++) {
              const w = ow * stride[1] + kw * dilation[1] - padding[2];
              if (h >= 0 && h < height && w >= 0 && w < width)
                most = Math.max(most, data[(n * height + h) * width + w] as number);
            }
          }
          output.data[at++] = most;
        }
      }
    }
  },
  lowering: {
    kind: "composite",
    build([input], params) {
      const x = input as Tensor;
      const padded = padImage(
        x,
        poolBorder("maxPool2d", x.shape, params),
        Number.NEGATIVE_INFINITY,
      );
      return windows(padded, windowsOf(params)).amax([4, 5]);
    },
  },
  cases: [
    { name: "2×2", inputs: [image(2, 3, 4, 6)], params: plain },
    { name: "2×2, a row and a column over", inputs: [image(1, 2, 5, 7)], params: plain },
    {
      name: "3×3, stride 2, padding 1",
      inputs: [image(1, 2, 7, 8)],
      params: { ...plain, kernelSize: [3, 3], padding: [1, 1, 1, 1] },
    },
    {
      name: "ceil mode",
      inputs: [image(1, 1, 5, 6)],
      params: { ...plain, kernelSize: [3, 2], ceilMode: true },
    },
    {
      name: "ceil mode, last window outside",
      inputs: [image(1, 1, 4, 4)],
      params: {
        ...plain,
        kernelSize: [2, 2],
        stride: [3, 3],
        padding: [1, 1, 1, 1],
        ceilMode: true,
      },
    },
    {
      name: "dilated",
      inputs: [image(1, 2, 7, 7)],
      params: { ...plain, stride: [1, 1], dilation: [2, 3] },
    },
    {
      name: "uneven padding",
      inputs: [image(1, 1, 5, 5)],
      params: { ...plain, kernelSize: [3, 3], padding: [0, 1, 1, 0] },
    },
    {
      name: "the whole image",
      inputs: [image(3, 1, 4, 4)],
      params: { ...plain, kernelSize: [4, 4] },
    },
    { name: "an empty batch", inputs: [image(0, 1, 4, 4)], params: plain },
    {
      name: "NaN and equal pixels",
      inputs: [{ shape: [1, 1, 2, 4], values: { data: [1, Number.NaN, 3, 3, 0, 2, 3, -1] } }],
      params: plain,
      gradient: false,
    },
    {
      name: "stride larger than the window",
      inputs: [image(5, 1, 7, 9)],
      params: { ...plain, stride: [3, 4] },
    },
    {
      name: "a window larger than the image, with padding",
      inputs: [image(3, 2, 2, 3)],
      params: { ...plain, kernelSize: [4, 5], padding: [2, 2, 1, 2] },
    },
    {
      name: "one pixel",
      inputs: [image(3, 5, 1, 1)],
      params: { ...plain, kernelSize: [1, 1], stride: [1, 1] },
    },
    { name: "4 images of odd size", inputs: [image(4, 3, 5, 7)], params: plain },
    {
      name: "a window too large",
      inputs: [image(1, 1, 1, 4)],
      params: plain,
      refused: /a window of 2×2 does not fit into the image/,
    },
  ],
});

export interface MaxPool2dOptions {
  /** Pixels between neighbouring windows; the window's size unless given. */
  readonly stride?: PairLike;
  /** Rows and columns of −∞ around the image. */
  readonly padding?: PairLike;
  /** Pixels between neighbouring elements of a window. */
  readonly dilation?: PairLike;
  /** Round sizes up, with windows that reach over the edge. */
  readonly ceilMode?: boolean;
  /** Also say where the largest pixels are (default false). */
  readonly returnIndices?: boolean;
}

/**
 * The largest pixel of each window, as `torch.nn.functional.max_pool2d`. The gradient goes to the first
 * maximum of a window.
 * @param x          image batch, NCHW, or one image without the batch axis
 * @param kernelSize the window's size: a number or `[vertical, horizontal]`
 * @param options    stride, padding, dilation: pixels, a number or `[vertical, horizontal]`; ceilMode;
 *                   returnIndices
 * @returns NCHW; with returnIndices `{ values, indices }`, where an index (int32) is row · width + column in the
 *          input image: that of the first of equal maxima, of the last NaN if there is one
 * @throws ShapeError if the window does not fit; OptionError if the padding is more than half of it
 * @example maxPool2d(Tensor.ones([1, 1, 4, 4]), 2).shape // [1, 1, 2, 2]
 * @example
 * await maxPool2d(Tensor.from([[[1, 5], [2, 3]]]), 2, { returnIndices: true }).indices.array() // [[[1]]]
 */
export function maxPool2d(
  x: Tensor,
  kernelSize: PairLike,
  options: MaxPool2dOptions & { readonly returnIndices: true },
): ValuesAndIndices;
export function maxPool2d(
  x: Tensor,
  kernelSize: PairLike,
  options?: MaxPool2dOptions & { readonly returnIndices?: false },
): Tensor;
export function maxPool2d(
  x: Tensor,
  kernelSize: PairLike,
  options: MaxPool2dOptions = {},
): Tensor | ValuesAndIndices {
  const names = ["stride", "padding", "dilation", "ceilMode", "returnIndices"];
  checkOptions("maxPool2d", options, names);
  const params = poolParams("maxPool2d", kernelSize, options);
  const values = batched(x, (batch) => apply(maxPool2dOp, [batch], params));
  if (options.returnIndices !== true) return values;
  const indices = batched(x.detach(), (batch) => apply(maxPool2dIndicesOp, [batch], params));
  return { values, indices };
}
