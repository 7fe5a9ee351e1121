// split, chunk, unbind: a tensor in parts along an axis.
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { narrow, select } from "./slice.ts";

/**
 * Parts along an axis, as `torch.split`.
 * @param x    any tensor
 * @param size size of each part, the last may be smaller; or a list of sizes
 * @param dim  axis; 0 unless given
 * @throws ShapeError if the axis does not exist, or the sizes do not add up to its size
 * @example split(Tensor.ones([5]), 2).map((part) => part.shape) // [[2], [2], [1]]
 * @example split(Tensor.ones([5]), [1, 4]).map((part) => part.shape) // [[1], [4]]
 */
export function split(x: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
  const { axis, length } = axisOf("split", x, dim);
  const sizes = typeof size === "number" ? evenSizes(size, length) : size;
  const total = sizes.reduce((sum, n) => sum + n, 0);
  if (total !== length || !sizes.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(
      `split: parts of ${formatShape(sizes)} do not make up ${length} elements`,
      {
        facts: [{ name: "x", value: formatShape(x.shape), remark: `axis ${axis}` }],
      },
    );
  }
  let start = 0;
  return sizes.map((n) => {
    start += n;
    return narrow(x, axis, start - n, n);
  });
}

/** Sizes of equal parts, the last one smaller if need be; no elements are one empty part. */
function evenSizes(size: number, length: number): number[] {
  if (!Number.isInteger(size) || size < (length === 0 ? 0 : 1)) {
    throw new ShapeError(`split: parts of ${size} elements do not make up ${length}`);
  }
  const count = Math.max(Math.ceil(length / size) || 0, 1);
  return Array.from({ length: count }, (_, k) => Math.min(size, length - k * size));
}

/**
 * At most `chunks` parts of equal size, the last may be smaller, as `torch.chunk`.
 * @throws ShapeError if the axis does not exist, or chunks is less than 1
 * @example chunk(Tensor.ones([7]), 3).map((part) => part.shape) // [[3], [3], [1]]
 */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const { axis, length } = axisOf("chunk", x, dim);
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new ShapeError(`chunk: ${chunks} is not a number of parts`, {
      hint: "give a whole number, at least 1",
    });
  }
  // Nothing divides into as many empty parts as asked for.
  if (length === 0) return split(x, new Array<number>(chunks).fill(0), axis);
  return split(x, Math.ceil(length / chunks), axis);
}

/**
 * One tensor for each position of an axis, without the axis, as `torch.unbind`.
 * @throws ShapeError if the axis does not exist
 * @example unbind(Tensor.ones([2, 3])).map((row) => row.shape) // [[3], [3]]
 */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  const { axis, length } = axisOf("unbind", x, dim);
  return Array.from({ length }, (_, k) => select(x, axis, k));
}

function axisOf(op: string, x: Tensor, dim: number): { axis: number; length: number } {
  const axis = normalizeAxis(op, dim, x.ndim);
  const length = x.shape[axis];
  if (length === undefined) throw new ShapeError(`${op}: a scalar has no axis`);
  return { axis, length };
}
