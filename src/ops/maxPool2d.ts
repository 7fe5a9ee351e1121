// maxPool2d: the largest pixel of each window.
import { checkOptions } from "../tensor/errors.ts";
import { type CaseInput, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { maxWindowsGrad } from "./maxWindows.ts";
import { checkDomain } from "./pointwise.ts";
import {
  checkPoolPadding,
  cropImage,
  type PoolParams,
  padImage,
  poolBorder,
  pooledSize,
  windowsOf,
} from "./pooling.ts";
import { batched, border, imageSizes, type PairLike, pair } from "./sizes.ts";
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
    const around = poolBorder("maxPool2d", x.shape, params);
    const padded = padImage(x, around, Number.NEGATIVE_INFINITY);
    return [cropImage(maxWindowsGrad(padded, grad, windowsOf(params)), around, x.shape)];
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
}

/**
 * The largest pixel of each window, as `torch.nn.functional.max_pool2d`. The gradient goes to the first
 * maximum of a window.
 * @param x          image batch, NCHW, or one image without the batch axis
 * @param kernelSize the window's size: a number or `[vertical, horizontal]`
 * @param options    stride, padding, dilation: pixels, a number or `[vertical, horizontal]`; ceilMode
 * @returns NCHW
 * @throws ShapeError if the window does not fit; OptionError if the padding is more than half of it
 * @example maxPool2d(Tensor.ones([1, 1, 4, 4]), 2).shape // [1, 1, 2, 2]
 */
export function maxPool2d(x: Tensor, kernelSize: PairLike, options: MaxPool2dOptions = {}): Tensor {
  checkOptions("maxPool2d", options, ["stride", "padding", "dilation", "ceilMode"]);
  const kernel = pair("maxPool2d", "kernelSize", kernelSize);
  const params: PoolParams = {
    kernelSize: kernel,
    stride: pair("maxPool2d", "stride", options.stride ?? kernel),
    padding: border("maxPool2d", options.padding ?? 0),
    dilation: pair("maxPool2d", "dilation", options.dilation ?? 1),
    ceilMode: options.ceilMode ?? false,
  };
  checkPoolPadding("maxPool2d", kernel, params.padding);
  return batched(x, (batch) => apply(maxPool2dOp, [batch], params));
}
