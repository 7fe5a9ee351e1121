// RMSprop: steps divided by the root of a running mean of the gradient's square.
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkNumber,
  Optimizer,
  type OptimizerFactory,
  type RuleContext,
  type RuleResult,
} from "./optimizer.ts";
import type { Filled, ParamsOrGroups } from "./paramGroup.ts";

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

const defaults = {
  lr: 0.01,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
};

/**
 * RMSprop, as `torch.optim.RMSprop`.
 *
 *     d = grad + weightDecay·w
 *     v = α·v + (1 − α)·d²           m = α·m + (1 − α)·d     (m only if centered)
 *     s = d / (√v + eps)             (√(v − m²) + eps if centered)
 *     b = momentum·b + s             w = w − lr·b
 *
 * `lr` and, if it is not 0 at first, `momentum` of a group may change between steps.
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new RMSprop(net.parameters(), { lr: 0.01, momentum: 0.9 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6.5; centered: Graves 2013,
 *      "Generating sequences with recurrent neural networks"
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: ParamsOrGroups<RMSpropOptions>, options: RMSpropOptions = {}) {
    super(params, options, defaults);
  }

  protected override check(options: Filled<RMSpropOptions>): void {
    for (const name of ["alpha", "eps", "weightDecay", "momentum"] as const)
      checkNumber("RMSprop", name, options[name], 0);
  }

  protected override get changeable(): readonly string[] {
    return ["lr", "momentum"];
  }

  protected override stateNames({ centered, momentum }: Filled<RMSpropOptions>): readonly string[] {
    const means = centered ? ["squareAvg", "gradAvg"] : ["squareAvg"];
    return momentum === 0 ? means : [...means, "momentumBuffer"];
  }

  protected override hyperValues({
    lr,
    momentum,
  }: Filled<RMSpropOptions>): Record<"lr" | "momentum", number> {
    return { lr, momentum };
  }

  protected override rule(context: RuleContext<RMSpropOptions>): RuleResult {
    const { param, grad, state, options } = context;
    const { alpha, eps, weightDecay } = options;
    const { lr, momentum } = context.hyper as Record<"lr" | "momentum", Tensor>;
    const direction = weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
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
    let step = direction.div(variance.sqrt().add(eps));
    if (state.momentumBuffer !== undefined) {
      step = state.momentumBuffer.mul(momentum).add(step);
      after.momentumBuffer = step;
    }
    return { param: param.sub(step.mul(lr)), state: after };
  }
}

/**
 * RMSprop for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: rmsprop({ lr: 0.01 }), epochs: 1 });
 */
export function rmsprop(options: RMSpropOptions = {}): OptimizerFactory {
  return (params) => new RMSprop(params, options);
}
