// takeAlongDim: gather with broadcasting, to apply what argmax, argsort and topk found.
import { broadcastShapes, normalizeAxis, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { expand } from "./expand.ts";
import { gather } from "./gather.ts";
import { reshape } from "./reshape.ts";

/**
 * Elements by number along an axis, the other axes broadcast, as `torch.take_along_dim`.
 * @param x       any tensor
 * @param indices int32, with as many axes as x; numbers outside count as the nearest
 * @param dim     axis that the numbers count; both read as vectors if undefined
 * @throws DtypeError if the indices are not int32; ShapeError if shapes do not broadcast
 * @example await takeAlongDim(Tensor.from([[3, 1], [2, 4]]), Tensor.from([[1]], { dtype: "int32" }), 1).array() // [[1], [4]]
 */
export function takeAlongDim(x: Tensor, indices: Tensor, dim?: number): Tensor {
  if (dim === undefined) return gather(reshape(x, [x.numel]), 0, reshape(indices, [indices.numel]));
  const axis = normalizeAxis("takeAlongDim", dim, x.ndim);
  if (indices.ndim !== x.ndim) {
    throw shapeError("takeAlongDim", "x and indices differ in their number of axes", {
      x: x.shape,
      indices: indices.shape,
    });
  }
  if (x.ndim === 0) return gather(x, 0, indices);
  const others = broadcastShapes("takeAlongDim", [
    x.shape.with(axis, 1),
    indices.shape.with(axis, 1),
  ]);
  return gather(
    expand(x, others.with(axis, x.shape[axis] as number)),
    axis,
    expand(indices, others.with(axis, indices.shape[axis] as number)),
  );
}
