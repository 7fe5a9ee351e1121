// cumsum: the sum of all elements so far along an axis.
import { defineOp, type Op, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { normalizeAxis, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { wrapInteger } from "./loops.ts";
import { checkDomain } from "./pointwise.ts";
import { reshape } from "./reshape.ts";

interface CumsumParams {
  readonly axis: number;
  /** From the back? */
  readonly reverse: boolean;
}

export const cumsumOp: Op<CumsumParams> = defineOp<CumsumParams>({
  name: "cumsum",
  shape([x]) {
    const { shape, dtype } = x as TensorType;
    checkDomain("cumsum", dtype, "number");
    return { shape, dtype };
  },
  // Each element goes into all sums from there on.
  backward: ({ grad, params: { axis, reverse } }) => [
    apply(cumsumOp, [grad], { axis, reverse: !reverse }),
  ],
  reference([x], output, { axis, reverse }) {
    const { data, shape, dtype } = x as ReferenceArray;
    const count = shape[axis] as number;
    const inner = sizeOf(shape.slice(axis + 1));
    for (let i = 0; i < data.length; i++) {
      const position = Math.floor(i / inner) % count;
      const from = reverse ? position : 0;
      const to = reverse ? count - 1 : position;
      let total = 0;
      for (let k = from; k <= to; k++) total += data[i + (k - position) * inner] as number;
      output.data[i] = wrapInteger(total, dtype);
    }
  },
  lowering: { kind: "kernel" },
  cases: [
    { name: "a vector", inputs: [{ shape: [7] }], params: { axis: 0, reverse: false } },
    { name: "rows", inputs: [{ shape: [3, 5] }], params: { axis: 1, reverse: false } },
    { name: "columns", inputs: [{ shape: [3, 5] }], params: { axis: 0, reverse: false } },
    {
      name: "the middle axis",
      inputs: [{ shape: [2, 3, 4] }],
      params: { axis: 1, reverse: false },
    },
    {
      name: "channels of images, from the back",
      inputs: [{ shape: [4, 3, 2, 3] }],
      params: { axis: 1, reverse: true },
    },
    { name: "rows from the back", inputs: [{ shape: [3, 5] }], params: { axis: 1, reverse: true } },
    { name: "one element", inputs: [{ shape: [3, 1] }], params: { axis: 1, reverse: false } },
    { name: "an empty batch", inputs: [{ shape: [0, 3] }], params: { axis: 1, reverse: false } },
    { name: "no elements", inputs: [{ shape: [2, 0] }], params: { axis: 1, reverse: false } },
    {
      name: "integers that wrap",
      inputs: [{ shape: [3], dtype: "int32", values: { data: [2147483520, 1000, 5] } }],
      params: { axis: 0, reverse: false },
      gradient: false,
    },
    {
      name: "NaN and infinity stay",
      inputs: [
        { shape: [2, 3], values: { data: [1, Number.NaN, 2, Number.POSITIVE_INFINITY, 1, 2] } },
      ],
      params: { axis: 1, reverse: false },
      gradient: false,
    },
    {
      name: "bools",
      inputs: [{ shape: [3], dtype: "bool" }],
      params: { axis: 0, reverse: false },
      refused: /takes float32 or int32, got bool/,
    },
  ],
});

/**
 * Sum of the elements so far along an axis, as `torch.cumsum`. Bytes and bools give int32.
 *
 *     y[i] = x[0] + … + x[i]
 *
 * @param x   any tensor
 * @param dim axis
 * @throws ShapeError if the axis does not exist
 * @example await cumsum(Tensor.from([1, 2, 3]), 0).array() // [1, 3, 6]
 */
export function cumsum(x: Tensor, dim: number): Tensor {
  const axis = normalizeAxis("cumsum", dim, x.ndim);
  const numbers = x.dtype === "float32" ? x : cast(x, "int32");
  if (x.ndim === 0) return reshape(cumsum(reshape(numbers, [1]), 0), []);
  return apply(cumsumOp, [numbers], { axis, reverse: false });
}
