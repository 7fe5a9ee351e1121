// standardize: values shifted and scaled to mean 0 and variance 1 along some axes, then by learned
// numbers. Batch, layer, group and instance normalisation are this with other axes.
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { broadcastShapes, type Shape, sameShape, shapeError, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { broadcastOffsets } from "./loops.ts";
import { checkDomain } from "./pointwise.ts";
import { reducedShape, reducedSize } from "./reduce.ts";

export interface StandardizeParams {
  /** Mean and variance are taken along these axes, sorted. */
  readonly axes: readonly number[];
  /** Added to the variance. */
  readonly eps: number;
  /** Is there a factor, the input after x? */
  readonly hasWeight: boolean;
  /** Is there a summand, the last input? */
  readonly hasBias: boolean;
}

/** The learned numbers among the inputs from `first` on. */
export function affineOf<T>(
  inputs: readonly T[],
  first: number,
  { hasWeight, hasBias }: { readonly hasWeight: boolean; readonly hasBias: boolean },
): { readonly weight: T | undefined; readonly bias: T | undefined } {
  return {
    weight: hasWeight ? inputs[first] : undefined,
    bias: hasBias ? inputs[first + Number(hasWeight)] : undefined,
  };
}

/** Throws unless all inputs are floats, and those after x broadcast to its shape. */
export function checkAffine(op: string, inputs: readonly TensorType[]): TensorType {
  const [x, ...others] = inputs as readonly [TensorType, ...TensorType[]];
  for (const { dtype } of inputs) checkDomain(op, dtype, "float");
  for (const { shape } of others) {
    if (!sameShape(broadcastShapes(op, [x.shape, shape]), x.shape)) {
      throw shapeError(op, "the learned numbers have more elements than x", {
        x: x.shape,
        learned: shape,
      });
    }
  }
  return { shape: x.shape, dtype: "float32" };
}

interface Centred {
  /** x − mean. */
  readonly centred: Tensor;
  /** Biased, with the axes kept at size 1. */
  readonly variance: Tensor;
  readonly mean: Tensor;
}

/** x about its mean along the axes. Equal calls are computed once in a plan. */
export function centre(x: Tensor, axes: readonly number[]): Centred {
  const mean = x.mean(axes, { keepdim: true });
  const centred = x.sub(mean);
  return { mean, centred, variance: centred.mul(centred).mean(axes, { keepdim: true }) };
}

/** centred / √(variance + eps) · weight + bias. The factors meet first: they are the smaller tensors. */
export function rescale(
  centred: Tensor,
  variance: Tensor,
  eps: number,
  { weight, bias }: { readonly weight: Tensor | undefined; readonly bias: Tensor | undefined },
): Tensor {
  const factor = variance.add(eps).rsqrt();
  const scaled = centred.mul(weight === undefined ? factor : factor.mul(weight));
  return bias === undefined ? scaled : scaled.add(bias);
}

export const standardizeOp = defineOp<StandardizeParams>({
  name: "standardize",
  shape: (inputs) => checkAffine("standardize", inputs),
  // With x̂ = (x − mean) · factor and h = grad · weight, the gradient of x is
  // factor · (h − mean(h) − x̂ · mean(h · x̂)). Two sums of one pass serve all three gradients.
  backward({ grad, inputs, params }) {
    const { axes, eps } = params;
    const x = inputs[0] as Tensor;
    const { weight, bias } = affineOf(inputs, 1, params);
    const { centred, variance } = centre(x, axes);
    const factor = variance.add(eps).rsqrt();
    const count = reducedSize(x.shape, axes);
    // A weight that is the same along the axes goes before the sums.
    const isOutside = weight === undefined || isConstantAlong(weight.shape, axes, x.ndim);
    const h = isOutside ? grad : grad.mul(weight);
    const total = h.sum(axes, { keepdim: true });
    const dot = h.mul(centred).sum(axes, { keepdim: true });
    const pull = factor
      .mul(factor)
      .mul(dot)
      .mul(1 / count);
    const outer = isOutside && weight !== undefined ? factor.mul(weight) : factor;
    const gradients: Tensor[] = [
      h
        .sub(total.mul(1 / count))
        .sub(centred.mul(pull))
        .mul(outer),
    ];
    if (weight !== undefined) {
      const each = isOutside ? dot.mul(factor) : grad.mul(centred.mul(factor));
      gradients.push(each.sumToSize(weight.shape));
    }
    if (bias !== undefined) {
      const isSummed = isOutside && isConstantAlong(bias.shape, axes, x.ndim);
      gradients.push((isSummed ? total : grad).sumToSize(bias.shape));
    }
    return gradients;
  },
  reference(inputs, output, params) {
    const { axes, eps } = params;
    const x = inputs[0] as ReferenceArray;
    const groups = reducedShape(x.shape, axes, true);
    const offsets = broadcastOffsets(groups, x.shape);
    const count = reducedSize(x.shape, axes);
    const means = new Float64Array(sizeOf(groups));
    const variances = new Float64Array(sizeOf(groups));
    x.data.forEach((value, i) => {
      const at = offsets[i] as number;
      means[at] = (means[at] as number) + value / count;
    });
    x.data.forEach((value, i) => {
      const at = offsets[i] as number;
      variances[at] = (variances[at] as number) + (value - (means[at] as number)) ** 2 / count;
    });
    const { weight, bias } = affineValues(inputs, 1, output.shape, params);
    x.data.forEach((value, i) => {
      const at = offsets[i] as number;
      const spread = Math.sqrt((variances[at] as number) + eps);
      output.data[i] = ((value - (means[at] as number)) / spread) * weight(i) + bias(i);
    });
  },
  lowering: {
    kind: "composite",
    build(inputs, params) {
      const { centred, variance } = centre(inputs[0] as Tensor, params.axes);
      return rescale(centred, variance, params.eps, affineOf(inputs, 1, params));
    },
  },
  cases: [
    ...[
      { name: "channels of images", shape: [3, 5, 2, 3], axes: [0, 2, 3], learned: [1, 5, 1, 1] },
      { name: "rows", shape: [4, 7], axes: [1], learned: [7] },
      { name: "images", shape: [2, 3, 3, 5], axes: [1, 2, 3], learned: [3, 3, 5] },
      { name: "groups of channels", shape: [3, 2, 2, 7], axes: [2, 3], learned: [1, 2, 2, 1] },
      { name: "images of 1x1", shape: [5, 3, 1, 1], axes: [0, 2, 3], learned: [1, 3, 1, 1] },
      { name: "an empty batch", shape: [0, 3], axes: [1], learned: [3] },
    ].flatMap(({ name, shape, axes, learned }) => [
      { name, inputs: [{ shape }], params: { ...plain(axes) } },
      {
        name: `${name}, learned`,
        inputs: [{ shape }, { shape: learned }, { shape: learned }],
        params: { ...plain(axes), hasWeight: true, hasBias: true },
      },
    ]),
    {
      name: "a factor alone",
      inputs: [{ shape: [4, 5] }, { shape: [5] }],
      params: { ...plain([1]), hasWeight: true },
    },
    {
      name: "a summand alone",
      inputs: [{ shape: [4, 5] }, { shape: [1, 5] }],
      params: { ...plain([0]), hasBias: true },
    },
    {
      name: "a summand along the axes, a factor across them",
      inputs: [{ shape: [4, 5] }, { shape: [4, 1] }, { shape: [5] }],
      params: { ...plain([1]), hasWeight: true, hasBias: true },
    },
    {
      name: "a large eps",
      inputs: [{ shape: [3, 5] }],
      params: { ...plain([1]), eps: 2 },
    },
    {
      name: "equal values",
      inputs: [{ shape: [2, 3], values: { data: [4, 4, 4, -1, -1, -1] } }],
      params: plain([1]),
      gradient: false,
    },
    {
      name: "NaN and infinity",
      inputs: [
        { shape: [3, 2], values: { data: [1, Number.NaN, 2, Number.POSITIVE_INFINITY, 1, 2] } },
      ],
      params: plain([1]),
      gradient: false,
    },
    {
      name: "a factor larger than x",
      inputs: [{ shape: [1, 5] }, { shape: [4, 5] }],
      params: { ...plain([1]), hasWeight: true },
      refused: /the learned numbers have more elements than x/,
    },
    {
      name: "integers",
      inputs: [{ shape: [3, 5], dtype: "int32" }],
      params: plain([1]),
      refused: /takes float32, got int32/,
    },
  ],
});

function plain(axes: readonly number[]): StandardizeParams {
  return { axes, eps: 1e-2, hasWeight: false, hasBias: false };
}

/** Has a tensor that broadcasts to `rank` axes one number along all of these? */
function isConstantAlong(shape: Shape, axes: readonly number[], rank: number): boolean {
  return axes.every((axis) => (shape[axis - rank + shape.length] ?? 1) === 1);
}

/** Factor and summand of each element of the output, for reference loops. */
export function affineValues(
  inputs: readonly ReferenceArray[],
  first: number,
  output: Shape,
  params: { readonly hasWeight: boolean; readonly hasBias: boolean },
): { weight(i: number): number; bias(i: number): number } {
  const { weight, bias } = affineOf(inputs, first, params);
  const reader = (values: ReferenceArray | undefined, none: number) => {
    if (values === undefined) return () => none;
    const offsets = broadcastOffsets(values.shape, output);
    return (i: number) => values.data[offsets[i] as number] as number;
  };
  return { weight: reader(weight, 1), bias: reader(bias, 0) };
}

/** Applies {@link standardizeOp}; the learned numbers broadcast to x. */
export function standardize(
  x: Tensor,
  axes: readonly number[],
  eps: number,
  weight: Tensor | null,
  bias: Tensor | null,
): Tensor {
  const learned = [weight, bias].filter((each) => each !== null);
  return apply(standardizeOp, [x, ...learned], {
    axes,
    eps,
    hasWeight: weight !== null,
    hasBias: bias !== null,
  });
}
