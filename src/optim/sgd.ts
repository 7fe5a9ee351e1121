// Stochastic gradient descent, plain or with momentum.
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkNumber,
  Optimizer,
  type OptimizerFactory,
  type RuleContext,
  type RuleResult,
} from "./optimizer.ts";
import type { Filled, ParamsOrGroups } from "./paramGroup.ts";

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

const defaults = { lr: 0.001, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 };

/**
 * Stochastic gradient descent, as `torch.optim.SGD`.
 *
 *     d = grad + weightDecay·w
 *     b = momentum·b + (1 − dampening)·d     (b = d in the first step)
 *     w = w − lr·b                           (lr·(d + momentum·b) with nesterov)
 *
 * `lr` and, if it is not 0 at first, `momentum` of a group may change between steps.
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new SGD(net.parameters(), { lr: 0.9 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning"
 */
export class SGD extends Optimizer<SgdOptions> {
  constructor(params: ParamsOrGroups<SgdOptions>, options: SgdOptions = {}) {
    super(params, options, defaults);
  }

  protected override check(options: Filled<SgdOptions>): void {
    const { momentum, dampening, nesterov, weightDecay } = options;
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
  }

  protected override get changeable(): readonly string[] {
    return ["lr", "momentum"];
  }

  protected override stateNames({ momentum }: Filled<SgdOptions>): readonly string[] {
    return momentum === 0 ? [] : ["momentumBuffer"];
  }

  protected override hyperValues(
    { lr, momentum, dampening }: Filled<SgdOptions>,
    step: number,
  ): Record<"lr" | "momentum" | "gradShare", number> {
    // The buffer starts as the whole gradient: dampening begins with the second step.
    return { lr, momentum, gradShare: step === 1 ? 1 : 1 - dampening };
  }

  protected override rule({
    param,
    grad,
    state,
    hyper,
    options,
  }: RuleContext<SgdOptions>): RuleResult {
    const { dampening, nesterov, weightDecay } = options;
    const { lr, momentum, gradShare } = hyper as Record<"lr" | "momentum" | "gradShare", Tensor>;
    const direction = weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
    const { momentumBuffer: before } = state;
    if (before === undefined) return { param: param.sub(direction.mul(lr)), state: {} };
    const fresh = dampening === 0 ? direction : direction.mul(gradShare);
    const momentumBuffer = before.mul(momentum).add(fresh);
    const step = nesterov ? direction.add(momentumBuffer.mul(momentum)) : momentumBuffer;
    return { param: param.sub(step.mul(lr)), state: { momentumBuffer } };
  }
}

/**
 * SGD for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: sgd({ lr: 0.9 }), epochs: 1 });
 */
export function sgd(options: SgdOptions = {}): OptimizerFactory {
  return (params) => new SGD(params, options);
}
