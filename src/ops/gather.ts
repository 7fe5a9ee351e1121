// gather: along an axis, each element of the index says which element to take.
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { normalizeAxis, type Shape, shapeError, sizeOf, stridesOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { full } from "./full.ts";
import { checkIndexDtype } from "./indexSelect.ts";
import { inRange } from "./loops.ts";
import { reshape } from "./reshape.ts";

export interface GatherParams {
  readonly axis: number;
}

/** Throws unless the index is int32, has the axes of x, and is no larger on the axes it does not count. */
export function checkGather(op: string, x: TensorType, index: TensorType, axis: number): void {
  checkIndexDtype(op, index);
  const facts = { x: x.shape, index: index.shape };
  if (x.shape.length === 0) throw shapeError(op, "a scalar has no axis to index", facts);
  if (index.shape.length !== x.shape.length)
    throw shapeError(op, "x and index differ in their number of axes", facts);
  index.shape.forEach((size, k) => {
    const most = x.shape[k] as number;
    if (k !== axis && size > most)
      throw shapeError(op, `index has ${size} elements along axis ${k}, x has ${most}`, facts);
  });
  if (x.shape[axis] === 0 && sizeOf(index.shape) > 0)
    throw shapeError(op, `x has no elements along axis ${axis}`, facts);
}

/** Calls `visit` for each element of the index with the element of a tensor of `shape` that it names. */
export function forIndexed(
  index: ReferenceArray,
  shape: Shape,
  axis: number,
  visit: (at: number, named: number) => void,
): void {
  const strides = stridesOf(shape);
  const steps = stridesOf(index.shape);
  for (let i = 0; i < index.data.length; i++) {
    let named = 0;
    for (let k = 0; k < shape.length; k++) {
      const position = Math.floor(i / (steps[k] as number)) % (index.shape[k] as number);
      const wanted =
        k === axis ? inRange(index.data[i] as number, shape[axis] as number) : position;
      named += wanted * (strides[k] as number);
    }
    visit(i, named);
  }
}

const positions = (shape: Shape, data: readonly number[]) =>
  ({ shape, dtype: "int32", values: { data } }) as const;

export const gatherOp = defineOp<GatherParams>({
  name: "gather",
  shape(inputs, { axis }) {
    const [x, index] = inputs as readonly [TensorType, TensorType];
    checkGather("gather", x, index, axis);
    return { shape: index.shape, dtype: x.dtype };
  },
  backward({ grad, inputs, params: { axis } }) {
    const [x, index] = inputs as [Tensor, Tensor];
    return [full(x.shape, 0).scatterAdd(axis, index, grad), null];
  },
  reference(inputs, output, { axis }) {
    const [x, index] = inputs as readonly [ReferenceArray, ReferenceArray];
    forIndexed(index, x.shape, axis, (at, named) => {
      output.data[at] = x.data[named] as number;
    });
  },
  lowering: { kind: "kernel" },
  cases: [
    {
      name: "along rows",
      inputs: [{ shape: [2, 3] }, positions([2, 2], [2, 0, 1, 1])],
      params: { axis: 1 },
    },
    {
      name: "along columns, fewer of them",
      inputs: [{ shape: [3, 5] }, positions([2, 3], [2, 0, 1, 0, 0, 2])],
      params: { axis: 0 },
    },
    {
      name: "more than there are",
      inputs: [{ shape: [2, 3] }, { shape: [2, 7], dtype: "int32", values: [0, 3] }],
      params: { axis: 1 },
    },
    {
      name: "the middle axis",
      inputs: [{ shape: [4, 3, 5] }, { shape: [4, 2, 5], dtype: "int32", values: [0, 3] }],
      params: { axis: 1 },
    },
    {
      name: "channels of images",
      inputs: [{ shape: [4, 3, 2, 5] }, { shape: [4, 1, 2, 5], dtype: "int32", values: [0, 3] }],
      params: { axis: 1 },
    },
    {
      name: "a vector",
      inputs: [{ shape: [9] }, { shape: [17], dtype: "int32", values: [0, 9] }],
      params: { axis: 0 },
    },
    {
      name: "one element",
      inputs: [{ shape: [1, 1] }, positions([1, 1], [0])],
      params: { axis: 1 },
    },
    {
      name: "none",
      inputs: [{ shape: [3, 0] }, { shape: [3, 0], dtype: "int32" }],
      params: { axis: 1 },
    },
    {
      name: "numbers out of range count as the nearest",
      inputs: [{ shape: [2, 3] }, positions([2, 3], [-1, 3, 2147483520, -2147483648, 1, 99])],
      params: { axis: 1 },
    },
    {
      name: "integers",
      inputs: [
        { shape: [3, 4], dtype: "int32", values: [-9, 9] },
        { shape: [3, 5], dtype: "int32", values: [0, 4] },
      ],
      params: { axis: 1 },
      gradient: false,
    },
    {
      name: "bytes",
      inputs: [
        { shape: [4, 7], dtype: "uint8", values: [0, 256] },
        { shape: [3, 7], dtype: "int32", values: [0, 4] },
      ],
      params: { axis: 0 },
      gradient: false,
    },
    {
      name: "bools",
      inputs: [
        { shape: [3, 5], dtype: "bool" },
        { shape: [3, 5], dtype: "int32", values: [0, 5] },
      ],
      params: { axis: 1 },
      gradient: false,
    },
    {
      name: "an index of floats",
      inputs: [{ shape: [2, 3] }, { shape: [2, 3] }],
      params: { axis: 1 },
      refused: /the index is float32, not int32/,
    },
    {
      name: "another number of axes",
      inputs: [{ shape: [2, 3] }, { shape: [2], dtype: "int32" }],
      params: { axis: 1 },
      refused: /gather: x and index differ in their number of axes/,
    },
    {
      name: "an index larger than x",
      inputs: [{ shape: [2, 3] }, { shape: [3, 3], dtype: "int32" }],
      params: { axis: 1 },
      refused: /gather: index has 3 elements along axis 0, x has 2/,
    },
    {
      name: "nothing to take from",
      inputs: [{ shape: [2, 0] }, { shape: [2, 1], dtype: "int32" }],
      params: { axis: 1 },
      refused: /gather: x has no elements along axis 1/,
    },
  ],
});

/**
 * Elements by number along an axis, as `torch.gather`.
 *
 *     y[i, j, k] = x[i, index[i, j, k], k]    (for dim 1)
 *
 * That the numbers are in range is up to the caller: they are not known yet when the operation is
 * recorded. Outside, the nearest is taken.
 * @param x     any tensor
 * @param dim   axis that the numbers count
 * @param index int32, with as many axes as x; on the other axes no larger than x
 * @returns in the shape of the index
 * @throws DtypeError if the index is not int32; ShapeError if it does not fit
 * @example await gather(Tensor.from([[1, 2], [3, 4]]), 1, Tensor.from([[0, 0], [1, 0]], { dtype: "int32" })).array() // [[1, 1], [4, 3]]
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  const axis = normalizeAxis("gather", dim, x.ndim);
  if (x.ndim > 0 || index.ndim > 0) return apply(gatherOp, [x, index], { axis });
  return reshape(apply(gatherOp, [reshape(x, [1]), reshape(index, [1])], { axis }), []);
}
