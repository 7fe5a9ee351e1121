// ConstantLR: a share of the learning rate for the first epochs.
import { checkOptions } from "../../tensor/errors.ts";
import type { Optimizer } from "../optimizer.ts";
import { checkFactor, checkWhole, LRScheduler } from "./lrScheduler.ts";

export interface ConstantLROptions {
  /** Share of the learning rate until `totalIters` (default 1/3). */
  readonly factor?: number;
  /** Epochs with the smaller learning rate (default 5). */
  readonly totalIters?: number;
}

/**
 * Multiplies the learning rate by `factor` for the first `totalIters` epochs, as
 * `torch.optim.lr_scheduler.ConstantLR`.
 *
 * @throws OptionError for unknown options or impossible values
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const warmUp = new ConstantLR(optimizer, { factor: 0.1, totalIters: 3 });
 */
export class ConstantLR extends LRScheduler<Required<ConstantLROptions>> {
  constructor(optimizer: Optimizer, options: ConstantLROptions = {}) {
    checkOptions("ConstantLR", options, ["factor", "totalIters"]);
    const { factor = 1 / 3, totalIters = 5 } = options;
    checkFactor("ConstantLR", "factor", factor);
    checkWhole("ConstantLR", "totalIters", totalIters);
    super(optimizer, { factor, totalIters });
  }

  protected override lrAt(epoch: number, baseLr: number): number {
    const { factor, totalIters } = this.options;
    return epoch < totalIters ? baseLr * factor : baseLr;
  }

  protected override nextLr(lr: number, epoch: number): number {
    const { factor, totalIters } = this.options;
    if (epoch === 0) return lr * factor;
    return epoch === totalIters ? lr / factor : lr;
  }
}
