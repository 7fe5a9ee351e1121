// scatter and scatterAdd: along an axis, each element of the index says where an element goes.
import type { Case, Op, ReferenceArray, TensorType } from "../tensor/op.ts";
import { normalizeAxis, type Shape, sameShape, shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { full } from "./full.ts";
import { checkGather, forIndexed, type GatherParams, gather } from "./gather.ts";
import { asTensor } from "./operands.ts";
import { checkDomain, commonDtype } from "./pointwise.ts";
import { slice } from "./slice.ts";

const places = (shape: Shape, data: readonly number[]) =>
  ({ shape, dtype: "int32", values: { data } }) as const;

/** Cases in which no two elements go to the same place, so that scatter has a gradient there. */
const cases: readonly Case<GatherParams>[] = [
  {
    name: "along rows",
    inputs: [{ shape: [2, 3] }, places([2, 2], [2, 0, 1, 2]), { shape: [2, 2] }],
    params: { axis: 1 },
  },
  {
    name: "along columns, fewer of them",
    inputs: [{ shape: [3, 5] }, places([2, 3], [2, 0, 1, 0, 1, 2]), { shape: [2, 3] }],
    params: { axis: 0 },
  },
  {
    name: "the middle axis",
    inputs: [
      { shape: [2, 3, 5] },
      places([2, 2, 3], [0, 1, 2, 1, 2, 0, 2, 2, 2, 1, 0, 0]),
      { shape: [2, 2, 3] },
    ],
    params: { axis: 1 },
  },
  {
    name: "a vector",
    inputs: [{ shape: [9] }, places([3], [8, 0, 5]), { shape: [3] }],
    params: { axis: 0 },
  },
  {
    name: "none",
    inputs: [{ shape: [3, 4] }, { shape: [3, 0], dtype: "int32" }, { shape: [3, 0] }],
    params: { axis: 1 },
  },
  {
    name: "an empty batch",
    inputs: [{ shape: [0, 4] }, { shape: [0, 2], dtype: "int32" }, { shape: [0, 2] }],
    params: { axis: 1 },
  },
  {
    name: "numbers out of range count as the nearest",
    inputs: [
      { shape: [2, 3] },
      places([2, 2], [-1, 2147483520, 3, -2147483648]),
      { shape: [2, 2] },
    ],
    params: { axis: 1 },
  },
  {
    name: "integers, some to the same place",
    inputs: [
      { shape: [3, 4], dtype: "int32", values: [-9, 9] },
      { shape: [3, 5], dtype: "int32", values: [0, 4] },
      { shape: [3, 5], dtype: "int32", values: [-9, 9] },
    ],
    params: { axis: 1 },
    gradient: false,
  },
  {
    name: "a source of another shape",
    inputs: [{ shape: [2, 3] }, { shape: [2, 2], dtype: "int32" }, { shape: [2, 3] }],
    params: { axis: 1 },
    refused: /source and index differ in shape/,
  },
  {
    name: "a source of another dtype",
    inputs: [
      { shape: [2, 3] },
      { shape: [2, 2], dtype: "int32" },
      { shape: [2, 2], dtype: "int32" },
    ],
    params: { axis: 1 },
    refused: /inputs have dtypes float32 and int32/,
  },
  {
    name: "an index larger than x",
    inputs: [{ shape: [2, 3] }, { shape: [3, 3], dtype: "int32" }, { shape: [3, 3] }],
    params: { axis: 1 },
    refused: /index has 3 elements along axis 0, x has 2/,
  },
];

/** Inputs are x, the index, and the source in the shape of the index. */
function scattering(
  name: "scatter" | "scatterAdd",
  more: readonly Case<GatherParams>[],
): Op<GatherParams> {
  const adds = name === "scatterAdd";
  return {
    name,
    shape(inputs, { axis }) {
      const [x, index, source] = inputs as readonly [TensorType, TensorType, TensorType];
      checkGather(name, x, index, axis);
      if (!sameShape(source.shape, index.shape)) {
        throw shapeError(name, "source and index differ in shape", {
          source: source.shape,
          index: index.shape,
        });
      }
      commonDtype(name, [x, source]);
      if (adds) checkDomain(name, x.dtype, "number");
      return { shape: x.shape, dtype: x.dtype };
    },
    backward({ grad, inputs, params: { axis } }) {
      const [, index] = inputs as readonly [Tensor, Tensor];
      const kept = adds ? grad : apply(scatterOp, [grad, index, full(index.shape, 0)], { axis });
      return [kept, null, gather(grad, axis, index)];
    },
    reference(inputs, output, { axis }) {
      const [x, index, source] = inputs as readonly ReferenceArray[] as [
        ReferenceArray,
        ReferenceArray,
        ReferenceArray,
      ];
      output.data.set(x.data);
      forIndexed(index, x.shape, axis, (at, named) => {
        const value = source.data[at] as number;
        output.data[named] = adds ? (output.data[named] as number) + value : value;
      });
    },
    lowering: { kind: "kernel" },
    cases: [...cases, ...more],
  };
}

export const scatterOp = scattering("scatter", [
  {
    name: "bytes",
    inputs: [
      { shape: [3, 7], dtype: "uint8", values: [0, 256] },
      { shape: [3, 2], dtype: "int32", values: [0, 7] },
      { shape: [3, 2], dtype: "uint8", values: [0, 256] },
    ],
    params: { axis: 1 },
    gradient: false,
  },
]);

export const scatterAddOp = scattering("scatterAdd", [
  {
    name: "many to the same place",
    inputs: [
      { shape: [4, 3] },
      { shape: [4, 17], dtype: "int32", values: [0, 3] },
      { shape: [4, 17] },
    ],
    params: { axis: 1 },
  },
  {
    name: "bools",
    inputs: [
      { shape: [2], dtype: "bool" },
      { shape: [2], dtype: "int32" },
      { shape: [2], dtype: "bool" },
    ],
    params: { axis: 0 },
    refused: /takes float32 or int32, got bool/,
  },
]);

/** The part of the source that has an index. */
function sourceFor(op: string, x: Tensor, index: Tensor, source: Tensor): Tensor {
  if (
    source.ndim !== index.ndim ||
    index.shape.some((size, axis) => size > (source.shape[axis] as number))
  ) {
    throw shapeError(op, "the source is smaller than the index", {
      source: source.shape,
      index: index.shape,
    });
  }
  return cast(
    index.shape.reduce((part, size, axis) => slice(part, axis, 0, size), source),
    x.dtype,
  );
}

/**
 * x with elements of the source written where the index says, as `torch.scatter`.
 *
 *     y[i, index[i, j, k], k] = source[i, j, k]    (for dim 1)
 *
 * Of several that go to the same place, the last one stays (and the gradient is that of PyTorch: right only
 * where places differ). Numbers outside count as the nearest.
 * @param x      any tensor
 * @param dim    axis that the numbers count
 * @param index  int32, with as many axes as x; on the other axes no larger than x
 * @param source a number, or a tensor at least as large as the index
 * @throws DtypeError if the index is not int32; ShapeError if shapes do not fit
 * @example await scatter(Tensor.zeros([2, 2]), 1, Tensor.from([[0], [1]], { dtype: "int32" }), 5).array() // [[5, 0], [0, 5]]
 */
export function scatter(x: Tensor, dim: number, index: Tensor, source: Tensor | number): Tensor {
  const values =
    typeof source === "number"
      ? asTensor(source, x.dtype).expand(index.shape)
      : sourceFor("scatter", x, index, source);
  return apply(scatterOp, [x, index, values], { axis: normalizeAxis("scatter", dim, x.ndim) });
}

/**
 * x with elements of the source added where the index says, as `torch.scatter_add`: the adjoint of
 * {@link gather}.
 *
 *     y[i, index[i, j, k], k] += source[i, j, k]    (for dim 1)
 *
 * Numbers outside count as the nearest.
 * @param x      float32 or int32
 * @param dim    axis that the numbers count
 * @param index  int32, with as many axes as x; on the other axes no larger than x
 * @param source at least as large as the index
 * @throws DtypeError if the index is not int32; ShapeError if shapes do not fit
 * @example await scatterAdd(Tensor.zeros([1, 3]), 1, Tensor.from([[2, 2, 0]], { dtype: "int32" }), Tensor.from([[1, 2, 3]])).array() // [[3, 0, 3]]
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return apply(scatterAddOp, [x, index, sourceFor("scatterAdd", x, index, source)], {
    axis: normalizeAxis("scatterAdd", dim, x.ndim),
  });
}
