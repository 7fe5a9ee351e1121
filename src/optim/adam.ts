// Adam: steps scaled by running means of the gradient and of its square.
import { maximum } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkNumber, Optimizer, type OptimizerFactory, type RuleResult } from "./optimizer.ts";

export interface AdamOptions {
  /** Learning rate (default 0.001). */
  readonly lr?: number;
  /** Decay of the running means of the gradient and of its square (default [0.9, 0.999]). */
  readonly betas?: readonly [number, number];
  /** Added to the denominator (default 1e-8). */
  readonly eps?: number;
  /** L2 penalty, added to the gradient (default 0). */
  readonly weightDecay?: number;
  /** Divide by the largest mean square so far instead of the present one (default false). */
  readonly amsgrad?: boolean;
}

/**
 * Adam, as `torch.optim.Adam`.
 *
 *     d = grad + weightDecay·w
 *     m = β₁·m + (1 − β₁)·d          v = β₂·v + (1 − β₂)·d²
 *     w = w − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)     (with amsgrad: √ of the largest v so far)
 *
 * @throws OptionError for unknown options or impossible values
 * @example const optimizer = new Adam(net.parameters(), { lr: 0.001 })
 * @see Kingma & Ba 2015, "Adam: a method for stochastic optimization"; amsgrad: Reddi et al. 2018,
 *      "On the convergence of Adam and beyond"
 */
export class Adam extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #weightDecay: number;
  readonly #amsgrad: boolean;

  /** Weight decay shrinks the parameter itself instead of joining the gradient: AdamW. */
  protected readonly decoupled: boolean = false;

  constructor(params: Iterable<Parameter>, options: AdamOptions = {}) {
    const name = new.target.name;
    checkOptions(name, options, ["lr", "betas", "eps", "weightDecay", "amsgrad"]);
    const {
      lr = 0.001,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      amsgrad = false,
    } = options;
    if (!Array.isArray(betas) || betas.length !== 2) {
      throw new OptionError(`${name}: betas must be two numbers, got ${JSON.stringify(betas)}`);
    }
    checkNumber(name, "betas[0]", betas[0], 0, 1);
    checkNumber(name, "betas[1]", betas[1], 0, 1);
    checkNumber(name, "eps", eps, 0);
    checkNumber(name, "weightDecay", weightDecay, 0);
    super(params, {
      lr,
      options: { betas: [...betas], eps, weightDecay, amsgrad },
      stateNames: amsgrad ? ["expAvg", "expAvgSq", "maxExpAvgSq"] : ["expAvg", "expAvgSq"],
      hyperNames: ["stepSize", "denominatorScale", "kept"],
    });
    this.#betas = betas;
    this.#eps = eps;
    this.#weightDecay = weightDecay;
    this.#amsgrad = amsgrad;
  }

  protected override hyperValues(
    step: number,
  ): Readonly<Record<"stepSize" | "denominatorScale" | "kept", number>> {
    const [beta1, beta2] = this.#betas;
    return {
      stepSize: this.lr / (1 - beta1 ** step),
      denominatorScale: 1 / Math.sqrt(1 - beta2 ** step),
      kept: 1 - this.lr * this.#weightDecay,
    };
  }

  protected override rule(
    param: Tensor,
    grad: Tensor,
    state: Readonly<Record<"expAvg" | "expAvgSq" | "maxExpAvgSq", Tensor>>,
    hyper: Readonly<Record<"stepSize" | "denominatorScale" | "kept", Tensor>>,
  ): RuleResult {
    const [beta1, beta2] = this.#betas;
    const decays = this.#weightDecay !== 0;
    const direction = decays && !this.decoupled ? grad.add(param.mul(this.#weightDecay)) : grad;
    const start = decays && this.decoupled ? param.mul(hyper.kept) : param;
    const expAvg = state.expAvg.mul(beta1).add(direction.mul(1 - beta1));
    const expAvgSq = state.expAvgSq.mul(beta2).add(direction.mul(direction).mul(1 - beta2));
    const largest = this.#amsgrad ? maximum(state.maxExpAvgSq, expAvgSq) : expAvgSq;
    const denominator = largest.sqrt().mul(hyper.denominatorScale).add(this.#eps);
    return {
      param: start.sub(expAvg.div(denominator).mul(hyper.stepSize)),
      state: { expAvg, expAvgSq, maxExpAvgSq: largest },
    };
  }
}

/**
 * Adam for `fit`, which knows the parameters.
 * @example await fit(net, { optimizer: adam({ lr: 0.001 }), … })
 */
export function adam(options: AdamOptions = {}): OptimizerFactory {
  return (params) => new Adam(params, options);
}
