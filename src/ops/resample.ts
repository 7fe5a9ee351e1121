// resample: a sum of a few weighted elements for each position along an axis. Resizing an image is this,
// along the one axis and then the other.
import { DtypeError } from "../tensor/errors.ts";
import { defineOp, type Op, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { type Shape, shapeError, sizeOf } from "../tensor/shape.ts";
import { apply, Tensor } from "../tensor/tensor.ts";
import { indexSelect } from "./indexSelect.ts";
import { checkDomain } from "./pointwise.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";
import { adjointTaps, equalTaps, linearTaps, type Taps } from "./taps.ts";

interface ResampleParams {
  readonly axis: number;
  /** Size of the axis in the result. */
  readonly size: number;
}

/** Index and weight of the taps, then of those of the adjoint: `[size · taps]` each. */
type Operands<T> = readonly [T, T, T, T, T];

export const resampleOp: Op<ResampleParams> = defineOp<ResampleParams>({
  name: "resample",
  shape(inputs, { axis, size }) {
    const [x, index, weight, backIndex] = inputs as Operands<TensorType>;
    checkDomain("resample", x.dtype, "float");
    if (index.dtype !== "int32" || backIndex.dtype !== "int32")
      throw new DtypeError(`resample: the index is ${index.dtype}, not int32`);
    const count = index.shape[0] as number;
    if (index.shape.length !== 1 || weight.shape[0] !== count || count % size !== 0) {
      throw shapeError("resample", `not the same number of weights for each of ${size} positions`, {
        index: index.shape,
        weight: weight.shape,
      });
    }
    return { shape: x.shape.with(axis, size), dtype: x.dtype };
  },
  // The adjoint gathers too: what position j gave to the result comes back from there, so no two
  // positions write to the same place and all may be computed at once.
  backward({ grad, inputs, params: { axis, size } }) {
    const [x, index, weight, backIndex, backWeight] = inputs as Operands<Tensor>;
    const xGrad = apply(resampleOp, [grad, backIndex, backWeight, index, weight], {
      axis,
      size: x.shape[axis] as number,
    });
    if (!weight.requiresGrad) return [xGrad, null, null, null, null];
    const shares = grad.unsqueeze(axis + 1).mul(spread(x, index, { axis, size }));
    const others = shares.shape.map((_, k) => k).filter((k) => k !== axis && k !== axis + 1);
    return [xGrad, null, reshape(sum(shares, others), weight.shape), null, null];
  },
  reference(inputs, output, { axis, size }) {
    const [x, index, weight] = inputs as Operands<ReferenceArray>;
    const taps = index.data.length / size;
    const count = x.shape[axis] as number;
    const inner = sizeOf(x.shape.slice(axis + 1));
    for (let at = 0; at < output.data.length; at++) {
      const i = Math.floor(at / inner) % size;
      const first = Math.floor(at / inner / size) * count * inner + (at % inner);
      let total = 0;
      for (let k = i * taps; k < (i + 1) * taps; k++)
        total +=
          (weight.data[k] as number) *
          (x.data[first + (index.data[k] as number) * inner] as number);
      output.data[at] = total;
    }
  },
  lowering: {
    kind: "composite",
    build(inputs, params) {
      const [x, index, weight] = inputs as Operands<Tensor>;
      const { axis, size } = params;
      const taps = (index.shape[0] as number) / size;
      const ones = x.shape.slice(axis + 1).map(() => 1);
      // With one tap there is no sum, and both axes of an image are taken in one pass.
      if (taps === 1) return indexSelect(x, axis, index).mul(reshape(weight, [size, ...ones]));
      const weights = reshape(weight, [size, taps, ...ones]);
      return sum(spread(x, index, params).mul(weights), axis + 1);
    },
  },
  cases: [
    resampleCase("rows, twice as many", [2, 3, 5, 3], 2, linearTaps(5, 10)),
    resampleCase("columns, fewer", [2, 1, 3, 7], 3, linearTaps(7, 3)),
    resampleCase("columns of 4 images", [4, 2, 3, 5], 3, linearTaps(5, 9)),
    resampleCase("one tap", [1, 2, 5, 6], 2, equalTaps(5, Int32Array.of(0, 0, 1, 4))),
    resampleCase("many taps", [1, 1, 13, 3], 2, linearTaps(13, 2, { antialias: true })),
    resampleCase("from one pixel", [3, 1, 1, 2], 2, linearTaps(1, 3)),
    resampleCase("to one pixel", [3, 1, 5, 2], 2, linearTaps(5, 1)),
    resampleCase("a vector", [6], 0, linearTaps(6, 4)),
    resampleCase("an empty batch", [0, 2, 4, 4], 2, linearTaps(4, 8)),
    {
      ...resampleCase("weights for another size", [1, 1, 4, 4], 2, linearTaps(4, 8)),
      params: { axis: 2, size: 5 },
      refused: /not the same number of weights for each of 5 positions/,
    },
  ],
});

function resampleCase(name: string, shape: Shape, axis: number, taps: Taps) {
  const inputs = [taps, adjointTaps(taps)].flatMap(({ index, weight }) => [
    { shape: [index.length], dtype: "int32" as const, values: { data: [...index] } },
    { shape: [weight.length], values: { data: [...weight] } },
  ]);
  return { name, inputs: [{ shape }, ...inputs], params: { axis, size: taps.size } };
}

/** The elements that are weighted, as an axis of their own after the one resampled. */
function spread(x: Tensor, index: Tensor, { axis, size }: ResampleParams): Tensor {
  const taps = (index.shape[0] as number) / size;
  const shape = [...x.shape.slice(0, axis), size, taps, ...x.shape.slice(axis + 1)];
  return reshape(indexSelect(x, axis, index), shape);
}

/**
 * Weighted sums of a few elements along an axis: `y[…, i, …] = Σ_k weight[i, k] · x[…, index[i, k], …]`.
 * @param x    float32
 * @param axis counted from 0
 * @param taps which elements, and how much of each
 */
export function resample(x: Tensor, axis: number, taps: Taps): Tensor {
  const leaves = [taps, adjointTaps(taps)].flatMap(({ index, weight }) => [
    Tensor.from(index),
    Tensor.from(weight),
  ]);
  return apply(resampleOp, [x, ...leaves], { axis, size: taps.size });
}
