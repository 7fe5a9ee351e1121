// repeat, tile, repeatInterleave: the elements several times over.
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeAxis, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { expand } from "./expand.ts";
import { flatten, reshape } from "./reshape.ts";

/**
 * The whole tensor several times along each axis, as `x.repeat`.
 * @param x     any tensor
 * @param sizes how often along each axis; further axes come in front
 * @throws ShapeError if there are fewer sizes than axes, or one is negative
 * @example await repeat(Tensor.from([1, 2]), [2, 2]).array() // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function repeat(x: Tensor, sizes: readonly number[]): Tensor {
  if (sizes.length < x.ndim || !sizes.every(isCount)) {
    throw new ShapeError(
      `repeat: ${formatShape(sizes)} is not a whole number for each axis of ${formatShape(x.shape)}`,
    );
  }
  const shape: Shape = [...new Array<number>(sizes.length - x.ndim).fill(1), ...x.shape];
  // Each axis behind one for its copies, then both as one.
  const apart = reshape(
    x,
    shape.flatMap((n) => [1, n]),
  );
  const copies = expand(
    apart,
    shape.flatMap((n, axis) => [sizes[axis] as number, n]),
  );
  return reshape(
    copies,
    shape.map((n, axis) => n * (sizes[axis] as number)),
  );
}

/**
 * As {@link repeat}, with 1 for axes in front that `sizes` leaves out: `torch.tile`.
 * @example await tile(Tensor.from([[1], [2]]), [2]).array() // [[1, 1], [2, 2]]
 */
export function tile(x: Tensor, sizes: readonly number[]): Tensor {
  return repeat(x, [...new Array<number>(Math.max(x.ndim - sizes.length, 0)).fill(1), ...sizes]);
}

/**
 * Each element several times in a row, as `torch.repeat_interleave`.
 * @param x       any tensor
 * @param repeats how often
 * @param dim     axis; without one, the elements of the flattened tensor
 * @throws ShapeError if the axis does not exist, or repeats is no whole number
 * @example await repeatInterleave(Tensor.from([1, 2]), 2).array() // [1, 1, 2, 2]
 */
export function repeatInterleave(x: Tensor, repeats: number, dim?: number): Tensor {
  if (!isCount(repeats)) throw new ShapeError(`repeatInterleave: repeats is ${repeats}`);
  if (dim === undefined || x.ndim === 0) return repeatInterleave(flatten(x), repeats, 0);
  const axis = normalizeAxis("repeatInterleave", dim, x.ndim);
  const [outer, inner] = [x.shape.slice(0, axis + 1), x.shape.slice(axis + 1)];
  const copies = expand(reshape(x, [...outer, 1, ...inner]), [...outer, repeats, ...inner]);
  return reshape(copies, x.shape.with(axis, (x.shape[axis] as number) * repeats));
}

function isCount(n: number): boolean {
  return Number.isInteger(n) && n >= 0;
}
