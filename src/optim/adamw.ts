// AdamW: Adam whose weight decay shrinks the parameter itself and stays out of the running means.
import { maximum } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { checkNumber, Optimizer, type OptimizerFactory, type RuleResult } from "./optimizer.ts";

export interface AdamWOptions {
  /** Learning rate (default 0.001). */
  readonly lr?: number;
  /** Decay of the running means of the gradient and of its square (default [0.9, 0.999]). */
  readonly betas?: readonly [number, number];
  /** Added to the denominator (default 1e-8). */
  readonly eps?: number;
  /** Share of the parameter, times the learning rate, that each step takes off (default 0.01). */
  readonly weightDecay?: number;
  /** Divide by the largest mean square so far instead of the present one (default false). */
  readonly amsgrad?: boolean;
}

/**
 * Adam with decoupled weight decay, as `torch.optim.AdamW`.
 *
 *     m = β₁·m + (1 − β₁)·grad       v = β₂·v + (1 − β₂)·grad²
 *     w = (1 − lr·weightDecay)·w − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)
 *
 * With amsgrad the root is of the largest v so far.
 *
 * @throws OptionError for unknown options or impossible values
 * @example const optimizer = new AdamW(net.parameters(), { lr: 0.001 })
 * @see Loshchilov & Hutter 2019, "Decoupled weight decay regularization"; amsgrad: Reddi et al. 2018,
 *      "On the convergence of Adam and beyond"
 */
export class AdamW extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #weightDecay: number;
  readonly #amsgrad: boolean;

  constructor(params: Iterable<Parameter>, options: AdamWOptions = {}) {
    checkOptions("AdamW", options, ["lr", "betas", "eps", "weightDecay", "amsgrad"]);
    const {
      lr = 0.001,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0.01,
      amsgrad = false,
    } = options;
    if (!Array.isArray(betas) || betas.length !== 2) {
      throw new OptionError(`AdamW: betas must be two numbers, got ${JSON.stringify(betas)}`);
    }
    checkNumber("AdamW", "betas[0]", betas[0], 0, 1);
    checkNumber("AdamW", "betas[1]", betas[1], 0, 1);
    checkNumber("AdamW", "eps", eps, 0);
    checkNumber("AdamW", "weightDecay", weightDecay, 0);
    super(params, {
      lr,
      options: { betas: [...betas], eps, weightDecay, amsgrad },
      stateNames: amsgrad ? ["expAvg", "expAvgSq", "maxExpAvgSq"] : ["expAvg", "expAvgSq"],
      hyperNames: ["kept", "stepSize", "denominatorScale"],
    });
    this.#betas = betas;
    this.#eps = eps;
    this.#weightDecay = weightDecay;
    this.#amsgrad = amsgrad;
  }

  protected override hyperValues(step: number): {
    kept: number;
    stepSize: number;
    denominatorScale: number;
  } {
    const [beta1, beta2] = this.#betas;
    return {
      kept: 1 - this.lr * this.#weightDecay,
      stepSize: this.lr / (1 - beta1 ** step),
      denominatorScale: 1 / Math.sqrt(1 - beta2 ** step),
    };
  }

  protected override rule(
    param: Tensor,
    grad: Tensor,
    state: Readonly<Record<"expAvg" | "expAvgSq" | "maxExpAvgSq", Tensor>>,
    hyper: Readonly<Record<"kept" | "stepSize" | "denominatorScale", Tensor>>,
  ): RuleResult {
    const [beta1, beta2] = this.#betas;
    const expAvg = state.expAvg.mul(beta1).add(grad.mul(1 - beta1));
    const expAvgSq = state.expAvgSq.mul(beta2).add(grad.mul(grad).mul(1 - beta2));
    const largest = this.#amsgrad ? maximum(state.maxExpAvgSq, expAvgSq) : expAvgSq;
    const shrunk = this.#weightDecay === 0 ? param : param.mul(hyper.kept);
    const denominator = largest.sqrt().mul(hyper.denominatorScale).add(this.#eps);
    return {
      param: shrunk.sub(expAvg.div(denominator).mul(hyper.stepSize)),
      state: { expAvg, expAvgSq, maxExpAvgSq: largest },
    };
  }
}

/**
 * AdamW for `fit`, which knows the parameters.
 * @example await fit(net, { optimizer: adamw({ lr: 0.001 }), … })
 */
export function adamw(options: AdamWOptions = {}): OptimizerFactory {
  return (params) => new AdamW(params, options);
}
