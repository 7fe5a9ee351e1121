// RMSprop: steps divided by the root of a running mean of the gradient's square.
import { checkOptions } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkNumber, Optimizer, type OptimizerFactory, type RuleResult } from "./optimizer.ts";

export interface RMSpropOptions {
  /** Learning rate (default 0.01). */
  readonly lr?: number;
  /** Decay of the running means (default 0.99). */
  readonly alpha?: number;
  /** Added to the denominator (default 1e-8). */
  readonly eps?: number;
  /** L2 penalty, added to the gradient (default 0). */
  readonly weightDecay?: number;
  /** Share of the last step's direction that is kept (default 0). */
  readonly momentum?: number;
  /** Divide by the standard deviation: take the square of the mean gradient off (default false). */
  readonly centered?: boolean;
}

/**
 * RMSprop, as `torch.optim.RMSprop`.
 *
 *     d = grad + weightDecay·w
 *     v = α·v + (1 − α)·d²           m = α·m + (1 − α)·d     (m only if centered)
 *     s = d / (√v + eps)             (√(v − m²) + eps if centered)
 *     b = momentum·b + s             w = w − lr·b
 *
 * @throws OptionError for unknown options or impossible values
 * @example const optimizer = new RMSprop(net.parameters(), { lr: 0.01, momentum: 0.9 })
 * @see Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6.5; centered: Graves 2013,
 *      "Generating sequences with recurrent neural networks"
 */
export class RMSprop extends Optimizer {
  readonly #alpha: number;
  readonly #eps: number;
  readonly #weightDecay: number;
  readonly #momentum: number;

  constructor(params: Iterable<Parameter>, options: RMSpropOptions = {}) {
    checkOptions("RMSprop", options, ["lr", "alpha", "eps", "weightDecay", "momentum", "centered"]);
    const {
      lr = 0.01,
      alpha = 0.99,
      eps = 1e-8,
      weightDecay = 0,
      momentum = 0,
      centered = false,
    } = options;
    checkNumber("RMSprop", "alpha", alpha, 0);
    checkNumber("RMSprop", "eps", eps, 0);
    checkNumber("RMSprop", "weightDecay", weightDecay, 0);
    checkNumber("RMSprop", "momentum", momentum, 0);
    super(params, {
      lr,
      options: { alpha, eps, weightDecay, momentum, centered },
      stateNames: [
        "squareAvg",
        ...(centered ? ["gradAvg"] : []),
        ...(momentum === 0 ? [] : ["momentumBuffer"]),
      ],
      hyperNames: ["lr"],
    });
    this.#alpha = alpha;
    this.#eps = eps;
    this.#weightDecay = weightDecay;
    this.#momentum = momentum;
  }

  protected override hyperValues(): { lr: number } {
    return { lr: this.lr };
  }

  protected override rule(
    param: Tensor,
    grad: Tensor,
    state: Readonly<Record<string, Tensor>>,
    hyper: Readonly<Record<"lr", Tensor>>,
  ): RuleResult {
    const alpha = this.#alpha;
    const direction = this.#weightDecay === 0 ? grad : grad.add(param.mul(this.#weightDecay));
    const mean = (before: Tensor, x: Tensor) => before.mul(alpha).add(x.mul(1 - alpha));
    const squareAvg = mean(state.squareAvg as Tensor, direction.mul(direction));
    const after: Record<string, Tensor> = { squareAvg };
    let variance = squareAvg;
    if (state.gradAvg !== undefined) {
      const gradAvg = mean(state.gradAvg, direction);
      after.gradAvg = gradAvg;
      // Never negative, but for rounding.
      variance = squareAvg.sub(gradAvg.mul(gradAvg)).clamp(0);
    }
    let step = direction.div(variance.sqrt().add(this.#eps));
    if (state.momentumBuffer !== undefined) {
      step = state.momentumBuffer.mul(this.#momentum).add(step);
      after.momentumBuffer = step;
    }
    return { param: param.sub(step.mul(hyper.lr)), state: after };
  }
}

/**
 * RMSprop for `fit`, which knows the parameters.
 * @example await fit(net, { optimizer: rmsprop({ lr: 0.01 }), … })
 */
export function rmsprop(options: RMSpropOptions = {}): OptimizerFactory {
  return (params) => new RMSprop(params, options);
}
