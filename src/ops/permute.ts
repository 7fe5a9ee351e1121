// permute: axes in another order; transpose: two axes exchanged.
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeAxis } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { view } from "./view.ts";

/** Output axis k is input axis `order[k]`. */
interface PermuteParams {
  readonly order: readonly number[];
}

export const permuteOp = view<PermuteParams>({
  name: "permute",
  shape(input, { order }) {
    const sorted = [...order].sort((a, b) => a - b);
    if (order.length !== input.length || sorted.some((axis, k) => axis !== k)) {
      throw new ShapeError(
        `permute: ${formatShape(order)} does not name each of ${input.length} axes once`,
      );
    }
    return order.map((axis) => input[axis] as number);
  },
  map: (input, _, { order }) =>
    input.map((_n, axis) => ({ constant: 0, terms: [{ axis: order.indexOf(axis), factor: 1 }] })),
  backward: (grad, _, { order }) => grad.permute(order.map((_n, axis) => order.indexOf(axis))),
  cases: [
    { name: "a transposed matrix", inputs: [{ shape: [3, 5] }], params: { order: [1, 0] } },
    { name: "NHWC to NCHW", inputs: [{ shape: [2, 3, 4, 5] }], params: { order: [0, 3, 1, 2] } },
    { name: "axes of size 1", inputs: [{ shape: [1, 7, 1] }], params: { order: [2, 1, 0] } },
    { name: "the same order", inputs: [{ shape: [2, 3] }], params: { order: [0, 1] } },
    { name: "an empty batch", inputs: [{ shape: [0, 3] }], params: { order: [1, 0] } },
    {
      name: "bytes",
      inputs: [{ shape: [3, 5], dtype: "uint8", values: [0, 256] }],
      params: { order: [1, 0] },
      gradient: false,
    },
    {
      name: "an axis twice",
      inputs: [{ shape: [2, 3] }],
      params: { order: [0, 0] },
      refused: /does not name each of 2 axes once/,
    },
  ],
});

/**
 * Axes in another order, as `torch.permute`.
 * @param x    any tensor
 * @param dims for each axis of the result, the axis of x
 * @throws ShapeError unless every axis is named once
 * @example permute(Tensor.ones([8, 28, 28, 3]), [0, 3, 1, 2]).shape // [8, 3, 28, 28]
 */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  const order = dims.map((axis) => normalizeAxis("permute", axis, x.ndim));
  return apply(permuteOp, [x], { order });
}

/**
 * Two axes exchanged, as `torch.transpose`.
 * @throws ShapeError if an axis does not exist
 * @example transpose(Tensor.ones([2, 3, 4]), -2, -1).shape // [2, 4, 3]
 */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  const [a, b] = [
    normalizeAxis("transpose", dim0, x.ndim),
    normalizeAxis("transpose", dim1, x.ndim),
  ];
  if (a === b) return x;
  return permute(
    x,
    x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
  );
}

/**
 * A matrix with rows and columns exchanged, as `x.t()`; vectors and scalars as they are.
 * @throws ShapeError if there are more than two axes
 * @example await t(Tensor.from([[1, 2], [3, 4]])).array() // [[1, 3], [2, 4]]
 */
export function t(x: Tensor): Tensor {
  if (x.ndim > 2) {
    throw new ShapeError(`t: takes a matrix, got ${formatShape(x.shape)}`, {
      hint: "use transpose(dim0, dim1)",
    });
  }
  return x.ndim < 2 ? x : transpose(x, 0, 1);
}
