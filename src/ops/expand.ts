// expand: stretches axes of size 1, without copying.
import { type Shape, sameShape, shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { broadcastMap } from "./loops.ts";
import { view } from "./view.ts";

interface ExpandParams {
  readonly shape: Shape;
}

export const expandOp = view<ExpandParams>({
  name: "expand",
  shape(input, { shape }) {
    const added = shape.length - input.length;
    if (added < 0 || input.some((n, axis) => n !== 1 && n !== shape[axis + added])) {
      throw shapeError("expand", "only axes of size 1 stretch", { x: input, shape });
    }
    return shape;
  },
  map: (input, output) => broadcastMap(input, output),
  backward: (grad, x) => grad.sumToSize(x.shape),
  cases: [
    { name: "a column", inputs: [{ shape: [3, 1] }], params: { shape: [3, 5] } },
    { name: "a row, with an axis in front", inputs: [{ shape: [7] }], params: { shape: [3, 7] } },
    { name: "a scalar", inputs: [{ shape: [] }], params: { shape: [2, 3] } },
    {
      name: "channels over images",
      inputs: [{ shape: [1, 3, 1, 1] }],
      params: { shape: [2, 3, 2, 3] },
    },
    { name: "to nothing", inputs: [{ shape: [1, 3] }], params: { shape: [0, 3] } },
    {
      name: "an axis that is not 1",
      inputs: [{ shape: [2, 3] }],
      params: { shape: [4, 3] },
      refused: /only axes of size 1 stretch/,
    },
  ],
});

/**
 * Axes of size 1 stretched to the given sizes, as `x.expand`; −1 leaves a size as it is.
 * @param x     any tensor
 * @param shape sizes; new axes may come in front
 * @throws ShapeError if an axis that is not of size 1 would change
 * @example expand(Tensor.ones([3, 1]), [-1, 4]).shape // [3, 4]
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  const added = shape.length - x.ndim;
  const resolved = shape.map((n, axis) => (n === -1 ? (x.shape[axis - added] ?? -1) : n));
  if (sameShape(resolved, x.shape)) return x;
  if (resolved.includes(-1))
    throw shapeError("expand", "-1 stands for an axis that x does not have", { x: x.shape, shape });
  return apply(expandOp, [x], { shape: resolved });
}

/**
 * As {@link expand}, by its other name: `torch.broadcast_to`.
 * @example await broadcastTo(Tensor.from([1, 2]), [2, 2]).array() // [[1, 2], [1, 2]]
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return expand(x, shape);
}
