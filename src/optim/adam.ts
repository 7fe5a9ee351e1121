// Adam: steps scaled by running means of the gradient and of its square.
import { maximum } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { AdamFamily, type AdamFamilyOptions, familyDefaults } from "./adamFamily.ts";
import type { OptimizerFactory, RuleContext, RuleResult } from "./optimizer.ts";
import type { Filled, ParamsOrGroups } from "./paramGroup.ts";

export interface AdamOptions extends AdamFamilyOptions {
  /** Divide by the largest mean square so far instead of the present one (default false). */
  readonly amsgrad?: boolean;
}

const defaults: Filled<AdamOptions> = {
  lr: 0.001,
  ...familyDefaults,
  amsgrad: false,
};

type HyperName = "stepSize" | "denominatorScale" | "kept" | "beta1" | "fresh1" | "beta2" | "fresh2";

/**
 * Adam, as `torch.optim.Adam`.
 *
 *     d = grad + weightDecay·w
 *     m = β₁·m + (1 − β₁)·d          v = β₂·v + (1 − β₂)·d²
 *     w = w − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)     (with amsgrad: √ of the largest v so far)
 *
 * `lr` and `betas` of a group may change between steps.
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new Adam(net.parameters(), { lr: 0.001 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Kingma & Ba 2015, "Adam: a method for stochastic optimization"; amsgrad: Reddi et al. 2018,
 *      "On the convergence of Adam and beyond"
 */
export class Adam extends AdamFamily<AdamOptions> {
  constructor(params: ParamsOrGroups<AdamOptions>, options: AdamOptions = {}) {
    super(params, options, defaults);
  }

  /** Weight decay shrinks the parameter itself instead of joining the gradient: AdamW. */
  protected get decoupled(): boolean {
    return false;
  }

  protected override stateNames({ amsgrad }: Filled<AdamOptions>): readonly string[] {
    return amsgrad ? ["expAvg", "expAvgSq", "maxExpAvgSq"] : ["expAvg", "expAvgSq"];
  }

  protected override hyperValues(
    { lr, betas: [beta1, beta2], weightDecay }: Filled<AdamOptions>,
    step: number,
  ): Record<HyperName, number> {
    return {
      stepSize: lr / (1 - beta1 ** step),
      denominatorScale: 1 / Math.sqrt(1 - beta2 ** step),
      kept: 1 - lr * weightDecay,
      beta1,
      fresh1: 1 - beta1,
      beta2,
      fresh2: 1 - beta2,
    };
  }

  protected override rule(context: RuleContext<AdamOptions>): RuleResult {
    const { param, grad, options } = context;
    const state = context.state as Record<"expAvg" | "expAvgSq" | "maxExpAvgSq", Tensor>;
    const hyper = context.hyper as Record<HyperName, Tensor>;
    const { eps, weightDecay, amsgrad } = options;
    const joins = weightDecay !== 0 && !this.decoupled;
    const direction = joins ? grad.add(param.mul(weightDecay)) : grad;
    const start = weightDecay !== 0 && this.decoupled ? param.mul(hyper.kept) : param;
    const expAvg = state.expAvg.mul(hyper.beta1).add(direction.mul(hyper.fresh1));
    const expAvgSq = state.expAvgSq
      .mul(hyper.beta2)
      .add(direction.mul(direction).mul(hyper.fresh2));
    const largest = amsgrad ? maximum(state.maxExpAvgSq, expAvgSq) : expAvgSq;
    const denominator = largest.sqrt().mul(hyper.denominatorScale).add(eps);
    return {
      param: start.sub(expAvg.div(denominator).mul(hyper.stepSize)),
      state: { expAvg, expAvgSq, maxExpAvgSq: largest },
    };
  }
}

/**
 * Adam for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: adam({ lr: 0.001 }), epochs: 1 });
 */
export function adam(options: AdamOptions = {}): OptimizerFactory {
  return (params) => new Adam(params, options);
}
