// reshape: the same elements in the same row-major order, with other sizes. squeeze, unsqueeze and
// flatten are reshapes with sizes worked out.
import { ShapeError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import {
  checkShape,
  formatShape,
  normalizeAxis,
  type Shape,
  sameShape,
  shapeError,
  sizeOf,
} from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";

interface ReshapeParams {
  readonly shape: Shape;
}

export const reshapeOp = defineOp<ReshapeParams>({
  name: "reshape",
  shape([input], { shape }) {
    const x = input as TensorType;
    checkShape("reshape", shape);
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw shapeError("reshape", `${sizeOf(x.shape)} elements do not fill ${formatShape(shape)}`, {
        x: x.shape,
        shape,
      });
    }
    return { shape, dtype: x.dtype };
  },
  backward: ({ grad, inputs: [x] }) => [grad.reshape((x as Tensor).shape)],
  reference([x], output) {
    output.data.set((x as ReferenceArray).data);
  },
  lowering: { kind: "reshape" },
  cases: [
    { name: "a matrix as a vector", inputs: [{ shape: [3, 5] }], params: { shape: [15] } },
    { name: "axes merged and split", inputs: [{ shape: [2, 6] }], params: { shape: [3, 4] } },
    { name: "a scalar as a matrix", inputs: [{ shape: [] }], params: { shape: [1, 1] } },
    { name: "an empty batch", inputs: [{ shape: [0, 6] }], params: { shape: [0, 2, 3] } },
    {
      name: "bytes",
      inputs: [{ shape: [7], dtype: "uint8", values: [0, 256] }],
      params: { shape: [7, 1] },
      gradient: false,
    },
    {
      name: "sizes that do not fit",
      inputs: [{ shape: [2, 3] }],
      params: { shape: [4] },
      refused: /6 elements do not fill \[4\]/,
    },
  ],
});

/**
 * The same elements in row-major order with another shape, as `torch.reshape`.
 * @param x     any tensor
 * @param shape sizes; one of them may be −1, and is worked out from the others
 * @throws ShapeError if the elements do not fill the shape
 * @example reshape(Tensor.ones([2, 6]), [3, -1]).shape // [3, 4]
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const resolved = resolveShape(x.shape, shape);
  return sameShape(resolved, x.shape) ? x : apply(reshapeOp, [x], { shape: resolved });
}

/** The shape with −1 replaced. */
function resolveShape(from: Shape, shape: Shape): Shape {
  const open = shape.indexOf(-1);
  if (open < 0) return shape;
  const known = sizeOf(shape.filter((_, axis) => axis !== open));
  const size = sizeOf(from) / known;
  if (shape.lastIndexOf(-1) !== open || !Number.isInteger(size)) {
    throw shapeError(
      "reshape",
      `cannot work out ${formatShape(shape)} from ${sizeOf(from)} elements`,
      { x: from },
      "only one size may be -1, and the others must divide the number of elements",
    );
  }
  return shape.map((n) => (n === -1 ? size : n));
}

/**
 * Axes from `startDim` to `endDim` merged into one, as `torch.flatten`.
 * @throws ShapeError if an axis does not exist, or startDim comes after endDim
 * @example flatten(Tensor.ones([2, 3, 4]), 1).shape // [2, 12]
 */
export function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  if (x.ndim === 0) return reshape(x, [1]);
  const start = normalizeAxis("flatten", startDim, x.ndim);
  const end = normalizeAxis("flatten", endDim, x.ndim);
  if (start > end)
    throw new ShapeError(`flatten: startDim ${startDim} comes after endDim ${endDim}`);
  const merged = sizeOf(x.shape.slice(start, end + 1));
  return reshape(x, [...x.shape.slice(0, start), merged, ...x.shape.slice(end + 1)]);
}

/**
 * Without an axis of size 1, or, if `dim` is undefined, without any, as `torch.squeeze`.
 * @example squeeze(Tensor.ones([2, 1, 3]), 1).shape // [2, 3]
 */
export function squeeze(x: Tensor, dim?: number): Tensor {
  const only = dim === undefined ? undefined : normalizeAxis("squeeze", dim, x.ndim);
  return reshape(
    x,
    x.shape.filter((n, axis) => n !== 1 || (only !== undefined && axis !== only)),
  );
}

/**
 * With a new axis of size 1 at `dim`, as `torch.unsqueeze`.
 * @throws ShapeError if there is no such position
 * @example unsqueeze(Tensor.ones([2, 3]), 0).shape // [1, 2, 3]
 */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const axis = normalizeAxis("unsqueeze", dim, x.ndim + 1);
  return reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
}

/**
 * One axis as several, as `torch.unflatten`.
 * @param sizes sizes of the new axes; one of them may be −1
 * @throws ShapeError if the axis does not exist, or the sizes do not make up its size
 * @example unflatten(Tensor.ones([2, 12]), 1, [3, -1]).shape // [2, 3, 4]
 */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  const axis = normalizeAxis("unflatten", dim, x.ndim);
  const size = x.shape[axis] ?? 1;
  const parts = resolveShape([size], sizes);
  if (sizeOf(parts) !== size) {
    throw shapeError("unflatten", `${formatShape(sizes)} do not make up axis ${axis}`, {
      x: x.shape,
    });
  }
  return reshape(x, [...x.shape.slice(0, axis), ...parts, ...x.shape.slice(axis + 1)]);
}
