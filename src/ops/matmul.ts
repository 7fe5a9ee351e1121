// matmul: products of matrices, or of batches of them.
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { broadcastShapes, type Shape, sameShape, shapeError, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { expand } from "./expand.ts";
import { permuteOp } from "./permute.ts";
import { checkDomain, commonDtype } from "./pointwise.ts";
import { reshape } from "./reshape.ts";

export const matmulOp = defineOp<undefined>({
  name: "matmul",
  shape(inputs) {
    const [a, b] = inputs as readonly [TensorType, TensorType];
    checkDomain("matmul", commonDtype("matmul", inputs), "float");
    const rank = a.shape.length;
    const batch = a.shape.slice(0, -2);
    if (rank < 2 || rank !== b.shape.length || !sameShape(batch, b.shape.slice(0, -2))) {
      throw shapeError("matmul", "the batch axes differ", { a: a.shape, b: b.shape });
    }
    const [rows, inner] = a.shape.slice(-2) as [number, number];
    const [expected, columns] = b.shape.slice(-2) as [number, number];
    if (inner !== expected) throw mismatch(a.shape, b.shape, inner, expected);
    return { shape: [...batch, rows, columns], dtype: a.dtype };
  },
  backward({ grad, inputs }) {
    const [a, b] = inputs as [Tensor, Tensor];
    const aGrad = grad.matmul(b.transpose(-2, -1));
    // aᵀ · grad = (gradᵀ · a)ᵀ: the gradient lies as the elements of b lie, so that an optimizer can write b in place.
    const bGrad = isTransposed(b)
      ? grad.transpose(-2, -1).matmul(a).transpose(-2, -1)
      : a.transpose(-2, -1).matmul(grad);
    return [aGrad, bGrad];
  },
  reference(inputs, output) {
    const [a, b] = inputs as readonly [ReferenceArray, ReferenceArray];
    const [rows, inner] = a.shape.slice(-2) as [number, number];
    const columns = b.shape.at(-1) as number;
    const batch = sizeOf(a.shape.slice(0, -2));
    for (let n = 0; n < batch; n++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let total = 0;
          for (let k = 0; k < inner; k++) {
            total +=
              (a.data[(n * rows + i) * inner + k] as number) *
              (b.data[(n * inner + k) * columns + j] as number);
          }
          output.data[(n * rows + i) * columns + j] = total;
        }
      }
    }
  },
  lowering: { kind: "kernel" },
  cases: [
    {
      name: "small, no size a multiple of 4",
      inputs: [{ shape: [3, 5] }, { shape: [5, 7] }],
      params: undefined,
    },
    {
      name: "larger than a tile",
      inputs: [{ shape: [13, 33] }, { shape: [33, 18] }],
      params: undefined,
    },
    {
      name: "a row times a matrix",
      inputs: [{ shape: [1, 9] }, { shape: [9, 4] }],
      params: undefined,
    },
    {
      name: "a matrix times a column",
      inputs: [{ shape: [6, 9] }, { shape: [9, 1] }],
      params: undefined,
    },
    { name: "an outer product", inputs: [{ shape: [5, 1] }, { shape: [1, 6] }], params: undefined },
    { name: "a batch", inputs: [{ shape: [3, 2, 5] }, { shape: [3, 5, 4] }], params: undefined },
    {
      name: "two batch axes",
      inputs: [{ shape: [2, 3, 4, 1] }, { shape: [2, 3, 1, 3] }],
      params: undefined,
    },
    { name: "no rows", inputs: [{ shape: [0, 3] }, { shape: [3, 4] }], params: undefined },
    { name: "nothing to sum", inputs: [{ shape: [2, 0] }, { shape: [0, 3] }], params: undefined },
    {
      name: "inner sizes that differ",
      inputs: [{ shape: [2, 3] }, { shape: [4, 5] }],
      params: undefined,
      refused: /matmul: a has 3 columns, b has 4 rows/,
    },
    {
      name: "integers",
      inputs: [
        { shape: [2, 3], dtype: "int32" },
        { shape: [3, 2], dtype: "int32" },
      ],
      params: undefined,
      refused: /matmul: takes float32, got int32/,
    },
  ],
});

function mismatch(a: Shape, b: Shape, inner: number, expected: number): Error {
  const turned = b.length >= 2 && b.at(-1) === inner;
  const hint = turned ? "transpose b: b.transpose(-2, -1)" : undefined;
  return shapeError("matmul", `a has ${inner} columns, b has ${expected} rows`, { a, b }, hint);
}

/** Is this a view of matrices with rows and columns exchanged, such as the weight of a dense layer? */
function isTransposed({ node, ndim }: Tensor): boolean {
  if (node.op !== permuteOp) return false;
  const { order } = node.params as { readonly order: readonly number[] };
  return order[ndim - 1] === ndim - 2 && order[ndim - 2] === ndim - 1;
}

/**
 * Matrix product, as `torch.matmul`.
 *
 *     y[…, i, j] = Σ_k a[…, i, k] · b[…, k, j]
 *
 * Batch axes broadcast. A vector `a` counts as a row, a vector `b` as a column, and that axis is left
 * out of the result.
 * @param a `[…, rows, inner]` or `[inner]`
 * @param b `[…, inner, columns]` or `[inner]`
 * @returns `[…, rows, columns]`
 * @throws ShapeError if the inner sizes differ or batch axes do not broadcast
 * @example matmul(Tensor.ones([2, 3]), Tensor.ones([3, 4])).shape // [2, 4]
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.ndim === 0 || b.ndim === 0) {
    throw shapeError(
      "matmul",
      "a scalar is no matrix",
      { a: a.shape, b: b.shape },
      "use mul for a product with a number",
    );
  }
  const left = cast(a.ndim === 1 ? reshape(a, [1, ...a.shape]) : a, "float32");
  const right = cast(b.ndim === 1 ? reshape(b, [...b.shape, 1]) : b, "float32");
  const inner = left.shape.at(-1) as number;
  const expected = right.shape.at(-2) as number;
  if (inner !== expected) throw mismatch(a.shape, b.shape, inner, expected);
  const product = multiply(left, right);
  const shape = [
    ...product.shape.slice(0, -2),
    ...(a.ndim === 1 ? [] : product.shape.slice(-2, -1)),
    ...(b.ndim === 1 ? [] : product.shape.slice(-1)),
  ];
  return reshape(product, shape);
}

function multiply(a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1) as number;
  // One matrix for the whole batch: the batch is only more rows.
  if (b.ndim === 2) {
    const flat = apply(matmulOp, [reshape(a, [sizeOf(a.shape.slice(0, -1)), inner]), b], undefined);
    return reshape(flat, [...a.shape.slice(0, -1), columns]);
  }
  const batch = broadcastShapes("matmul", [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return apply(
    matmulOp,
    [expand(a, [...batch, rows, inner]), expand(b, [...batch, inner, columns])],
    undefined,
  );
}
