// indexSelect: rows by number; indexAdd, its adjoint: rows added where the numbers say.
import { DtypeError } from "../tensor/errors.ts";
import { defineOp, type Op, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { normalizeAxis, shapeError, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { inRange } from "./loops.ts";

interface IndexSelectParams {
  readonly axis: number;
}

interface IndexAddParams extends IndexSelectParams {
  /** Size of the axis that the numbers count. */
  readonly size: number;
}

/** Throws unless positions are int32. @internal */
export function checkIndexDtype(op: string, index: TensorType): void {
  if (index.dtype !== "int32") {
    throw new DtypeError(`${op}: the index is ${index.dtype}, not int32`, {
      hint: 'convert first: index.to("int32")',
    });
  }
}

function checkIndex(op: string, index: TensorType): void {
  checkIndexDtype(op, index);
  if (index.shape.length !== 1)
    throw shapeError(op, "the index is not a vector", { index: index.shape });
}

export const indexSelectOp: Op<IndexSelectParams> = defineOp<IndexSelectParams>({
  name: "indexSelect",
  shape(inputs, { axis }) {
    const [x, index] = inputs as readonly [TensorType, TensorType];
    checkIndex("indexSelect", index);
    if (x.shape.length === 0)
      throw shapeError("indexSelect", "a scalar has no axis to select from", { x: x.shape });
    if (x.shape[axis] === 0 && index.shape[0] !== 0)
      throw shapeError("indexSelect", "nothing to select from", { x: x.shape, index: index.shape });
    return {
      shape: x.shape.map((n, k) => (k === axis ? (index.shape[0] as number) : n)),
      dtype: x.dtype,
    };
  },
  backward({ grad, inputs, params: { axis } }) {
    const [x, index] = inputs as [Tensor, Tensor];
    return [apply(indexAddOp, [grad, index], { axis, size: x.shape[axis] as number }), null];
  },
  reference(inputs, output, { axis }) {
    const [x, index] = inputs as readonly [ReferenceArray, ReferenceArray];
    forRows(output.shape, axis, index, x.shape[axis] as number, (selected, source) => {
      output.data[selected] = x.data[source] as number;
    });
  },
  lowering: { kind: "kernel" },
  cases: [
    { name: "rows", inputs: [{ shape: [5, 3] }, picks([4, 0, 4])], params: { axis: 0 } },
    {
      name: "images",
      inputs: [{ shape: [6, 2, 3, 3] }, picks([5, 1, 2, 1, 0])],
      params: { axis: 0 },
    },
    { name: "columns", inputs: [{ shape: [3, 5] }, picks([1, 1, 0, 4])], params: { axis: 1 } },
    { name: "elements of a vector", inputs: [{ shape: [9] }, picks([8, 3])], params: { axis: 0 } },
    {
      name: "none",
      inputs: [{ shape: [5, 3] }, { shape: [0], dtype: "int32" }],
      params: { axis: 0 },
    },
    {
      name: "bytes",
      inputs: [{ shape: [5, 7], dtype: "uint8", values: [0, 256] }, picks([3, 2, 4])],
      params: { axis: 0 },
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [5], dtype: "int32", values: [-9, 9] }, picks([3, 2])],
      params: { axis: 0 },
      gradient: false,
    },
    {
      name: "numbers out of range count as the nearest",
      inputs: [{ shape: [5, 3] }, picks([-1, 5, 2147483520, -2147483648])],
      params: { axis: 0 },
    },
    {
      name: "elements out of range",
      inputs: [{ shape: [5] }, picks([-9, 99, 3, -2147483648, 2147483520])],
      params: { axis: 0 },
    },
    {
      name: "nothing to select from",
      inputs: [{ shape: [0, 3] }, { shape: [2], dtype: "int32", values: [0, 1] }],
      params: { axis: 0 },
      refused: /nothing to select from/,
    },
    {
      name: "an index of floats",
      inputs: [{ shape: [5, 3] }, { shape: [2] }],
      params: { axis: 0 },
      refused: /the index is float32, not int32/,
    },
    {
      name: "an index with two axes",
      inputs: [{ shape: [5, 3] }, { shape: [2, 1], dtype: "int32", values: [0, 5] }],
      params: { axis: 0 },
      refused: /the index is not a vector/,
    },
  ],
});

export const indexAddOp: Op<IndexAddParams> = defineOp<IndexAddParams>({
  name: "indexAdd",
  shape(inputs, { axis, size }) {
    const [rows, index] = inputs as readonly [TensorType, TensorType];
    checkIndex("indexAdd", index);
    if (rows.shape[axis] !== index.shape[0]) {
      throw shapeError("indexAdd", "not one number for each row", {
        rows: rows.shape,
        index: index.shape,
      });
    }
    if (size === 0 && index.shape[0] !== 0)
      throw shapeError("indexAdd", "no rows to add to", { index: index.shape, size });
    return { shape: rows.shape.map((n, k) => (k === axis ? size : n)), dtype: rows.dtype };
  },
  backward: ({ grad, inputs: [, index], params: { axis } }) => [
    apply(indexSelectOp, [grad, index as Tensor], { axis }),
    null,
  ],
  reference(inputs, output, { axis, size }) {
    const [rows, index] = inputs as readonly [ReferenceArray, ReferenceArray];
    output.data.fill(0);
    forRows(rows.shape, axis, index, size, (row, target) => {
      output.data[target] = (output.data[target] as number) + (rows.data[row] as number);
    });
  },
  lowering: { kind: "kernel" },
  cases: [
    {
      name: "rows, one of them twice",
      inputs: [{ shape: [3, 4] }, picks([4, 0, 4])],
      params: { axis: 0, size: 5 },
    },
    {
      name: "columns",
      inputs: [{ shape: [3, 4] }, picks([1, 1, 0, 4])],
      params: { axis: 1, size: 5 },
    },
    {
      name: "images",
      inputs: [{ shape: [3, 2, 2, 3] }, picks([1, 1, 0])],
      params: { axis: 0, size: 3 },
    },
    {
      name: "none",
      inputs: [{ shape: [0, 3] }, { shape: [0], dtype: "int32" }],
      params: { axis: 0, size: 2 },
    },
    {
      name: "numbers out of range count as the nearest",
      inputs: [{ shape: [4, 3] }, picks([-1, 5, 2147483520, -2147483648])],
      params: { axis: 0, size: 3 },
    },
    {
      name: "too few numbers",
      inputs: [{ shape: [3, 4] }, picks([4, 0])],
      params: { axis: 0, size: 5 },
      refused: /not one number for each row/,
    },
  ],
});

function picks(data: readonly number[]) {
  return { shape: [data.length], dtype: "int32", values: { data } } as const;
}

/** Positions in a tensor with `index.length` rows, each with its place in one with `size` rows. */
function forRows(
  rows: readonly number[],
  axis: number,
  index: ReferenceArray,
  size: number,
  visit: (row: number, place: number) => void,
): void {
  const count = index.data.length;
  const outer = sizeOf(rows.slice(0, axis));
  const inner = sizeOf(rows.slice(axis + 1));
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < count; k++) {
      const place = inRange(index.data[k] as number, size);
      for (let i = 0; i < inner; i++)
        visit((o * count + k) * inner + i, (o * size + place) * inner + i);
    }
  }
}

/**
 * Rows (or columns, images, …) by number, as `torch.index_select`. That the numbers are in range is up
 * to the caller: they are not known yet when the operation is recorded. Outside, the nearest is taken.
 * @param x     any tensor
 * @param dim   axis that the numbers count
 * @param index int32 vector of positions in `[0, size)`
 * @throws DtypeError if the index is not int32; ShapeError if it is not a vector, or the axis is empty
 * @example await indexSelect(Tensor.from([[1, 2], [3, 4]]), 0, Tensor.from([1], { dtype: "int32" })).array() // [[3, 4]]
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  return apply(indexSelectOp, [x, index], { axis: normalizeAxis("indexSelect", dim, x.ndim) });
}
