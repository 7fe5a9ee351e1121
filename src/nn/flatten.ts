// Joins axes into one: from feature maps to a dense layer.
import { flatten } from "../ops/index.ts";
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Joins the axes from `startDim` to `endDim` into one, as `torch.nn.Flatten`; by default all but the batch.
 * @throws OptionError if an axis is not a whole number
 * @example new Flatten().forward(Tensor.zeros([8, 16, 5, 5])).shape // [8, 400]
 */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    if (!Number.isInteger(startDim) || !Number.isInteger(endDim)) {
      throw new OptionError(`Flatten: axes are whole numbers, got ${startDim} and ${endDim}`);
    }
    this.startDim = startDim;
    this.endDim = endDim;
  }

  override forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return this.startDim === 1 && this.endDim === -1
      ? ""
      : `dims ${this.startDim} to ${this.endDim}`;
  }
}
