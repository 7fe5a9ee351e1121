// conv2d and its two gradients. Convolution is linear in x and in the weight, so each of the three is
// the gradient of the others, and gradients of any order stay among them.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { type Shape, shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { geometries, outShape, refused, unit } from "./conv2dCases.ts";
import { type Conv2dParams, forTriples } from "./conv2dLoops.ts";
import { addBias, checkGroups } from "./convolution.ts";
import { checkDomain, commonDtype } from "./pointwise.ts";
import {
  batched,
  border,
  imageSizes,
  type PaddingLike,
  type Pair,
  type PairLike,
  pair,
  samePadding,
  slidingSize,
} from "./sizes.ts";

export type { Conv2dParams } from "./conv2dLoops.ts";

interface InputGradParams extends Conv2dParams {
  /** Height and width of x. */
  readonly inputSize: Pair;
}

interface WeightGradParams extends Conv2dParams {
  /** Height and width of the kernel. */
  readonly kernelSize: Pair;
}

export const conv2dOp = defineOp<Conv2dParams>({
  name: "conv2d",
  shape(inputs, params) {
    const [x, weight] = inputs as readonly [TensorType, TensorType];
    checkDomain("conv2d", commonDtype("conv2d", inputs), "float");
    const [batch] = imageSizes("conv2d", "x", x);
    const [outChannels] = imageSizes("conv2d", "weight", weight, "OIHW");
    checkChannels(x.shape, weight.shape, params.groups);
    const kernel = weight.shape.slice(2) as unknown as Pair;
    return {
      shape: [batch, outChannels, ...slidingSize("conv2d", x.shape, kernel, params)],
      dtype: x.dtype,
    };
  },
  backward({ grad, inputs, params }) {
    const [x, weight] = inputs as [Tensor, Tensor];
    return [
      conv2dInputGrad(grad, weight, params, sizeOfImage(x)),
      conv2dWeightGrad(x, grad, params, sizeOfImage(weight)),
    ];
  },
  reference(inputs, output, params) {
    const [x, weight] = inputs as readonly [ReferenceArray, ReferenceArray];
    const y = output.data.fill(0);
    forTriples(x.shape, weight.shape, output.shape, params, (i, k, o) => {
      y[o] = (y[o] as number) + (x.data[i] as number) * (weight.data[k] as number);
    });
  },
  lowering: { kind: "kernel" },
  cases: [
    ...geometries.map(({ name, x, weight, params }) => ({
      name,
      inputs: [{ shape: x }, { shape: weight }],
      params,
    })),
    ...refused,
  ],
});

export const conv2dInputGradOp = defineOp<InputGradParams>({
  name: "conv2dInputGrad",
  shape(inputs, { inputSize, groups }) {
    const [grad, weight] = inputs as readonly [TensorType, TensorType];
    checkDomain("conv2dInputGrad", commonDtype("conv2dInputGrad", inputs), "float");
    const [batch, channels] = imageSizes("conv2dInputGrad", "grad", grad);
    const [outChannels, perGroup] = imageSizes("conv2dInputGrad", "weight", weight, "OIHW");
    if (channels !== outChannels) {
      throw shapeError(
        "conv2dInputGrad",
        `grad has ${channels} channels, weight gives ${outChannels}`,
        { grad: grad.shape, weight: weight.shape },
      );
    }
    return { shape: [batch, perGroup * groups, ...inputSize], dtype: grad.dtype };
  },
  // Linear in both: v stands where x stood in conv2d(x, weight) → grad.
  backward({ grad: v, inputs, params }) {
    const [grad, weight] = inputs as [Tensor, Tensor];
    const plain = plainParams(params);
    return [
      apply(conv2dOp, [v, weight], plain),
      conv2dWeightGrad(v, grad, plain, sizeOfImage(weight)),
    ];
  },
  reference(inputs, output, params) {
    const [grad, weight] = inputs as readonly [ReferenceArray, ReferenceArray];
    const x = output.data.fill(0);
    forTriples(output.shape, weight.shape, grad.shape, params, (i, k, o) => {
      x[i] = (x[i] as number) + (grad.data[o] as number) * (weight.data[k] as number);
    });
  },
  lowering: { kind: "kernel" },
  cases: [
    ...geometries.map(({ name, x, weight, params }) => ({
      name,
      inputs: [{ shape: outShape(x, weight, params) }, { shape: weight }],
      params: { ...params, inputSize: x.slice(2) as unknown as Pair },
    })),
    {
      name: "channels that differ",
      inputs: [{ shape: [1, 2, 3, 3] }, { shape: [3, 2, 3, 3] }],
      params: { ...unit, inputSize: [5, 5] },
      refused: /grad has 2 channels, weight gives 3/,
    },
  ],
});

export const conv2dWeightGradOp = defineOp<WeightGradParams>({
  name: "conv2dWeightGrad",
  shape(inputs, { kernelSize, groups }) {
    const [x, grad] = inputs as readonly [TensorType, TensorType];
    checkDomain("conv2dWeightGrad", commonDtype("conv2dWeightGrad", inputs), "float");
    const [batch, inChannels] = imageSizes("conv2dWeightGrad", "x", x);
    const [gradBatch, outChannels] = imageSizes("conv2dWeightGrad", "grad", grad);
    if (batch !== gradBatch) {
      throw shapeError("conv2dWeightGrad", `x has ${batch} images, grad has ${gradBatch}`, {
        x: x.shape,
        grad: grad.shape,
      });
    }
    return { shape: [outChannels, inChannels / groups, ...kernelSize], dtype: x.dtype };
  },
  // Linear in both: v stands where the weight stood in conv2d(x, weight) → grad.
  backward({ grad: v, inputs, params }) {
    const [x, grad] = inputs as [Tensor, Tensor];
    const plain = plainParams(params);
    return [conv2dInputGrad(grad, v, plain, sizeOfImage(x)), apply(conv2dOp, [x, v], plain)];
  },
  reference(inputs, output, params) {
    const [x, grad] = inputs as readonly [ReferenceArray, ReferenceArray];
    const weight = output.data.fill(0);
    forTriples(x.shape, output.shape, grad.shape, params, (i, k, o) => {
      weight[k] = (weight[k] as number) + (x.data[i] as number) * (grad.data[o] as number);
    });
  },
  lowering: { kind: "kernel" },
  cases: [
    ...geometries.map(({ name, x, weight, params }) => ({
      name,
      inputs: [{ shape: x }, { shape: outShape(x, weight, params) }],
      params: { ...params, kernelSize: weight.slice(2) as unknown as Pair },
    })),
    {
      name: "batches that differ",
      inputs: [{ shape: [2, 2, 5, 5] }, { shape: [3, 3, 3, 3] }],
      params: { ...unit, kernelSize: [3, 3] },
      refused: /x has 2 images, grad has 3/,
    },
  ],
});

export interface Conv2dOptions {
  /** Input pixels between neighbouring outputs. */
  readonly stride?: PairLike;
  /** Rows and columns of zeros around the image; "same" keeps its size. */
  readonly padding?: PaddingLike;
  /** Input pixels between neighbouring kernel elements. */
  readonly dilation?: PairLike;
  /** Divides the channels into groups that do not see each other. */
  readonly groups?: number;
}

/**
 * 2-D convolution (cross-correlation: the kernel is not flipped, as everywhere in deep learning).
 *
 *     y[n, o, i, j] = bias[o] + Σ_c Σ_u Σ_v  x[n, c, i·stride + u·dilation − padding, …] · weight[o, c, u, v]
 *
 * @param x       image batch, NCHW `[batch, inChannels, height, width]`, or one image without the batch axis
 * @param weight  filters, OIHW `[outChannels, inChannels / groups, kernelHeight, kernelWidth]`
 * @param bias    `[outChannels]`, or null
 * @param options stride, padding, dilation: input pixels, a number or `[vertical, horizontal]`, padding also
 *                `[top, bottom, left, right]`, "same" or "valid"; groups: divides both channel counts
 * @returns NCHW `[batch, outChannels, outHeight, outWidth]`, sizes by {@link outSize}
 * @throws ShapeError if channels and groups disagree, or the dilated kernel is larger than the padded image;
 *         OptionError for unknown options or impossible values
 * @example
 * conv2d(Tensor.ones([1, 1, 4, 4]), Tensor.ones([1, 1, 3, 3]), null, { padding: 1 }).shape // [1, 1, 4, 4]
 * @see Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv2dOptions = {},
): Tensor {
  checkOptions("conv2d", options, ["stride", "padding", "dilation", "groups"]);
  imageSizes("conv2d", "weight", weight, "OIHW");
  const params = conv2dParams(options, weight.shape.slice(2) as unknown as Pair);
  return batched(x, (batch) => {
    const y = apply(conv2dOp, [cast(batch, "float32"), weight], params);
    return addBias("conv2d", y, bias);
  });
}

/** Params from what people write. @internal */
export function conv2dParams(options: Conv2dOptions, kernel: Pair): Conv2dParams {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const strides = pair("conv2d", "stride", stride);
  const dilations = pair("conv2d", "dilation", dilation);
  checkGroups("conv2d", groups);
  if (typeof padding === "string") {
    if (padding !== "same" && padding !== "valid") {
      throw new OptionError(`conv2d: padding is "${padding as string}"`, {
        hint: 'use "same", "valid" or numbers',
      });
    }
    if (padding === "same" && (strides[0] !== 1 || strides[1] !== 1)) {
      throw new OptionError(`conv2d: padding "same" needs stride 1, got ${strides.join(", ")}`, {
        hint: "give the padding as numbers",
      });
    }
  }
  const around =
    padding === "valid" ? 0 : padding === "same" ? samePadding(kernel, dilations) : padding;
  return { stride: strides, padding: border("conv2d", around), dilation: dilations, groups };
}

/** Gradient of the image: what a transposed convolution computes. @internal */
export function conv2dInputGrad(
  grad: Tensor,
  weight: Tensor,
  params: Conv2dParams,
  inputSize: Pair,
): Tensor {
  return apply(conv2dInputGradOp, [grad, weight], { ...params, inputSize });
}

/** Gradient of the filters: the correlation of the images with the gradient. @internal */
export function conv2dWeightGrad(
  x: Tensor,
  grad: Tensor,
  params: Conv2dParams,
  kernelSize: Pair,
): Tensor {
  return apply(conv2dWeightGradOp, [x, grad], { ...params, kernelSize });
}

function checkChannels(x: Shape, weight: Shape, groups: number): void {
  const channels = x[1] as number;
  const outChannels = weight[0] as number;
  const expected = (weight[1] as number) * groups;
  const facts = {
    x: { shape: x, layout: "NCHW" },
    weight: {
      shape: weight,
      layout:
        groups === 1
          ? "OIHW"
          : `OIHW, ${groups} groups: ${weight[1]} × ${groups} = ${expected} input channels`,
    },
  };
  if (channels !== expected) {
    const last = x[3] === expected;
    const hint =
      channels === 4 && expected === 3
        ? "drop the alpha channel: x.slice(1, 0, 3)"
        : last
          ? "channels seem to come last: x.permute(0, 3, 1, 2)"
          : undefined;
    throw shapeError(
      "conv2d",
      `x has ${channels} channels, weight expects ${expected}`,
      facts,
      hint,
    );
  }
  if (outChannels % groups !== 0) {
    throw shapeError(
      "conv2d",
      `${outChannels} output channels do not divide into ${groups} groups`,
      facts,
    );
  }
}

function sizeOfImage({ shape }: { readonly shape: Shape }): Pair {
  return [shape[2] as number, shape[3] as number];
}

/** Without the sizes that only one of the gradients needs. */
function plainParams({ stride, padding, dilation, groups }: Conv2dParams): Conv2dParams {
  return { stride, padding, dilation, groups };
}
