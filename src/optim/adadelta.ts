// Adadelta: steps as large as recent steps were, whatever the scale of the gradient.
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkNumber,
  Optimizer,
  type OptimizerFactory,
  type RuleContext,
  type RuleResult,
} from "./optimizer.ts";
import type { Filled, ParamsOrGroups } from "./paramGroup.ts";

export interface AdadeltaOptions {
  /** Factor of the steps (default 1). */
  readonly lr?: number;
  /** Decay of the running means (default 0.9). */
  readonly rho?: number;
  /** Added to both means (default 1e-6). */
  readonly eps?: number;
  /** L2 penalty, added to the gradient (default 0). */
  readonly weightDecay?: number;
}

const defaults = { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 };

/**
 * Adadelta, as `torch.optim.Adadelta`.
 *
 *     d = grad + weightDecay·w
 *     v = ρ·v + (1 − ρ)·d²          s = d·√(u + eps) / √(v + eps)
 *     u = ρ·u + (1 − ρ)·s²          w = w − lr·s
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new Adadelta(net.parameters());
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Zeiler 2012, "ADADELTA: an adaptive learning rate method"
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: ParamsOrGroups<AdadeltaOptions>, options: AdadeltaOptions = {}) {
    super(params, options, defaults);
  }

  protected override check({ rho, eps, weightDecay }: Filled<AdadeltaOptions>): void {
    checkNumber("Adadelta", "rho", rho, 0, 1);
    checkNumber("Adadelta", "eps", eps, 0);
    checkNumber("Adadelta", "weightDecay", weightDecay, 0);
  }

  protected override stateNames(): readonly string[] {
    return ["squareAvg", "accDelta"];
  }

  protected override hyperValues({ lr }: Filled<AdadeltaOptions>): Record<"lr", number> {
    return { lr };
  }

  protected override rule(context: RuleContext<AdadeltaOptions>): RuleResult {
    const { param, grad, options } = context;
    const { rho, eps, weightDecay } = options;
    const state = context.state as Record<"squareAvg" | "accDelta", Tensor>;
    const { lr } = context.hyper as Record<"lr", Tensor>;
    const direction = weightDecay === 0 ? grad : grad.add(param.mul(weightDecay));
    const mean = (before: Tensor, x: Tensor) => before.mul(rho).add(x.mul(x).mul(1 - rho));
    const squareAvg = mean(state.squareAvg, direction);
    const root = (x: Tensor) => x.add(eps).sqrt();
    const delta = root(state.accDelta).div(root(squareAvg)).mul(direction);
    const accDelta = mean(state.accDelta, delta);
    return { param: param.sub(delta.mul(lr)), state: { squareAvg, accDelta } };
  }
}

/**
 * Adadelta for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: adadelta(), epochs: 1 });
 */
export function adadelta(options: AdadeltaOptions = {}): OptimizerFactory {
  return (params) => new Adadelta(params, options);
}
