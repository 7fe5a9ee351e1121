// dot, outer, bmm: products whose operands have a fixed number of axes.
import { type Shape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { matmul } from "./matmul.ts";
import { mul } from "./mul.ts";
import { unsqueeze } from "./reshape.ts";
import { sum } from "./sum.ts";

/**
 * Σ a[i] · b[i] of two vectors, as `torch.dot`.
 * @throws ShapeError unless both are vectors of one size
 * @example await dot(Tensor.from([1, 2]), Tensor.from([3, 4])).item() // 11
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  checkRanks("dot", "vectors", 1, { a: a.shape, b: b.shape });
  if (a.numel !== b.numel)
    throw shapeError("dot", `${a.numel} and ${b.numel} elements`, { a: a.shape, b: b.shape });
  return sum(mul(a, b));
}

/**
 * a[i] · b[j] for every pair, as `torch.outer`.
 * @returns `[size of a, size of b]`
 * @throws ShapeError unless both are vectors
 * @example await outer(Tensor.from([1, 2]), Tensor.from([3, 4])).array() // [[3, 4], [6, 8]]
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkRanks("outer", "vectors", 1, { a: a.shape, b: b.shape });
  return mul(unsqueeze(a, 1), b);
}

/**
 * Matrix products of two batches of equal size, as `torch.bmm`; {@link matmul} broadcasts, this does not.
 * @param a `[batch, rows, inner]`
 * @param b `[batch, inner, columns]`
 * @returns `[batch, rows, columns]`
 * @throws ShapeError if these are no batches of matrices, or their sizes do not fit
 * @example bmm(Tensor.ones([2, 3, 4]), Tensor.ones([2, 4, 5])).shape // [2, 3, 5]
 */
export function bmm(a: Tensor, b: Tensor): Tensor {
  const facts = { a: a.shape, b: b.shape };
  checkRanks("bmm", "batches of matrices", 3, facts);
  if (a.shape[0] !== b.shape[0])
    throw shapeError("bmm", `batches of ${a.shape[0]} and ${b.shape[0]} matrices`, facts);
  return matmul(a, b);
}

function checkRanks(op: string, what: string, rank: number, shapes: Record<string, Shape>): void {
  if (Object.values(shapes).some(({ length }) => length !== rank))
    throw shapeError(op, `takes ${what}`, shapes);
}
