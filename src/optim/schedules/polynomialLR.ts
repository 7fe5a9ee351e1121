// PolynomialLR: down to zero along a power of the time that is left.
import { checkOptions } from "../../tensor/errors.ts";
import { checkNumber, type Optimizer } from "../optimizer.ts";
import { checkWhole, LRScheduler } from "./lrScheduler.ts";

export interface PolynomialLROptions {
  /** Epochs until the learning rate is zero (default 5). */
  readonly totalIters?: number;
  /** Exponent; 1 is a line (default 1). */
  readonly power?: number;
}

/**
 * Lets the learning rate fall to zero as a power, as `torch.optim.lr_scheduler.PolynomialLR`.
 *
 *     lr(t) = lr(0) · (1 − min(t, totalIters) / totalIters)^power
 *
 * @throws OptionError for unknown options or impossible values
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new PolynomialLR(optimizer, { totalIters: 90, power: 2 });
 */
export class PolynomialLR extends LRScheduler<Required<PolynomialLROptions>> {
  constructor(optimizer: Optimizer, options: PolynomialLROptions = {}) {
    checkOptions("PolynomialLR", options, ["totalIters", "power"]);
    const { totalIters = 5, power = 1 } = options;
    checkWhole("PolynomialLR", "totalIters", totalIters);
    checkNumber("PolynomialLR", "power", power, 0);
    super(optimizer, { totalIters, power });
  }

  protected override lrAt(epoch: number, baseLr: number): number {
    const { totalIters, power } = this.options;
    return baseLr * (1 - Math.min(epoch, totalIters) / totalIters) ** power;
  }

  protected override nextLr(lr: number, epoch: number): number {
    const { totalIters, power } = this.options;
    if (epoch === 0 || epoch > totalIters) return lr;
    return lr * ((totalIters - epoch) / (totalIters - epoch + 1)) ** power;
  }
}
