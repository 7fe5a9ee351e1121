// diagonal: the elements whose indices along two axes differ by a constant; diagEmbed, its adjoint: a
// matrix with these elements on a diagonal; diag: either, by the number of axes.
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeAxis, type Shape } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { movedim } from "./movedim.ts";
import { padAxes } from "./pad.ts";
import { unsqueeze } from "./reshape.ts";
import { diagonalNumbers } from "./triangle.ts";
import { sameAxis, view } from "./view.ts";
import { where } from "./where.ts";

/** Elements [i, i + offset] of axes `row` and `column`; they become the last axis. */
interface DiagonalParams {
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/** Number of elements of a diagonal. */
function lengthOf(rows: number, columns: number, offset: number): number {
  return Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
}

export const diagonalOp = view<DiagonalParams>({
  name: "diagonal",
  shape(input, { offset, row, column }) {
    const [rows, columns] = [input[row], input[column]];
    if (rows === undefined || columns === undefined || row === column) {
      throw new ShapeError(
        `diagonal: ${row} and ${column} are not two axes of ${formatShape(input)}`,
      );
    }
    const others = input.filter((_, axis) => axis !== row && axis !== column);
    return [...others, lengthOf(rows, columns, offset)];
  },
  map(input, output, { offset, row, column }) {
    const along = (start: number) => ({
      constant: Math.max(start, 0),
      terms: [{ axis: output.length - 1, factor: 1 }],
    });
    let next = 0;
    return input.map((_, axis) => {
      if (axis === row) return along(-offset);
      return axis === column ? along(offset) : sameAxis(next++);
    });
  },
  backward: (grad, x, { offset, row, column }) => {
    const size: Shape = [x.shape[row] as number, x.shape[column] as number];
    return movedim(onDiagonal(grad, size, offset), [-2, -1], [row, column]);
  },
  cases: [
    {
      name: "of a square",
      inputs: [{ shape: [5, 5] }],
      params: { offset: 0, row: 0, column: 1 },
    },
    {
      name: "above, more columns than rows",
      inputs: [{ shape: [3, 7] }],
      params: { offset: 2, row: 0, column: 1 },
    },
    {
      name: "below, more rows than columns",
      inputs: [{ shape: [6, 3] }],
      params: { offset: -1, row: 0, column: 1 },
    },
    {
      name: "of the outer axes, exchanged",
      inputs: [{ shape: [4, 2, 3] }],
      params: { offset: 1, row: 2, column: 0 },
    },
    {
      name: "outside",
      inputs: [{ shape: [2, 3] }],
      params: { offset: 4, row: 0, column: 1 },
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 3, 3] }],
      params: { offset: 0, row: 1, column: 2 },
    },
    {
      name: "one axis twice",
      inputs: [{ shape: [3, 3] }],
      params: { offset: 0, row: 1, column: 1 },
      refused: /1 and 1 are not two axes of \[3, 3\]/,
    },
  ],
});

/** Matrices of this size with the elements of the last axis on a diagonal and zeros elsewhere. */
function onDiagonal(x: Tensor, [rows, columns]: Shape, offset: number): Tensor {
  const [height, width] = [rows as number, columns as number];
  const before = Math.min(Math.max(offset, 0), width);
  const after = width - before - (x.shape.at(-1) as number);
  const row = padAxes(x, [...x.shape.slice(1).map(() => [0, 0] as const), [before, after]]);
  return where(diagonalNumbers([height, width]).eq(offset), unsqueeze(row, -2), 0);
}

/**
 * The elements `[…, i, i + offset]` of two axes, as the last axis: `torch.diagonal`.
 * @param offset 0 is the main diagonal, 1 the one above it, −1 the one below
 * @param dim1   axis of the rows
 * @param dim2   axis of the columns
 * @throws ShapeError unless these are two axes
 * @example await diagonal(Tensor.from([[1, 2], [3, 4]])).array() // [1, 4]
 */
export function diagonal(x: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  return apply(diagonalOp, [x], {
    offset,
    row: normalizeAxis("diagonal", dim1, x.ndim),
    column: normalizeAxis("diagonal", dim2, x.ndim),
  });
}

/**
 * Matrices with the elements of the last axis on a diagonal and zeros elsewhere, as `torch.diag_embed`.
 * @param x `[…, n]`
 * @returns `[…, n + |offset|, n + |offset|]`
 * @throws ShapeError if x is a scalar
 * @example await diagEmbed(Tensor.from([1, 2])).array() // [[1, 0], [0, 2]]
 */
export function diagEmbed(x: Tensor, offset = 0): Tensor {
  const size = x.shape.at(-1);
  if (size === undefined) throw new ShapeError("diagEmbed: a scalar has no axis");
  const side = size + Math.abs(offset);
  return onDiagonal(x, [side, side], offset);
}

/**
 * The diagonal of a matrix, or a matrix with this vector on its diagonal, as `torch.diag`.
 * @throws ShapeError if x has neither one nor two axes
 * @example await diag(Tensor.from([1, 2]), 1).array() // [[0, 1, 0], [0, 0, 2], [0, 0, 0]]
 */
export function diag(x: Tensor, offset = 0): Tensor {
  if (x.ndim === 1) return diagEmbed(x, offset);
  if (x.ndim === 2) return diagonal(x, offset);
  throw new ShapeError(`diag: takes a vector or a matrix, got ${formatShape(x.shape)}`, {
    hint: "for batches, use diagonal or diagEmbed",
  });
}
