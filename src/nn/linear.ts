// Dense layer: every output sees every input.
import { linear } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkInteger } from "./checks.ts";
import { Module } from "./module.ts";
import { newWeights } from "./parameters.ts";

export interface LinearOptions {
  /** Add a learned number to each output (default true). */
  readonly bias?: boolean;
}

/**
 * Affine map of the last axis, as `torch.nn.Linear`.
 *
 *     y[…, o] = bias[o] + Σ_i  x[…, i] · weight[o, i]
 *
 * Input `[…, inFeatures]`, output `[…, outFeatures]`, weight `[outFeatures, inFeatures]`, bias `[outFeatures]`; both
 * start uniform on ±1/√inFeatures.
 *
 * @throws OptionError for impossible sizes
 * @example new Linear(400, 120).forward(Tensor.zeros([8, 400])).shape // [8, 120]
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkOptions("Linear", options, ["bias"]);
    checkInteger("Linear", "inFeatures", inFeatures);
    checkInteger("Linear", "outFeatures", outFeatures);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    [this.weight, this.bias] = newWeights(
      [outFeatures, inFeatures],
      (options.bias ?? true) ? [outFeatures] : null,
    );
  }

  override forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `${this.inFeatures} -> ${this.outFeatures}${this.bias === null ? ", no bias" : ""}`;
  }
}
