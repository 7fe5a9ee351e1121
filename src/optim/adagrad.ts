// Adagrad: steps divided by the root of the sum of all squared gradients so far.
import { checkOptions } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkNumber, Optimizer, type OptimizerFactory, type RuleResult } from "./optimizer.ts";

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

/**
 * Adagrad, as `torch.optim.Adagrad`.
 *
 *     d = grad + weightDecay·w
 *     s = s + d²
 *     w = w − lr / (1 + (t − 1)·lrDecay) · d / (√s + eps)
 *
 * @throws OptionError for unknown options or impossible values
 * @example const optimizer = new Adagrad(net.parameters(), { lr: 0.01 })
 * @see Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization"
 */
export class Adagrad extends Optimizer {
  readonly #lrDecay: number;
  readonly #weightDecay: number;
  readonly #eps: number;

  constructor(params: Iterable<Parameter>, options: AdagradOptions = {}) {
    checkOptions("Adagrad", options, [
      "lr",
      "lrDecay",
      "weightDecay",
      "initialAccumulatorValue",
      "eps",
    ]);
    const {
      lr = 0.01,
      lrDecay = 0,
      weightDecay = 0,
      initialAccumulatorValue = 0,
      eps = 1e-10,
    } = options;
    checkNumber("Adagrad", "lrDecay", lrDecay, 0);
    checkNumber("Adagrad", "weightDecay", weightDecay, 0);
    checkNumber("Adagrad", "initialAccumulatorValue", initialAccumulatorValue, 0);
    checkNumber("Adagrad", "eps", eps, 0);
    super(params, {
      lr,
      options: { lrDecay, weightDecay, initialAccumulatorValue, eps },
      stateNames: ["sum"],
      hyperNames: ["stepSize"],
      stateStart: initialAccumulatorValue,
    });
    this.#lrDecay = lrDecay;
    this.#weightDecay = weightDecay;
    this.#eps = eps;
  }

  protected override hyperValues(step: number): { stepSize: number } {
    return { stepSize: this.lr / (1 + (step - 1) * this.#lrDecay) };
  }

  protected override rule(
    param: Tensor,
    grad: Tensor,
    state: Readonly<Record<"sum", Tensor>>,
    hyper: Readonly<Record<"stepSize", Tensor>>,
  ): RuleResult {
    const direction = this.#weightDecay === 0 ? grad : grad.add(param.mul(this.#weightDecay));
    const sum = state.sum.add(direction.mul(direction));
    const step = direction.div(sum.sqrt().add(this.#eps)).mul(hyper.stepSize);
    return { param: param.sub(step), state: { sum } };
  }
}

/**
 * Adagrad for `fit`, which knows the parameters.
 * @example await fit(net, { optimizer: adagrad({ lr: 0.01 }), … })
 */
export function adagrad(options: AdagradOptions = {}): OptimizerFactory {
  return (params) => new Adagrad(params, options);
}
