// LambdaLR: a share of the learning rate that a function gives.
import { OptionError } from "../../tensor/errors.ts";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler } from "./lrScheduler.ts";

/**
 * Multiplies the first learning rate by what a function says, as `torch.optim.lr_scheduler.LambdaLR`.
 *
 *     lr(t) = lr(0) · lrLambda(t)
 *
 * @param lrLambda factor after so many epochs, at least 0. It is not saved with the state.
 * @throws OptionError if `lrLambda` is not a function, or gives what is no learning rate
 * @example const schedule = new LambdaLR(optimizer, (epoch) => 1 / (1 + epoch))
 */
export class LambdaLR extends LRScheduler<{ lrLambda: (epoch: number) => number }> {
  constructor(optimizer: Optimizer, lrLambda: (epoch: number) => number) {
    if (typeof lrLambda !== "function") {
      throw new OptionError(`LambdaLR: lrLambda must be a function, got ${String(lrLambda)}`);
    }
    super(optimizer, { lrLambda });
  }

  protected override lrAt(epoch: number): number {
    return this.baseLr * this.options.lrLambda(epoch);
  }
}
