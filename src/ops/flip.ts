// flip: axes in reverse.
import { normalizeAxes } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { sameAxis, view } from "./view.ts";

interface FlipParams {
  readonly axes: readonly number[];
}

export const flipOp = view<FlipParams>({
  name: "flip",
  shape: (input) => input,
  map: (input, _, { axes }) =>
    input.map((n, axis) =>
      axes.includes(axis) ? { constant: n - 1, terms: [{ axis, factor: -1 }] } : sameAxis(axis),
    ),
  backward: (grad, _, { axes }) => grad.flip(axes),
  cases: [
    { name: "a vector", inputs: [{ shape: [7] }], params: { axes: [0] } },
    { name: "images left to right", inputs: [{ shape: [2, 2, 3, 5] }], params: { axes: [3] } },
    { name: "both axes", inputs: [{ shape: [3, 5] }], params: { axes: [0, 1] } },
    { name: "no axis", inputs: [{ shape: [3] }], params: { axes: [] } },
    { name: "an empty batch", inputs: [{ shape: [0, 3] }], params: { axes: [0, 1] } },
  ],
});

/**
 * Axes in reverse, as `torch.flip`.
 * @param x    any tensor
 * @param dims axis or axes
 * @throws ShapeError if an axis does not exist
 * @example await flip(Tensor.from([1, 2, 3]), 0).array() // [3, 2, 1]
 */
export function flip(x: Tensor, dims: number | readonly number[]): Tensor {
  return apply(flipOp, [x], { axes: normalizeAxes("flip", dims, x.ndim) });
}
