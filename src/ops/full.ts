// full: one number everywhere. Scalars written into formulas (`x.mul(2)`) become such constants, so
// the planner sees their value.
import { type Dtype, dtypes, newTypedArray } from "../tensor/dtype.ts";
import { DtypeError } from "../tensor/errors.ts";
import { defineOp } from "../tensor/op.ts";
import { checkShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { apply, Tensor, type TensorOptions } from "../tensor/tensor.ts";
import { castNumber } from "./cast.ts";

interface FullParams {
  readonly shape: Shape;
  readonly value: number;
  readonly dtype: Dtype;
}

export const fullOp = defineOp<FullParams>({
  name: "full",
  shape(_, { shape, dtype }) {
    checkShape("full", shape);
    return { shape, dtype };
  },
  reference(_, output, { value }) {
    output.data.fill(value);
  },
  lowering: {
    kind: "pointwise",
    expression(math, _, { value, dtype }) {
      if (dtype === "float32") return math.float(value);
      return dtype === "bool" ? math.toMask(math.int(value)) : math.int(value);
    },
  },
  cases: [
    { name: "a scalar", inputs: [], params: { shape: [], value: 0.5, dtype: "float32" } },
    { name: "7 integers", inputs: [], params: { shape: [7], value: -3, dtype: "int32" } },
    {
      name: "infinities",
      inputs: [],
      params: { shape: [2, 3], value: Number.NEGATIVE_INFINITY, dtype: "float32" },
    },
    {
      name: "not a number",
      inputs: [],
      params: { shape: [5], value: Number.NaN, dtype: "float32" },
    },
    { name: "bytes", inputs: [], params: { shape: [5], value: 200, dtype: "uint8" } },
    { name: "true", inputs: [], params: { shape: [3, 3], value: 1, dtype: "bool" } },
    { name: "nothing", inputs: [], params: { shape: [0, 4], value: 1, dtype: "float32" } },
    {
      name: "a negative size",
      inputs: [],
      params: { shape: [-1], value: 1, dtype: "float32" },
      refused: /whole numbers, got \[-1\]/,
    },
  ],
});

/**
 * A tensor filled with one number, as `torch.full`.
 * @param shape sizes along each axis
 * @param value the number; converted to the dtype
 * @param options dtype: float32 unless given; requiresGrad
 * @throws ShapeError if a size is negative or not whole
 * @example await full([2], 7).array() // [7, 7]
 */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  const { dtype = "float32", requiresGrad = false } = options;
  if (!dtypes.includes(dtype)) {
    throw new DtypeError(`full: there is no dtype "${dtype}"`, {
      facts: [{ name: "known", value: dtypes.join(", ") }],
    });
  }
  if (requiresGrad) {
    checkShape("full", shape);
    // A tensor that collects gradients is a leaf, so its elements are stored.
    return Tensor.ofData(newTypedArray(dtype, sizeOf(shape)).fill(value), shape, dtype, true);
  }
  return apply(fullOp, [], { shape, value: castNumber(value, dtype), dtype });
}

/** A tensor of zeros, as `torch.zeros`. @example await zeros([2]).array() // [0, 0] */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** A tensor of ones, as `torch.ones`. @example await ones([2]).array() // [1, 1] */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 1, options);
}

/**
 * One number in the shape and dtype of `x`, as `torch.full_like`.
 * @example await fullLike(Tensor.from([3, 4]), 7).array() // [7, 7]
 */
export function fullLike(x: Tensor, value: number, options: TensorOptions = {}): Tensor {
  return full(x.shape, value, { dtype: x.dtype, ...options });
}

/** Zeros in the shape and dtype of `x`, as `torch.zeros_like`. @example await zerosLike(Tensor.from([3, 4])).array() // [0, 0] */
export function zerosLike(x: Tensor, options: TensorOptions = {}): Tensor {
  return fullLike(x, 0, options);
}

/** Ones in the shape and dtype of `x`, as `torch.ones_like`. @example await onesLike(Tensor.from([3, 4])).array() // [1, 1] */
export function onesLike(x: Tensor, options: TensorOptions = {}): Tensor {
  return fullLike(x, 1, options);
}
