// ExponentialLR: a constant factor every epoch.
import { checkNumber, type Optimizer } from "../optimizer.ts";
import { LRScheduler } from "./lrScheduler.ts";

/**
 * Multiplies the learning rate by `gamma` every epoch, as `torch.optim.lr_scheduler.ExponentialLR`.
 *
 *     lr(t) = lr(0) · gamma^t
 *
 * @throws OptionError if `gamma` is not a finite number of at least 0
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new ExponentialLR(optimizer, 0.95);
 */
export class ExponentialLR extends LRScheduler<{ gamma: number }> {
  constructor(optimizer: Optimizer, gamma: number) {
    checkNumber("ExponentialLR", "gamma", gamma, 0);
    super(optimizer, { gamma });
  }

  protected override lrAt(epoch: number, baseLr: number): number {
    return baseLr * this.options.gamma ** epoch;
  }

  protected override nextLr(lr: number, epoch: number): number {
    return epoch === 0 ? lr : lr * this.options.gamma;
  }
}
