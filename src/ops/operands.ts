// What public functions do with their arguments before an op sees them: numbers become constants,
// and operands of different dtype meet in one, as in PyTorch.
import { type Dtype, promote } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { full } from "./full.ts";

/** A tensor, or a number that stands for a constant of fitting dtype. */
export type TensorLike = Tensor | number;

/** Dtype in which the operands meet. A number does not turn integers into floats unless it has a fraction. */
export function meet(...operands: readonly TensorLike[]): Dtype {
  const tensors = operands.filter((operand) => typeof operand !== "number");
  const numbers = operands.filter((operand) => typeof operand === "number");
  if (tensors.length === 0) return "float32";
  const dtype = tensors.map((tensor) => tensor.dtype).reduce(promote);
  if (numbers.length === 0) return dtype;
  return promote(
    dtype,
    numbers.every(Number.isInteger) ? (dtype === "bool" ? "int32" : dtype) : "float32",
  );
}

/** A tensor of this dtype. */
export function asTensor(value: TensorLike, dtype: Dtype): Tensor {
  return typeof value === "number" ? full([], value, { dtype }) : cast(value, dtype);
}

/** Applies an op for float32 and int32; bytes and bools are computed as int32 and come back as what they were. */
export function arithmetic<Params>(
  op: Op<Params>,
  operands: readonly TensorLike[],
  params: Params,
): Tensor {
  const dtype = meet(...operands);
  const computed = dtype === "float32" ? "float32" : "int32";
  return cast(
    apply(
      op,
      operands.map((operand) => asTensor(operand, computed)),
      params,
    ),
    dtype,
  );
}

/** Applies an op for float32; integers become floats. */
export function floating<Params>(
  op: Op<Params>,
  operands: readonly TensorLike[],
  params: Params,
): Tensor {
  return apply(
    op,
    operands.map((operand) => asTensor(operand, "float32")),
    params,
  );
}
