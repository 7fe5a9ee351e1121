// RAdam: Adam that takes plain momentum steps until the mean square is known well enough.
import type { Tensor } from "../tensor/tensor.ts";
import { AdamFamily, type AdamFamilyOptions, familyDefaults } from "./adamFamily.ts";
import type { OptimizerFactory, RuleContext, RuleResult } from "./optimizer.ts";
import type { Filled, ParamsOrGroups } from "./paramGroup.ts";

/** Options of RAdam. */
export type RAdamOptions = AdamFamilyOptions;

const defaults: Filled<RAdamOptions> = {
  lr: 0.001,
  ...familyDefaults,
};

type HyperName = "stepSize" | "adaptive" | "plain" | "beta1" | "fresh1" | "beta2" | "fresh2";

/** The factor r of a step; null while the variance of the mean square has no bound. */
function rectification(beta2: number, step: number): number | null {
  const limit = 2 / (1 - beta2) - 1;
  const length = limit - (2 * step * beta2 ** step) / (1 - beta2 ** step);
  if (length <= 5) return null;
  return Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
}

/**
 * RAdam, as `torch.optim.RAdam`.
 *
 *     d = grad + weightDecay·w
 *     m = β₁·m + (1 − β₁)·d          v = β₂·v + (1 − β₂)·d²
 *     ρ∞ = 2 / (1 − β₂) − 1          ρ = ρ∞ − 2t·β₂ᵗ / (1 − β₂ᵗ)
 *     r = √((ρ − 4)(ρ − 2)·ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)·ρ))
 *     w = w − lr / (1 − β₁ᵗ) · m · r·√(1 − β₂ᵗ) / (√v + eps)       (lr / (1 − β₁ᵗ) · m while ρ ≤ 5)
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new RAdam(net.parameters(), { lr: 0.001 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Liu et al. 2020, "On the variance of the adaptive learning rate and beyond"
 */
export class RAdam extends AdamFamily<RAdamOptions> {
  constructor(params: ParamsOrGroups<RAdamOptions>, options: RAdamOptions = {}) {
    super(params, options, defaults);
  }

  protected override stateNames(): readonly string[] {
    return ["expAvg", "expAvgSq"];
  }

  protected override hyperValues(
    { lr, betas: [beta1, beta2] }: Filled<RAdamOptions>,
    step: number,
  ): Record<HyperName, number> {
    const rectified = rectification(beta2, step);
    return {
      stepSize: lr / (1 - beta1 ** step),
      adaptive: (rectified ?? 0) * Math.sqrt(1 - beta2 ** step),
      plain: rectified === null ? 1 : 0,
      beta1,
      fresh1: 1 - beta1,
      beta2,
      fresh2: 1 - beta2,
    };
  }

  protected override rule(context: RuleContext<RAdamOptions>): RuleResult {
    const { param, grad, options } = context;
    const { eps, weightDecay } = options;
    const state = context.state as Record<"expAvg" | "expAvgSq", Tensor>;
    const hyper = context.hyper as Record<HyperName, Tensor>;
    const direction = weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
    const expAvg = state.expAvg.mul(hyper.beta1).add(direction.mul(hyper.fresh1));
    const expAvgSq = state.expAvgSq
      .mul(hyper.beta2)
      .add(direction.mul(direction).mul(hyper.fresh2));
    const scale = hyper.adaptive.div(expAvgSq.sqrt().add(eps)).add(hyper.plain);
    return {
      param: param.sub(expAvg.mul(scale).mul(hyper.stepSize)),
      state: { expAvg, expAvgSq },
    };
  }
}

/**
 * RAdam for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: radam({ lr: 0.001 }), epochs: 1 });
 */
export function radam(options: RAdamOptions = {}): OptimizerFactory {
  return (params) => new RAdam(params, options);
}
