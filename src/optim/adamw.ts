// AdamW: Adam whose weight decay shrinks the parameter itself and stays out of the running means.
import { Adam, type AdamOptions } from "./adam.ts";
import type { OptimizerFactory } from "./optimizer.ts";
import type { ParamsOrGroups } from "./paramGroup.ts";

/** Adam's options; `weightDecay` (default 0.01) is the share of the parameter, times the learning rate, that each step takes off. */
export type AdamWOptions = AdamOptions;

/**
 * Adam with decoupled weight decay, as `torch.optim.AdamW`.
 *
 *     m = β₁·m + (1 − β₁)·grad       v = β₂·v + (1 − β₂)·grad²
 *     w = (1 − lr·weightDecay)·w − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)
 *
 * With amsgrad the root is of the largest v so far.
 *
 * @param params  parameters, or groups of them with options of their own
 * @param options for all groups that do not say otherwise
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new AdamW(net.parameters(), { lr: 0.001 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * @see Loshchilov & Hutter 2019, "Decoupled weight decay regularization"; amsgrad: Reddi et al. 2018,
 *      "On the convergence of Adam and beyond"
 */
export class AdamW extends Adam {
  constructor(params: ParamsOrGroups<AdamWOptions>, options: AdamWOptions = {}) {
    super(params, { weightDecay: 0.01, ...options });
  }

  protected override get decoupled(): boolean {
    return true;
  }
}

/**
 * AdamW for `fit`, which knows the parameters.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: adamw({ lr: 0.001 }), epochs: 1 });
 */
export function adamw(options: AdamWOptions = {}): OptimizerFactory {
  return (params) => new AdamW(params, options);
}
