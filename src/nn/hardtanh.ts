// Hard tanh as a layer.
import { type HardtanhOptions, hardtanh, hardtanhBounds } from "../ops/hardtanh.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Each element held between two numbers, as `torch.nn.Hardtanh`; the shape stays.
 *
 *     y = min(max(x, minVal), maxVal)
 *
 * @throws OptionError if minVal is not below maxVal
 * @example await new Hardtanh().forward(Tensor.from([-2, 0.5])).array() // [-1, 0.5]
 */
export class Hardtanh extends Module {
  readonly minVal: number;
  readonly maxVal: number;

  constructor(options: HardtanhOptions = {}) {
    super();
    const { min, max } = hardtanhBounds("Hardtanh", options);
    this.minVal = min;
    this.maxVal = max;
  }

  override forward(x: Tensor): Tensor {
    return hardtanh(x, { minVal: this.minVal, maxVal: this.maxVal });
  }

  override extraRepr(): string {
    const parts: string[] = [];
    if (this.minVal !== -1) parts.push(`minVal ${this.minVal}`);
    if (this.maxVal !== 1) parts.push(`maxVal ${this.maxVal}`);
    return parts.join(", ");
  }
}
