// roll: elements moved along an axis; those that leave at one end come in at the other.
import { ShapeError } from "../tensor/errors.ts";
import { normalizeAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { concat } from "./concat.ts";
import { flatten, reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/**
 * Elements moved towards the end of an axis, around to its beginning, as `torch.roll`.
 * @param x      any tensor
 * @param shifts how far, for each axis; negative numbers move towards the beginning
 * @param dims   axis or axes; without them, the flattened tensor is rolled and given its shape back
 * @throws ShapeError if an axis does not exist, or there is not one shift for each
 * @example await roll(Tensor.from([1, 2, 3, 4]), 1).array() // [4, 1, 2, 3]
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims?: number | readonly number[],
): Tensor {
  if (dims === undefined && typeof shifts === "number") {
    return reshape(rollAxis(flatten(x), shifts, 0), x.shape);
  }
  const [far, axes] = [[shifts].flat(), [dims ?? []].flat()];
  if (far.length !== axes.length || !far.every(Number.isInteger)) {
    throw new ShapeError(`roll: ${far.length} shifts for ${axes.length} axes`, {
      facts: [
        { name: "shifts", value: JSON.stringify(far) },
        { name: "dims", value: JSON.stringify(axes) },
      ],
      hint: "give one whole number for each axis",
    });
  }
  return axes.reduce(
    (rolled, dim, k) => rollAxis(rolled, far[k] as number, normalizeAxis("roll", dim, x.ndim)),
    x,
  );
}

function rollAxis(x: Tensor, shift: number, axis: number): Tensor {
  if (!Number.isInteger(shift)) throw new ShapeError(`roll: ${shift} is not a whole number`);
  const size = x.shape[axis] ?? 0;
  const cut = size === 0 ? 0 : (size - (shift % size)) % size;
  return cut === 0 ? x : concat([slice(x, axis, cut), slice(x, axis, 0, cut)], axis);
}
