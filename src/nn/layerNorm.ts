// Layer normalisation as a layer: it holds the learned numbers; the arithmetic is ops/layerNorm.
import { checkNumbers } from "../ops/batchNorm.ts";
import { layerNorm } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkInteger } from "./checks.ts";
import { Module } from "./module.ts";
import { filledParameter } from "./parameters.ts";

export interface LayerNormOptions {
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
  /** Learn a factor and a summand for each element (default true). */
  readonly elementwiseAffine?: boolean;
  /** Learn the summand too (default true). */
  readonly bias?: boolean;
}

/**
 * Layer normalisation, as `torch.nn.LayerNorm`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance over the last axes
 *
 * Input and output `[…, ...normalizedShape]`; weight and bias have the normalised shape and start as 1 and 0.
 *
 * @throws ShapeError if x does not end in the shape; OptionError for impossible values
 * @example new LayerNorm([16, 5, 5]).forward(Tensor.zeros([8, 16, 5, 5])).shape // [8, 16, 5, 5]
 * @see Ba, Kiros & Hinton 2016, "Layer normalization"
 */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super();
    checkOptions("LayerNorm", options, ["eps", "elementwiseAffine", "bias"]);
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    const shape = [normalizedShape].flat() as Shape;
    if (shape.length === 0) throw new OptionError("LayerNorm: normalizedShape is empty");
    for (const n of shape) checkInteger("LayerNorm", "normalizedShape", n);
    checkNumbers("LayerNorm", 0, eps);
    this.normalizedShape = shape;
    this.eps = eps;
    this.weight = elementwiseAffine ? filledParameter(shape, 1) : null;
    this.bias = elementwiseAffine && bias ? filledParameter(shape, 0) : null;
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return layerNorm(x, this.normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    const parts = [formatShape(this.normalizedShape)];
    if (this.eps !== 1e-5) parts.push(`eps ${this.eps}`);
    if (this.weight === null) parts.push("elementwiseAffine false");
    else if (this.bias === null) parts.push("no bias");
    return parts.join(", ");
  }
}
