// Adamax: Adam with the largest gradient of late in place of the mean square.
import { maximum } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { AdamFamily, type AdamFamilyOptions, familyDefaults } from "./adamFamily.ts";
import type { OptimizerFactory, RuleContext, RuleResult } from "./optimizer.ts";
import type { Filled, ParamsOrGroups } from "./paramGroup.ts";

/** Options of Adamax. */
export type AdamaxOptions = AdamFamilyOptions;

const defaults: Filled<AdamaxOptions> = {
  lr: 0.002,
  ...familyDefaults,
};

type HyperName = "stepSize" | "beta1" | "fresh1" | "beta2";

/**
 * Adamax, as `torch.optim.Adamax`.
 *
 *     d = grad + weightDecay·w
 *     m = β₁·m + (1 − β₁)·d          u = max(β₂·u, |d| + eps)
 *     w = w − lr / (1 − β₁ᵗ) · m / u
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new Adamax(net.parameters(), { lr: 0.002 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Kingma & Ba 2015, "Adam: a method for stochastic optimization", section 7.1
 */
export class Adamax extends AdamFamily<AdamaxOptions> {
  constructor(params: ParamsOrGroups<AdamaxOptions>, options: AdamaxOptions = {}) {
    super(params, options, defaults);
  }

  protected override stateNames(): readonly string[] {
    return ["expAvg", "expInf"];
  }

  protected override hyperValues(
    { lr, betas: [beta1, beta2] }: Filled<AdamaxOptions>,
    step: number,
  ): Record<HyperName, number> {
    return { stepSize: lr / (1 - beta1 ** step), beta1, fresh1: 1 - beta1, beta2 };
  }

  protected override rule(context: RuleContext<AdamaxOptions>): RuleResult {
    const { param, grad, options } = context;
    const { eps, weightDecay } = options;
    const state = context.state as Record<"expAvg" | "expInf", Tensor>;
    const hyper = context.hyper as Record<HyperName, Tensor>;
    const direction = weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
    const expAvg = state.expAvg.mul(hyper.beta1).add(direction.mul(hyper.fresh1));
    const expInf = maximum(state.expInf.mul(hyper.beta2), direction.abs().add(eps));
    return {
      param: param.sub(expAvg.div(expInf).mul(hyper.stepSize)),
      state: { expAvg, expInf },
    };
  }
}

/**
 * Adamax for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: adamax({ lr: 0.002 }), epochs: 1 });
 */
export function adamax(options: AdamaxOptions = {}): OptimizerFactory {
  return (params) => new Adamax(params, options);
}
