// MultiStepLR: a constant factor at given epochs.
import { checkOptions } from "../../tensor/errors.ts";
import { checkNumber, type Optimizer } from "../optimizer.ts";
import { checkMilestones, LRScheduler } from "./lrScheduler.ts";

export interface MultiStepLROptions {
  /** Factor of each decay (default 0.1). */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate by `gamma` at each milestone, as `torch.optim.lr_scheduler.MultiStepLR`.
 *
 *     lr(t) = lr(0) · gamma^(number of milestones ≤ t)
 *
 * @param milestones epochs, rising; one given twice counts twice
 * @throws OptionError for unknown options or impossible values
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new MultiStepLR(optimizer, [30, 80], { gamma: 0.1 });
 */
export class MultiStepLR extends LRScheduler<{ milestones: readonly number[]; gamma: number }> {
  constructor(
    optimizer: Optimizer,
    milestones: readonly number[],
    options: MultiStepLROptions = {},
  ) {
    checkOptions("MultiStepLR", options, ["gamma"]);
    const { gamma = 0.1 } = options;
    checkMilestones("MultiStepLR", milestones, 1, true);
    checkNumber("MultiStepLR", "gamma", gamma, 0);
    super(optimizer, { milestones: [...milestones], gamma });
  }

  protected override lrAt(epoch: number, baseLr: number): number {
    const { milestones, gamma } = this.options;
    return baseLr * gamma ** milestones.filter((milestone) => milestone <= epoch).length;
  }

  protected override nextLr(lr: number, epoch: number): number {
    const { milestones, gamma } = this.options;
    return lr * gamma ** milestones.filter((milestone) => milestone === epoch).length;
  }
}
