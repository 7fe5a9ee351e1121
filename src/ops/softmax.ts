// softmax and its logarithm, along an axis, without overflow.
import { type Case, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { normalizeAxis, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { checkDomain } from "./pointwise.ts";

interface SoftmaxParams {
  readonly axis: number;
}

const cases: readonly Case<SoftmaxParams>[] = [
  { name: "rows", inputs: [{ shape: [3, 5] }], params: { axis: 1 } },
  { name: "columns", inputs: [{ shape: [3, 5] }], params: { axis: 0 } },
  { name: "channels of images", inputs: [{ shape: [2, 3, 2, 2] }], params: { axis: 1 } },
  { name: "a vector", inputs: [{ shape: [7] }], params: { axis: 0 } },
  { name: "one element", inputs: [{ shape: [3, 1] }], params: { axis: 1 } },
  { name: "an empty batch", inputs: [{ shape: [0, 5] }], params: { axis: 1 } },
  {
    name: "numbers whose exponentials overflow",
    inputs: [{ shape: [2, 3], values: { data: [1000, 999, 998, -1000, -1001, 0] } }],
    params: { axis: 1 },
  },
  {
    name: "integers",
    inputs: [{ shape: [3], dtype: "int32" }],
    params: { axis: 0 },
    refused: /takes float32, got int32/,
  },
];

export const softmaxOp = defineOp<SoftmaxParams>({
  name: "softmax",
  shape: ([x]) => sameFloats("softmax", x as TensorType),
  backward: ({ grad, output, params: { axis } }) => {
    const weighted = grad.mul(output);
    return [weighted.sub(output.mul(weighted.sum(axis, { keepdim: true })))];
  },
  reference([x], output, { axis }) {
    forRows(x as ReferenceArray, axis, (row, { most, total }) => {
      for (const { at, value } of row) output.data[at] = Math.exp(value - most) / total;
    });
  },
  lowering: {
    kind: "composite",
    build([x], { axis }) {
      const shifted = (x as Tensor).sub((x as Tensor).amax(axis, { keepdim: true }));
      const powers = shifted.exp();
      return powers.div(powers.sum(axis, { keepdim: true }));
    },
  },
  cases,
});

export const logSoftmaxOp = defineOp<SoftmaxParams>({
  name: "logSoftmax",
  shape: ([x]) => sameFloats("logSoftmax", x as TensorType),
  backward: ({ grad, output, params: { axis } }) => [
    grad.sub(output.exp().mul(grad.sum(axis, { keepdim: true }))),
  ],
  reference([x], output, { axis }) {
    forRows(x as ReferenceArray, axis, (row, { most, total }) => {
      for (const { at, value } of row) output.data[at] = value - most - Math.log(total);
    });
  },
  lowering: {
    kind: "composite",
    build([x], { axis }) {
      const shifted = (x as Tensor).sub((x as Tensor).amax(axis, { keepdim: true }));
      return shifted.sub(shifted.exp().sum(axis, { keepdim: true }).log());
    },
  },
  cases,
});

function sameFloats(op: string, { shape, dtype }: TensorType): TensorType {
  checkDomain(op, dtype, "float");
  return { shape, dtype };
}

interface Row {
  /** Largest element. */
  readonly most: number;
  /** Σ exp(x − most). */
  readonly total: number;
}

/** Calls `visit` for every row along the axis. @internal */
export function forRows(
  { data, shape }: ReferenceArray,
  axis: number,
  visit: (row: readonly { at: number; value: number }[], sums: Row) => void,
): void {
  const count = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  for (let r = 0; r < data.length / count; r++) {
    const start = Math.floor(r / inner) * count * inner + (r % inner);
    const row = Array.from({ length: count }, (_, k) => ({
      at: start + k * inner,
      value: data[start + k * inner] as number,
    }));
    const most = row.reduce((best, { value }) => Math.max(best, value), Number.NEGATIVE_INFINITY);
    visit(row, {
      most,
      total: row.reduce((total, { value }) => total + Math.exp(value - most), 0),
    });
  }
}

/**
 * eˣ / Σ eˣ along an axis, as `torch.softmax`.
 * @throws ShapeError if the axis does not exist
 * @example await softmax(Tensor.from([[0, 0]]), 1).array() // [[0.5, 0.5]]
 */
export function softmax(x: Tensor, dim: number): Tensor {
  return apply(softmaxOp, [cast(x, "float32")], { axis: normalizeAxis("softmax", dim, x.ndim) });
}

/**
 * x − ln Σ eˣ along an axis, as `torch.log_softmax`: the logarithm of {@link softmax}, exact also where that is 0.
 * @throws ShapeError if the axis does not exist
 * @example await logSoftmax(Tensor.from([[0, 0]]), 1).array() // [[-0.693…, -0.693…]]
 */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return apply(logSoftmaxOp, [cast(x, "float32")], {
    axis: normalizeAxis("logSoftmax", dim, x.ndim),
  });
}
