// Adagrad: steps divided by the root of the sum of all squared gradients so far.
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkNumber,
  Optimizer,
  type OptimizerFactory,
  type RuleContext,
  type RuleResult,
} from "./optimizer.ts";
import type { Filled, ParamsOrGroups } from "./paramGroup.ts";

export interface AdagradOptions {
  /** Learning rate (default 0.01). */
  readonly lr?: number;
  /** The learning rate of step t is lr / (1 + (t − 1)·lrDecay) (default 0). */
  readonly lrDecay?: number;
  /** L2 penalty, added to the gradient (default 0). */
  readonly weightDecay?: number;
  /** Sum of squares before the first step (default 0). */
  readonly initialAccumulatorValue?: number;
  /** Added to the denominator (default 1e-10). */
  readonly eps?: number;
}

const defaults = { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 };

/**
 * Adagrad, as `torch.optim.Adagrad`.
 *
 *     d = grad + weightDecay·w
 *     s = s + d²
 *     w = w − lr / (1 + (t − 1)·lrDecay) · d / (√s + eps)
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new Adagrad(net.parameters(), { lr: 0.01 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization"
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: ParamsOrGroups<AdagradOptions>, options: AdagradOptions = {}) {
    super(params, options, defaults);
  }

  protected override check(options: Filled<AdagradOptions>): void {
    const { lrDecay, weightDecay, initialAccumulatorValue, eps } = options;
    checkNumber("Adagrad", "lrDecay", lrDecay, 0);
    checkNumber("Adagrad", "weightDecay", weightDecay, 0);
    checkNumber("Adagrad", "initialAccumulatorValue", initialAccumulatorValue, 0);
    checkNumber("Adagrad", "eps", eps, 0);
  }

  protected override stateNames(): readonly string[] {
    return ["sum"];
  }

  protected override stateStart({ initialAccumulatorValue }: Filled<AdagradOptions>): number {
    return initialAccumulatorValue;
  }

  protected override hyperValues(
    { lr, lrDecay }: Filled<AdagradOptions>,
    step: number,
  ): Record<"stepSize", number> {
    return { stepSize: lr / (1 + (step - 1) * lrDecay) };
  }

  protected override rule(context: RuleContext<AdagradOptions>): RuleResult {
    const { param, grad, options } = context;
    const { weightDecay, eps } = options;
    const state = context.state as Record<"sum", Tensor>;
    const hyper = context.hyper as Record<"stepSize", Tensor>;
    const direction = weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
    const sum = state.sum.add(direction.mul(direction));
    const step = direction.div(sum.sqrt().add(eps)).mul(hyper.stepSize);
    return { param: param.sub(step), state: { sum } };
  }
}

/**
 * Adagrad for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: adagrad({ lr: 0.01 }), epochs: 1 });
 */
export function adagrad(options: AdagradOptions = {}): OptimizerFactory {
  return (params) => new Adagrad(params, options);
}
