// NAdam: Adam with Nesterov's look ahead along the momentum.
import type { Tensor } from "../tensor/tensor.ts";
import { AdamFamily, type AdamFamilyOptions, familyDefaults } from "./adamFamily.ts";
import {
  checkNumber,
  type OptimizerFactory,
  type RuleContext,
  type RuleResult,
} from "./optimizer.ts";
import type { Filled, ParamsOrGroups } from "./paramGroup.ts";

export interface NAdamOptions extends AdamFamilyOptions {
  /** How fast the momentum grows to β₁ (default 0.004). */
  readonly momentumDecay?: number;
}

const defaults: Filled<NAdamOptions> = {
  lr: 0.002,
  ...familyDefaults,
  momentumDecay: 0.004,
};

type HyperName =
  | "gradStep"
  | "momentumStep"
  | "denominatorScale"
  | "beta1"
  | "fresh1"
  | "beta2"
  | "fresh2";

/** μₜ */
function momentumAt(beta1: number, momentumDecay: number, step: number): number {
  return beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
}

/**
 * NAdam, as `torch.optim.NAdam` since PyTorch 2.0 (before, its plain loop counted a momentum twice).
 *
 *     d = grad + weightDecay·w
 *     μₜ = β₁·(1 − 0.96^(t·momentumDecay) / 2)          πₜ = μ₁ · … · μₜ
 *     m = β₁·m + (1 − β₁)·d          v = β₂·v + (1 − β₂)·d²
 *     w = w − lr·((1 − μₜ) / (1 − πₜ)·d + μₜ₊₁ / (1 − πₜ₊₁)·m) / (√(v / (1 − β₂ᵗ)) + eps)
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new NAdam(net.parameters(), { lr: 0.002 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Dozat 2016, "Incorporating Nesterov momentum into Adam"
 */
export class NAdam extends AdamFamily<NAdamOptions> {
  /** The last product of momenta, by what they are made from. */
  readonly #products = new Map<string, { readonly at: number; readonly product: number }>();

  constructor(params: ParamsOrGroups<NAdamOptions>, options: NAdamOptions = {}) {
    super(params, options, defaults);
  }

  protected override check(options: Filled<NAdamOptions>): void {
    super.check(options);
    checkNumber("NAdam", "momentumDecay", options.momentumDecay, 0);
  }

  /** Not the betas: the product of momenta is of all steps so far. */
  protected override get changeable(): readonly string[] {
    return ["lr"];
  }

  protected override stateNames(): readonly string[] {
    return ["expAvg", "expAvgSq"];
  }

  protected override hyperValues(
    { lr, betas: [beta1, beta2], momentumDecay }: Filled<NAdamOptions>,
    step: number,
  ): Record<HyperName, number> {
    const product = this.#productOf(beta1, momentumDecay, step);
    const next = momentumAt(beta1, momentumDecay, step + 1);
    return {
      gradStep: (lr * (1 - momentumAt(beta1, momentumDecay, step))) / (1 - product),
      momentumStep: (lr * next) / (1 - product * next),
      denominatorScale: 1 / Math.sqrt(1 - beta2 ** step),
      beta1,
      fresh1: 1 - beta1,
      beta2,
      fresh2: 1 - beta2,
    };
  }

  /** πₜ, from the last one that was asked for. */
  #productOf(beta1: number, momentumDecay: number, step: number): number {
    const key = `${beta1} ${momentumDecay}`;
    const known = this.#products.get(key);
    let { at, product } = known !== undefined && known.at <= step ? known : { at: 0, product: 1 };
    while (at < step) product *= momentumAt(beta1, momentumDecay, ++at);
    this.#products.set(key, { at, product });
    return product;
  }

  protected override rule(context: RuleContext<NAdamOptions>): RuleResult {
    const { param, grad, options } = context;
    const { eps, weightDecay } = options;
    const state = context.state as Record<"expAvg" | "expAvgSq", Tensor>;
    const hyper = context.hyper as Record<HyperName, Tensor>;
    const direction = weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
    const expAvg = state.expAvg.mul(hyper.beta1).add(direction.mul(hyper.fresh1));
    const expAvgSq = state.expAvgSq
      .mul(hyper.beta2)
      .add(direction.mul(direction).mul(hyper.fresh2));
    const denominator = expAvgSq.sqrt().mul(hyper.denominatorScale).add(eps);
    const ahead = direction.mul(hyper.gradStep).add(expAvg.mul(hyper.momentumStep));
    return { param: param.sub(ahead.div(denominator)), state: { expAvg, expAvgSq } };
  }
}

/**
 * NAdam for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: nadam({ lr: 0.002 }), epochs: 1 });
 */
export function nadam(options: NAdamOptions = {}): OptimizerFactory {
  return (params) => new NAdam(params, options);
}
