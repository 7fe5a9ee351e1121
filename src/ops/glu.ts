// glu: one half of an axis gated by the other.
import { normalizeAxis, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { mul } from "./mul.ts";
import { sigmoid } from "./sigmoid.ts";
import { narrow } from "./slice.ts";

/**
 * Gated linear unit, as `torch.nn.functional.glu`: the first half of an axis times the sigmoid of the second.
 *
 *     y = a · σ(b),   x = [a, b] along dim
 *
 * @param dim axis to be halved (default the last)
 * @throws ShapeError if the axis does not exist or its size is odd
 * @example await glu(Tensor.from([[2, 4, 0, 0]])).array() // [[1, 2]]
 * @see Dauphin et al. 2017, "Language modeling with gated convolutional networks"
 */
export function glu(x: Tensor, dim = -1): Tensor {
  const axis = normalizeAxis("glu", dim, x.ndim);
  const size = x.shape[axis];
  if (size === undefined || size % 2 !== 0) {
    throw shapeError("glu", `axis ${axis} cannot be halved`, { x: x.shape });
  }
  const floats = cast(x, "float32");
  return mul(narrow(floats, axis, 0, size / 2), sigmoid(narrow(floats, axis, size / 2, size / 2)));
}
