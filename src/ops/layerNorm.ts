// layerNorm: each image, or each row, shifted and scaled to mean 0 and variance 1.
import { checkOptions } from "../tensor/errors.ts";
import { type Shape, sameShape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkNumbers } from "./batchNorm.ts";
import { cast } from "./cast.ts";
import { standardize } from "./standardize.ts";

export interface LayerNormOptions {
  /** Factor of each element, in the normalised shape. */
  readonly weight?: Tensor | null;
  /** Added to each element, in the normalised shape. */
  readonly bias?: Tensor | null;
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
}

/**
 * Layer normalisation, as `torch.nn.functional.layer_norm`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance over the last axes
 *
 * @param x               any shape that ends in the normalised one
 * @param normalizedShape sizes of the last axes, over which mean and (biased) variance are taken
 * @param options         weight, bias, eps
 * @returns the shape of x
 * @throws ShapeError if x does not end in the shape, or weight or bias has another; OptionError for a negative eps
 * @example await layerNorm(Tensor.from([[1, 3], [5, 5]]), [2], { eps: 3 }).array() // [[-0.5, 0.5], [0, 0]]
 * @see Ba, Kiros & Hinton 2016, "Layer normalization"
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  options: LayerNormOptions = {},
): Tensor {
  checkOptions("layerNorm", options, ["weight", "bias", "eps"]);
  const { weight = null, bias = null, eps = 1e-5 } = options;
  checkNumbers("layerNorm", 0, eps);
  const first = x.ndim - normalizedShape.length;
  if (
    normalizedShape.length === 0 ||
    !sameShape(x.shape.slice(Math.max(first, 0)), normalizedShape)
  )
    throw shapeError("layerNorm", "x does not end in the normalised shape", {
      x: x.shape,
      normalised: normalizedShape,
    });
  for (const [name, learned] of Object.entries({ weight, bias })) {
    if (learned === null || sameShape(learned.shape, normalizedShape)) continue;
    throw shapeError("layerNorm", `${name} has not the normalised shape`, {
      [name]: learned.shape,
      normalised: normalizedShape,
    });
  }
  const axes = normalizedShape.map((_, k) => first + k);
  return standardize(cast(x, "float32"), axes, eps, weight, bias);
}
