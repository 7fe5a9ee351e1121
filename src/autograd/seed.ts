// Where differentiation starts: the gradient of the result itself.
import { ones } from "../ops/full.ts";
import { FoveaError } from "../tensor/errors.ts";
import { formatShape, sameShape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The gradient to start with, or an error that says why there is none. */
export function seed(caller: string, root: Tensor, given: Tensor | undefined): Tensor {
  if (!root.requiresGrad) {
    throw new FoveaError(
      `${caller}: this tensor does not depend on anything that requires a gradient`,
      {
        facts: [{ name: "tensor", value: root.toString() }],
        hint: "make a leaf with { requiresGrad: true }, and compute outside noGrad",
      },
    );
  }
  if (given === undefined) {
    if (root.numel !== 1) {
      throw shapeError(
        caller,
        `a gradient is needed for a tensor of shape ${formatShape(root.shape)}`,
        { tensor: root.shape },
        "reduce it to a scalar first (sum, mean), or give the gradient",
      );
    }
    return ones(root.shape);
  }
  if (!sameShape(given.shape, root.shape)) {
    throw shapeError(caller, "the given gradient has another shape than the tensor", {
      tensor: root.shape,
      gradient: given.shape,
    });
  }
  return given;
}
