// linear: x · weightᵀ + bias.
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { matmul } from "./matmul.ts";
import { t } from "./permute.ts";

/**
 * An affine map of the last axis, as `torch.nn.functional.linear`.
 *
 *     y[…, o] = bias[o] + Σ_i x[…, i] · weight[o, i]
 *
 * @param x      `[…, inFeatures]`
 * @param weight `[outFeatures, inFeatures]`
 * @param bias   `[outFeatures]`, or null
 * @returns `[…, outFeatures]`
 * @throws ShapeError if the numbers of features differ
 * @example linear(Tensor.ones([8, 400]), Tensor.ones([120, 400])).shape // [8, 120]
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [outFeatures, inFeatures] = weight.shape;
  const facts = {
    x: { shape: x.shape, layout: "[…, features]" },
    weight: { shape: weight.shape, layout: "[outFeatures, inFeatures]" },
  };
  if (weight.ndim !== 2) throw shapeError("linear", "the weight is not a matrix", facts);
  if (x.shape.at(-1) !== inFeatures) {
    const flat = x.ndim > 2 && x.numel === (x.shape[0] as number) * (inFeatures as number);
    throw shapeError(
      "linear",
      `x has ${x.shape.at(-1) ?? "no"} features, weight expects ${inFeatures}`,
      facts,
      flat ? "flatten the image first: x.flatten(1)" : undefined,
    );
  }
  const y = matmul(x, t(weight));
  if (bias === null) return y;
  if (bias.ndim !== 1 || bias.shape[0] !== outFeatures) {
    throw shapeError("linear", `the bias is not one number for each of ${outFeatures} features`, {
      ...facts,
      bias: bias.shape,
    });
  }
  return add(y, bias);
}
