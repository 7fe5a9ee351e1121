// Gated linear unit as a layer.
import { glu } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Gated linear unit, as `torch.nn.GLU`: the first half of an axis times the sigmoid of the second.
 *
 * Input `[…, 2·n, …]`, output `[…, n, …]` along `dim` (default the last axis).
 *
 * @throws ShapeError if the axis does not exist or its size is odd
 * @example new GLU(1).forward(Tensor.zeros([8, 6, 5, 5])).shape // [8, 3, 5, 5]
 * @see Dauphin et al. 2017, "Language modeling with gated convolutional networks"
 */
export class GLU extends Module {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = dim;
  }

  override forward(x: Tensor): Tensor {
    return glu(x, this.dim);
  }

  override extraRepr(): string {
    return this.dim === -1 ? "" : `dim ${this.dim}`;
  }
}
