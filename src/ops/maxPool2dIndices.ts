// maxPool2dIndices: where the largest pixel of each window is, as the number of the pixel in its image.
import { type Case, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { arange } from "./arange.ts";
import { checkDomain } from "./pointwise.ts";
import { type PoolParams, padImage, poolBorder, pooledSize, windowsOf } from "./pooling.ts";
import { reshape } from "./reshape.ts";
import { imageSizes } from "./sizes.ts";
import { where } from "./where.ts";
import { windows } from "./windows.ts";

const plain: PoolParams = {
  kernelSize: [2, 2],
  stride: [2, 2],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
};

function indexCase(
  name: string,
  shape: readonly number[],
  params: Partial<PoolParams>,
  data?: readonly number[],
): Case<PoolParams> {
  const values = data === undefined ? ("distinct" as const) : { data };
  return { name, inputs: [{ shape, values }], params: { ...plain, ...params }, gradient: false };
}

export const maxPool2dIndicesOp = defineOp<PoolParams>({
  name: "maxPool2dIndices",
  shape([input], params) {
    const x = input as TensorType;
    checkDomain("maxPool2d", x.dtype, "float");
    const [batch, channels] = imageSizes("maxPool2d", "x", x);
    const size = pooledSize("maxPool2d", x.shape, params);
    return { shape: [batch, channels, ...size], dtype: "int32" };
  },
  reference([input], output, { kernelSize, stride, padding, dilation }) {
    const { data, shape } = input as ReferenceArray;
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const [outHeight, outWidth] = output.shape.slice(2) as [number, number];
    let at = 0;
    for (let n = 0; n < batch * channels; n++) {
      for (let oh = 0; oh < outHeight; oh++) {
        for (let ow = 0; ow < outWidth; ow++) {
          let best = -1;
          let most = Number.NEGATIVE_INFINITY;
          for (let kh = 0; kh < kernelSize[0]; kh++) {
            const h = oh * stride[0] + kh * dilation[0] - padding[0];
            for (let kw = 0; kw < kernelSize[1]; kw++) {
              const w = ow * stride[1] + kw * dilation[1] - padding[2];
              if (h < 0 || h >= height || w < 0 || w >= width) continue;
              const x = data[(n * height + h) * width + w] as number;
              if (best >= 0 && !(x > most) && !Number.isNaN(x)) continue;
              best = h * width + w;
              most = x;
            }
          }
          output.data[at++] = best;
        }
      }
    }
  },
  lowering: {
    kind: "composite",
    // The best pixel by a number that grows towards the first of equal maxima, and beyond those towards the
    // last NaN: one reduction finds it.
    build([input], params) {
      const x = input as Tensor;
      const [, , height, width] = x.shape as readonly [number, number, number, number];
      const pixels = height * width;
      const around = poolBorder("maxPool2d", x.shape, params);
      const seen = windows(padImage(x, around, Number.NEGATIVE_INFINITY), windowsOf(params));
      const numbers = reshape(arange(pixels), [1, 1, height, width]);
      const number = windows(padImage(numbers, around, -1), windowsOf(params));
      const isMissing = seen.ne(seen);
      const rank = where(isMissing, number.add(pixels), number.neg().add(pixels - 1));
      const isBest = seen.eq(seen.amax([4, 5], { keepdim: true })).logicalOr(isMissing);
      const best = where(isBest.logicalAnd(number.ge(0)), rank, -1).amax([4, 5]);
      return where(best.ge(pixels), best.sub(pixels), best.neg().add(pixels - 1));
    },
  },
  cases: [
    indexCase("2×2", [2, 3, 4, 6], {}),
    indexCase("4 images", [4, 1, 5, 7], { kernelSize: [3, 3] }),
    indexCase("padding", [1, 2, 7, 5], { kernelSize: [3, 3], padding: [1, 1, 1, 1] }),
    indexCase("ceil mode", [1, 1, 5, 6], { kernelSize: [3, 2], ceilMode: true }),
    indexCase("dilated", [1, 2, 7, 7], { stride: [1, 1], dilation: [2, 3] }),
    indexCase("one pixel", [3, 2, 1, 1], { kernelSize: [1, 1], stride: [1, 1] }),
    indexCase("an empty batch", [0, 1, 4, 4], {}),
    indexCase("equal pixels", [1, 1, 2, 4], { stride: [1, 1] }, [1, 1, 0, 0, 1, 1, 0, 0]),
    indexCase(
      "nothing but −∞, at the edge",
      [1, 1, 3, 3],
      { padding: [1, 1, 1, 1] },
      new Array(9).fill(Number.NEGATIVE_INFINITY),
    ),
    indexCase("NaN", [1, 1, 2, 4], {}, [
      1,
      Number.NaN,
      3,
      3,
      Number.NaN,
      2,
      3,
      Number.POSITIVE_INFINITY,
    ]),
  ],
});
