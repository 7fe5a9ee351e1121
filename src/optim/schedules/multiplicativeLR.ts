// MultiplicativeLR: a factor for each epoch that a function gives.
import type { Optimizer } from "../optimizer.ts";
import { checkFunctions, LRScheduler, perGroup } from "./lrScheduler.ts";

/**
 * Multiplies the present learning rate by what a function says, as
 * `torch.optim.lr_scheduler.MultiplicativeLR`.
 *
 *     lr(t) = lr(t − 1) · lrLambda(t)
 *
 * @param lrLambda factor of an epoch, counted from 1, at least 0; or a list with one function for each group. It is
 *                 not saved with the state.
 * @throws OptionError if `lrLambda` is not a function, or gives what is no learning rate
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new MultiplicativeLR(optimizer, (epoch) => (epoch < 10 ? 1 : 0.95));
 */
export class MultiplicativeLR extends LRScheduler<{
  lrLambda: readonly ((epoch: number) => number)[];
}> {
  constructor(
    optimizer: Optimizer,
    lrLambda: ((epoch: number) => number) | readonly ((epoch: number) => number)[],
  ) {
    const functions = perGroup("MultiplicativeLR", "lrLambda", optimizer, lrLambda);
    checkFunctions("MultiplicativeLR", "lrLambda", functions);
    super(optimizer, { lrLambda: functions });
  }

  protected override lrAt(epoch: number, baseLr: number, group: number): number {
    let lr = baseLr;
    for (let at = 1; at <= epoch; at++) lr = this.nextLr(lr, at, baseLr, group);
    return lr;
  }

  protected override nextLr(lr: number, epoch: number, _baseLr: number, group: number): number {
    return epoch === 0
      ? lr
      : lr * (this.options.lrLambda[group] as (epoch: number) => number)(epoch);
  }
}
