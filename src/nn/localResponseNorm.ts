// Local response normalisation as a layer.
import { type LocalResponseNormOptions, localResponseNorm } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInteger } from "./checks.ts";
import { Module } from "./module.ts";

/**
 * Local response normalisation, as `torch.nn.LocalResponseNorm`; the shape stays.
 *
 *     y[n, c, …] = x[n, c, …] / (k + alpha/size · Σ_j x[n, j, …]²)^beta,   j over `size` channels around c
 *
 * Input `[batch, channels, …]`.
 *
 * @throws OptionError for an impossible size
 * @example new LocalResponseNorm(5).forward(Tensor.zeros([8, 6, 5, 5])).shape // [8, 6, 5, 5]
 * @see Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks"
 */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    checkOptions("LocalResponseNorm", options, ["alpha", "beta", "k"]);
    checkInteger("LocalResponseNorm", "size", size);
    const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  override forward(x: Tensor): Tensor {
    const { alpha, beta, k } = this;
    return localResponseNorm(x, this.size, { alpha, beta, k });
  }

  override extraRepr(): string {
    const parts = [String(this.size)];
    if (this.alpha !== 1e-4) parts.push(`alpha ${this.alpha}`);
    if (this.beta !== 0.75) parts.push(`beta ${this.beta}`);
    if (this.k !== 1) parts.push(`k ${this.k}`);
    return parts.join(", ");
  }
}
