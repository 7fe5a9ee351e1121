// Rectified linear unit with a learned slope below 0 as a layer.
import { prelu } from "../ops/index.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkInteger } from "./checks.ts";
import { Module } from "./module.ts";
import { filledParameter } from "./parameters.ts";

export interface PReLUOptions {
  /** 1 for one slope that all share, or the number of channels (default 1). */
  readonly numParameters?: number;
  /** Slope to start with (default 0.25). */
  readonly init?: number;
}

/**
 * Rectified linear unit with a learned slope below 0, as `torch.nn.PReLU`; the shape stays.
 *
 *     y[n, c, …] = x[n, c, …] where that is above 0, weight[c] · x[n, c, …] elsewhere
 *
 * @throws OptionError for impossible sizes
 * @example await new PReLU().forward(Tensor.from([-1, 2])).array() // [-0.25, 2]
 */
export class PReLU extends Module {
  readonly numParameters: number;
  readonly weight: Parameter;

  constructor(options: PReLUOptions = {}) {
    super();
    checkOptions("PReLU", options, ["numParameters", "init"]);
    const { numParameters = 1, init = 0.25 } = options;
    checkInteger("PReLU", "numParameters", numParameters);
    this.numParameters = numParameters;
    this.weight = filledParameter([numParameters], init);
  }

  override forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  override extraRepr(): string {
    return this.numParameters === 1 ? "" : `numParameters ${this.numParameters}`;
  }
}
