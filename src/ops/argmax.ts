// argmax and argmin: where the extreme is. The first of equals; the first NaN, if there is one.

import { ShapeError } from "../tensor/errors.ts";
import type { Op, ReferenceArray, TensorType } from "../tensor/op.ts";
import { formatShape, normalizeAxis, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { arange } from "./arange.ts";
import { cast } from "./cast.ts";
import { detach } from "./detach.ts";
import { checkDomain } from "./pointwise.ts";
import { type ReduceOptions, reducedShape } from "./reduce.ts";
import { reshape } from "./reshape.ts";

interface ArgParams {
  readonly axis: number;
  readonly keepdim: boolean;
}

function argExtreme(
  name: "argmax" | "argmin",
  beats: (x: number, best: number) => boolean,
): Op<ArgParams> {
  return {
    name,
    shape([input], { axis, keepdim }) {
      const { shape, dtype } = input as TensorType;
      checkDomain(name, dtype, "number");
      if (shape[axis] === 0)
        throw new ShapeError(
          `${name}: no elements along axis ${axis} of a tensor of shape ${formatShape(shape)}`,
        );
      return { shape: reducedShape(shape, [axis], keepdim), dtype: "int32" };
    },
    reference([input], output, { axis }) {
      const { shape, data } = input as ReferenceArray;
      const count = shape[axis] as number;
      const inner = sizeOf(shape.slice(axis + 1));
      for (let i = 0; i < output.data.length; i++) {
        const start = Math.floor(i / inner) * inner * count + (i % inner);
        let best = 0;
        for (let k = 1; k < count; k++) {
          const x = data[start + k * inner] as number;
          const current = data[start + best * inner] as number;
          if (!Number.isNaN(current) && (Number.isNaN(x) || beats(x, current))) best = k;
        }
        output.data[i] = best;
      }
    },
    lowering: {
      kind: "composite",
      build([input], { axis, keepdim }) {
        const x = input as Tensor;
        const count = x.shape[axis] as number;
        const along = x.shape.map((_, k) => (k === axis ? count : 1));
        const extreme =
          name === "argmax" ? x.amax(axis, { keepdim: true }) : x.amin(axis, { keepdim: true });
        const isExtreme = x.eq(extreme).logicalOr(x.ne(x));
        const position = reshape(arange(count), along).where(isExtreme, count);
        return position.amin(axis, { keepdim });
      },
    },
    cases: [
      {
        name: "rows",
        inputs: [{ shape: [3, 5] }],
        params: { axis: 1, keepdim: false },
        gradient: false,
      },
      {
        name: "columns, keepdim",
        inputs: [{ shape: [3, 5] }],
        params: { axis: 0, keepdim: true },
        gradient: false,
      },
      {
        name: "the middle axis",
        inputs: [{ shape: [2, 7, 3] }],
        params: { axis: 1, keepdim: false },
        gradient: false,
      },
      {
        name: "one element",
        inputs: [{ shape: [4, 1] }],
        params: { axis: 1, keepdim: false },
        gradient: false,
      },
      {
        name: "an empty batch",
        inputs: [{ shape: [0, 3] }],
        params: { axis: 1, keepdim: false },
        gradient: false,
      },
      {
        name: "ties and NaN",
        inputs: [
          { shape: [3, 3], values: { data: [2, 2, 1, 1, Number.NaN, Number.NaN, -1, -1, -1] } },
        ],
        params: { axis: 1, keepdim: false },
        gradient: false,
      },
      {
        name: "integers",
        inputs: [{ shape: [3, 7], dtype: "int32", values: [-4, 4] }],
        params: { axis: 1, keepdim: false },
        gradient: false,
      },
      {
        name: "no elements",
        inputs: [{ shape: [2, 0] }],
        params: { axis: 1, keepdim: false },
        refused: /no elements along axis 1/,
      },
    ],
  };
}

export const argmaxOp = argExtreme("argmax", (x, best) => x > best);
export const argminOp = argExtreme("argmin", (x, best) => x < best);

/**
 * Position of the largest element along an axis, as `torch.argmax`; the first of equals.
 * @param x   any tensor
 * @param dim axis; the tensor read as a vector if undefined
 * @param options keepdim: keep the axis with size 1
 * @returns int32
 * @throws ShapeError if the axis does not exist or is empty
 * @example await argmax(Tensor.from([[1, 5, 2]]), 1).array() // [1]
 */
export function argmax(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  return position(argmaxOp, x, dim, options);
}

/**
 * Position of the smallest element along an axis, as `torch.argmin`; the first of equals.
 * @param x   any tensor
 * @param dim axis; the tensor read as a vector if undefined
 * @param options keepdim: keep the axis with size 1
 * @returns int32
 * @throws ShapeError if the axis does not exist or is empty
 * @example await argmin(Tensor.from([[1, 5, 0]]), 1).array() // [2]
 */
export function argmin(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  return position(argminOp, x, dim, options);
}

function position(
  op: Op<ArgParams>,
  x: Tensor,
  dim: number | undefined,
  { keepdim = false }: ReduceOptions,
): Tensor {
  const numbers = detach(x.dtype === "float32" ? x : cast(x, "int32"));
  if (dim === undefined || x.ndim === 0) {
    const flat = apply(op, [reshape(numbers, [numbers.numel])], { axis: 0, keepdim: false });
    return keepdim
      ? reshape(
          flat,
          x.shape.map(() => 1),
        )
      : flat;
  }
  return apply(op, [numbers], { axis: normalizeAxis(op.name, dim, x.ndim), keepdim });
}
