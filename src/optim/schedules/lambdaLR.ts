// LambdaLR: a share of the learning rate that a function gives.
import type { Optimizer } from "../optimizer.ts";
import { checkFunctions, LRScheduler, perGroup } from "./lrScheduler.ts";

/**
 * Multiplies the first learning rate by what a function says, as `torch.optim.lr_scheduler.LambdaLR`.
 *
 *     lr(t) = lr(0) · lrLambda(t)
 *
 * @param lrLambda factor after so many epochs, at least 0; or a list with one function for each group. It is not
 *                 saved with the state.
 * @throws OptionError if `lrLambda` is not a function, or gives what is no learning rate
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new LambdaLR(optimizer, (epoch) => 1 / (1 + epoch));
 */
export class LambdaLR extends LRScheduler<{ lrLambda: readonly ((epoch: number) => number)[] }> {
  constructor(
    optimizer: Optimizer,
    lrLambda: ((epoch: number) => number) | readonly ((epoch: number) => number)[],
  ) {
    const functions = perGroup("LambdaLR", "lrLambda", optimizer, lrLambda);
    checkFunctions("LambdaLR", "lrLambda", functions);
    super(optimizer, { lrLambda: functions });
  }

  protected override lrAt(epoch: number, baseLr: number, group: number): number {
    return baseLr * (this.options.lrLambda[group] as (epoch: number) => number)(epoch);
  }
}
