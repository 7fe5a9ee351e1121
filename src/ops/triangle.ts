// tril and triu: the part of a matrix below or above a diagonal, and zeros elsewhere.
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { arange } from "./arange.ts";
import { reshape } from "./reshape.ts";
import { where } from "./where.ts";

/** column − row, for each element of the last two axes: the number of its diagonal. */
export function diagonalNumbers(shape: Shape): Tensor {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return arange(columns).sub(reshape(arange(rows), [rows, 1]));
}

/**
 * The lower triangle of matrices, zeros above, as `torch.tril`.
 * @param x        `[…, rows, columns]`
 * @param diagonal the last diagonal kept: 0 is the main one, 1 the one above it
 * @throws ShapeError if x has fewer than two axes
 * @example await tril(Tensor.ones([2, 2])).array() // [[1, 0], [1, 1]]
 */
export function tril(x: Tensor, diagonal = 0): Tensor {
  checkMatrix("tril", x);
  return where(diagonalNumbers(x.shape).le(diagonal), x, 0);
}

/**
 * The upper triangle of matrices, zeros below, as `torch.triu`.
 * @param x        `[…, rows, columns]`
 * @param diagonal the first diagonal kept: 0 is the main one, 1 the one above it
 * @throws ShapeError if x has fewer than two axes
 * @example await triu(Tensor.ones([2, 2])).array() // [[1, 1], [0, 1]]
 */
export function triu(x: Tensor, diagonal = 0): Tensor {
  checkMatrix("triu", x);
  return where(diagonalNumbers(x.shape).ge(diagonal), x, 0);
}

function checkMatrix(op: string, { shape }: Tensor): void {
  if (shape.length < 2) throw new ShapeError(`${op}: takes matrices, got ${formatShape(shape)}`);
}
