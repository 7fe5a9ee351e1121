// concat: tensors one after another along an axis; stack: along a new one.

import { promote } from "../tensor/dtype.ts";
import { ShapeError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { normalizeAxis, shapeError, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { commonDtype } from "./pointwise.ts";
import { unsqueeze } from "./reshape.ts";

interface ConcatParams {
  readonly axis: number;
}

export const concatOp = defineOp<ConcatParams>({
  name: "concat",
  shape(inputs, { axis }) {
    const first = inputs[0] as TensorType;
    for (const { shape } of inputs) {
      if (
        shape.length !== first.shape.length ||
        shape.some((n, k) => k !== axis && n !== first.shape[k])
      ) {
        throw shapeError("concat", `shapes differ on another axis than ${axis}`, {
          first: first.shape,
          other: shape,
        });
      }
    }
    const size = inputs.reduce((total, { shape }) => total + (shape[axis] as number), 0);
    return {
      shape: first.shape.map((n, k) => (k === axis ? size : n)),
      dtype: commonDtype("concat", inputs),
    };
  },
  backward({ grad, inputs, params: { axis } }) {
    let start = 0;
    return inputs.map(({ shape }) => {
      const end = start + (shape[axis] as number);
      const part = grad.slice(axis, start, end);
      start = end;
      return part;
    });
  },
  reference(inputs, output, { axis }) {
    const inner = sizeOf(output.shape.slice(axis + 1));
    const row = (output.shape[axis] as number) * inner;
    let start = 0;
    for (const { data, shape } of inputs as readonly ReferenceArray[]) {
      const part = (shape[axis] as number) * inner;
      for (let i = 0; i < data.length; i++) {
        output.data[Math.floor(i / part) * row + start + (i % part)] = data[i] as number;
      }
      start += part;
    }
  },
  lowering: { kind: "kernel" },
  cases: [
    { name: "rows", inputs: [{ shape: [2, 3] }, { shape: [1, 3] }], params: { axis: 0 } },
    {
      name: "channels of three",
      inputs: [{ shape: [2, 1, 2, 2] }, { shape: [2, 3, 2, 2] }, { shape: [2, 2, 2, 2] }],
      params: { axis: 1 },
    },
    {
      name: "the last axis, odd sizes",
      inputs: [{ shape: [3, 5] }, { shape: [3, 2] }],
      params: { axis: 1 },
    },
    {
      name: "with an empty one",
      inputs: [{ shape: [0, 3] }, { shape: [2, 3] }],
      params: { axis: 0 },
    },
    { name: "one alone", inputs: [{ shape: [3] }], params: { axis: 0 } },
    {
      name: "bytes",
      inputs: [
        { shape: [3], dtype: "uint8", values: [0, 256] },
        { shape: [2], dtype: "uint8", values: [0, 256] },
      ],
      params: { axis: 0 },
      gradient: false,
    },
    {
      name: "sizes that do not fit",
      inputs: [{ shape: [2, 3] }, { shape: [2, 4] }],
      params: { axis: 0 },
      refused: /shapes differ on another axis than 0/,
    },
  ],
});

/**
 * Tensors one after another along an axis, as `torch.cat`.
 * @param tensors at least one; equal sizes on all other axes
 * @param dim     axis
 * @throws ShapeError if there are none, or sizes differ
 * @example await concat([Tensor.from([1]), Tensor.from([2, 3])]).array() // [1, 2, 3]
 */
export function concat(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new ShapeError("concat: no tensors");
  const dtype = tensors.map((tensor) => tensor.dtype).reduce(promote);
  return apply(
    concatOp,
    tensors.map((tensor) => cast(tensor, dtype)),
    { axis: normalizeAxis("concat", dim, first.ndim) },
  );
}

/**
 * As {@link concat}, by its other name: `torch.cat`.
 * @example await cat([Tensor.from([1]), Tensor.from([2, 3])]).array() // [1, 2, 3]
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return concat(tensors, dim);
}

/**
 * Tensors of one shape side by side along a new axis, as `torch.stack`.
 * @throws ShapeError if there are none, or shapes differ
 * @example stack([Tensor.ones([3]), Tensor.ones([3])], 1).shape // [3, 2]
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new ShapeError("stack: no tensors");
  const axis = normalizeAxis("stack", dim, first.ndim + 1);
  return concat(
    tensors.map((tensor) => unsqueeze(tensor, axis)),
    axis,
  );
}
