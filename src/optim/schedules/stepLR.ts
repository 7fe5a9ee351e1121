// StepLR: a constant factor every few epochs.
import { checkOptions } from "../../tensor/errors.ts";
import { checkNumber, type Optimizer } from "../optimizer.ts";
import { checkWhole, LRScheduler } from "./lrScheduler.ts";

export interface StepLROptions {
  /** Factor of each decay (default 0.1). */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate by `gamma` every `stepSize` epochs, as `torch.optim.lr_scheduler.StepLR`.
 *
 *     lr(t) = lr(0) · gamma^⌊t / stepSize⌋
 *
 * @throws OptionError for unknown options or impossible values
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new StepLR(optimizer, 30, { gamma: 0.1 });
 */
export class StepLR extends LRScheduler<{ stepSize: number; gamma: number }> {
  constructor(optimizer: Optimizer, stepSize: number, options: StepLROptions = {}) {
    checkOptions("StepLR", options, ["gamma"]);
    const { gamma = 0.1 } = options;
    checkWhole("StepLR", "stepSize", stepSize);
    checkNumber("StepLR", "gamma", gamma, 0);
    super(optimizer, { stepSize, gamma });
  }

  protected override lrAt(epoch: number, baseLr: number): number {
    const { stepSize, gamma } = this.options;
    return baseLr * gamma ** Math.floor(epoch / stepSize);
  }

  protected override nextLr(lr: number, epoch: number): number {
    const { stepSize, gamma } = this.options;
    return epoch > 0 && epoch % stepSize === 0 ? lr * gamma : lr;
  }
}
