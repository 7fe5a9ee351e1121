// localResponseNorm: each element divided by a power of the squares in channels near its own.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { shapeError, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { avgPool2d } from "./avgPool2d.ts";
import { cast } from "./cast.ts";
import { checkDomain } from "./pointwise.ts";

interface LocalResponseNormParams {
  /** Channels in a window. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

const alexNet: LocalResponseNormParams = { size: 5, alpha: 0.5, beta: 0.75, k: 2 };

export const localResponseNormOp = defineOp<LocalResponseNormParams>({
  name: "localResponseNorm",
  shape([x]) {
    const { shape, dtype } = x as TensorType;
    checkDomain("localResponseNorm", dtype, "float");
    if (shape.length < 3) {
      throw shapeError("localResponseNorm", `x has ${shape.length} axes`, {
        x: { shape, layout: "needed: batch, channels, …" },
      });
    }
    return { shape, dtype };
  },
  reference([input], output, { size, alpha, beta, k }) {
    const { shape, data } = input as ReferenceArray;
    const [batch, channels, ...rest] = shape as readonly [number, number, ...number[]];
    const inner = sizeOf(rest);
    for (let n = 0; n < batch; n++) {
      for (let c = 0; c < channels; c++) {
        for (let i = 0; i < inner; i++) {
          let squares = 0;
          for (let j = 0; j < size; j++) {
            const near = c - Math.floor(size / 2) + j;
            if (near < 0 || near >= channels) continue;
            squares += (data[(n * channels + near) * inner + i] as number) ** 2;
          }
          const at = (n * channels + c) * inner + i;
          output.data[at] = (data[at] as number) / (k + (alpha * squares) / size) ** beta;
        }
      }
    }
  },
  lowering: {
    kind: "composite",
    // Channels as rows of an image: the sums are average pooling with a padding of zeros.
    build([input], { size, alpha, beta, k }) {
      const x = input as Tensor;
      const [batch, channels, ...rest] = x.shape as readonly [number, number, ...number[]];
      const squares = x.mul(x).reshape([batch, 1, channels, sizeOf(rest)]);
      const before = Math.floor(size / 2);
      const padding = [before, size - 1 - before, 0, 0] as const;
      const mean = avgPool2d(squares, [size, 1], { stride: 1, padding });
      return x.mul(mean.mul(alpha).add(k).pow(-beta).reshape(x.shape));
    },
  },
  cases: [
    { name: "five channels of seven", inputs: [{ shape: [2, 7, 3, 3] }], params: alexNet },
    {
      name: "an even window reaches further back",
      inputs: [{ shape: [1, 5, 2, 3] }],
      params: { ...alexNet, size: 4 },
    },
    {
      name: "a window larger than the channels",
      inputs: [{ shape: [3, 2, 1, 1] }],
      params: { ...alexNet, size: 7 },
    },
    {
      name: "the channel alone, of a sequence",
      inputs: [{ shape: [2, 3, 5] }],
      params: { size: 1, alpha: 1, beta: 0.5, k: 1 },
    },
    {
      name: "PyTorch's defaults",
      inputs: [{ shape: [4, 5, 3, 1] }],
      params: { size: 3, alpha: 1e-4, beta: 0.75, k: 1 },
    },
    { name: "an empty batch", inputs: [{ shape: [0, 3, 2, 2] }], params: alexNet },
    {
      name: "vectors",
      inputs: [{ shape: [3, 5] }],
      params: alexNet,
      refused: /localResponseNorm: x has 2 axes/,
    },
    {
      name: "integers",
      inputs: [{ shape: [1, 3, 2], dtype: "int32" }],
      params: alexNet,
      refused: /takes float32, got int32/,
    },
  ],
});

export interface LocalResponseNormOptions {
  /** Factor of the mean of squares (default 1e-4). */
  readonly alpha?: number;
  /** Exponent (default 0.75). */
  readonly beta?: number;
  /** Added to the mean of squares (default 1). */
  readonly k?: number;
}

/**
 * Local response normalisation, as `torch.nn.functional.local_response_norm`.
 *
 *     y[n, c, …] = x[n, c, …] / (k + alpha/size · Σ_j x[n, j, …]²)^beta
 *
 * with j from c − ⌊size/2⌋ to c + ⌊(size − 1)/2⌋; channels outside count as 0. (In the paper alpha is not divided by size.)
 *
 * @param x       `[batch, channels, …]`
 * @param size    channels in a window
 * @param options alpha, beta, k
 * @returns the shape of x
 * @throws ShapeError if x has fewer than three axes; OptionError for an impossible size
 * @example await localResponseNorm(Tensor.from([[[3], [4]]]), 1, { alpha: 1, beta: 0.5, k: 0 }).array() // [[[1], [1]]]
 * @see Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks"
 */
export function localResponseNorm(
  x: Tensor,
  size: number,
  options: LocalResponseNormOptions = {},
): Tensor {
  checkOptions("localResponseNorm", options, ["alpha", "beta", "k"]);
  if (!Number.isInteger(size) || size < 1) {
    throw new OptionError(`localResponseNorm: size is ${size}, not a positive whole number`);
  }
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  return apply(localResponseNormOp, [cast(x, "float32")], { size, alpha, beta, k });
}
