// Stochastic gradient descent, plain or with momentum.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkNumber, Optimizer, type OptimizerFactory, type RuleResult } from "./optimizer.ts";

export interface SgdOptions {
  /** Learning rate (default 0.001, as PyTorch). */
  readonly lr?: number;
  /** Share of the last step's direction that is kept (default 0). */
  readonly momentum?: number;
  /** Takes this share off the gradient's part of the momentum (default 0). */
  readonly dampening?: number;
  /** Look ahead along the momentum (default false). */
  readonly nesterov?: boolean;
  /** L2 penalty, added to the gradient (default 0). */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent, as `torch.optim.SGD`.
 *
 *     d = grad + weightDecay·w
 *     b = momentum·b + (1 − dampening)·d     (b = d in the first step)
 *     w = w − lr·b                           (lr·(d + momentum·b) with nesterov)
 *
 * @throws OptionError for unknown options or impossible values
 * @example const optimizer = new SGD(net.parameters(), { lr: 0.9 })
 * @see Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning"
 */
export class SGD extends Optimizer {
  readonly #momentum: number;
  readonly #dampening: number;
  readonly #nesterov: boolean;
  readonly #weightDecay: number;

  constructor(params: Iterable<Parameter>, options: SgdOptions = {}) {
    checkOptions("SGD", options, ["lr", "momentum", "dampening", "nesterov", "weightDecay"]);
    const { lr = 0.001, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
    checkNumber("SGD", "momentum", momentum, 0);
    checkNumber("SGD", "dampening", dampening, 0);
    checkNumber("SGD", "weightDecay", weightDecay, 0);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new OptionError("SGD: nesterov needs a momentum and no dampening", {
        facts: [
          { name: "momentum", value: String(momentum) },
          { name: "dampening", value: String(dampening) },
        ],
      });
    }
    super(params, {
      lr,
      options: { momentum, dampening, nesterov, weightDecay },
      stateNames: momentum === 0 ? [] : ["momentumBuffer"],
      hyperNames: ["lr", "gradShare"],
    });
    this.#momentum = momentum;
    this.#dampening = dampening;
    this.#nesterov = nesterov;
    this.#weightDecay = weightDecay;
  }

  protected override hyperValues(step: number): { lr: number; gradShare: number } {
    // The buffer starts as the whole gradient: dampening begins with the second step.
    return { lr: this.lr, gradShare: step === 1 ? 1 : 1 - this.#dampening };
  }

  protected override rule(
    param: Tensor,
    grad: Tensor,
    state: Readonly<Record<string, Tensor>>,
    hyper: Readonly<Record<"lr" | "gradShare", Tensor>>,
  ): RuleResult {
    const direction = this.#weightDecay === 0 ? grad : grad.add(param.mul(this.#weightDecay));
    const { momentumBuffer: before } = state;
    if (before === undefined) return { param: param.sub(direction.mul(hyper.lr)), state: {} };
    const fresh = this.#dampening === 0 ? direction : direction.mul(hyper.gradShare);
    const momentumBuffer = before.mul(this.#momentum).add(fresh);
    const step = this.#nesterov
      ? direction.add(momentumBuffer.mul(this.#momentum))
      : momentumBuffer;
    return { param: param.sub(step.mul(hyper.lr)), state: { momentumBuffer } };
  }
}

/**
 * SGD for `fit`, which knows the parameters.
 * @example await fit(net, { optimizer: sgd({ lr: 0.9 }), … })
 */
export function sgd(options: SgdOptions = {}): OptimizerFactory {
  return (params) => new SGD(params, options);
}
