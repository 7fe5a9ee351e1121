// LinearLR: from one share of the learning rate to another along a line, the usual warm-up.
import { checkOptions, OptionError } from "../../tensor/errors.ts";
import type { Optimizer } from "../optimizer.ts";
import { checkFactor, checkWhole, LRScheduler } from "./lrScheduler.ts";

export interface LinearLROptions {
  /** Share of the learning rate at the start (default 1/3). */
  readonly startFactor?: number;
  /** Share of the learning rate at the end (default 1). */
  readonly endFactor?: number;
  /** Epochs from start to end (default 5). */
  readonly totalIters?: number;
}

/**
 * Changes the learning rate along a line, as `torch.optim.lr_scheduler.LinearLR`.
 *
 *     lr(t) = lr(0) · (startFactor + (endFactor − startFactor) · min(t, totalIters) / totalIters)
 *
 * @throws OptionError for unknown options or impossible values
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const warmUp = new LinearLR(optimizer, { startFactor: 0.1, totalIters: 5 });
 */
export class LinearLR extends LRScheduler<Required<LinearLROptions>> {
  constructor(optimizer: Optimizer, options: LinearLROptions = {}) {
    checkOptions("LinearLR", options, ["startFactor", "endFactor", "totalIters"]);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    checkFactor("LinearLR", "startFactor", startFactor);
    if (!(endFactor >= 0 && endFactor <= 1)) {
      throw new OptionError(`LinearLR: endFactor must be in [0, 1], got ${String(endFactor)}`);
    }
    checkWhole("LinearLR", "totalIters", totalIters);
    super(optimizer, { startFactor, endFactor, totalIters });
  }

  protected override lrAt(epoch: number, baseLr: number): number {
    return baseLr * factorAt(this.options, epoch);
  }

  protected override nextLr(lr: number, epoch: number): number {
    if (epoch === 0) return lr * factorAt(this.options, 0);
    if (epoch > this.options.totalIters) return lr;
    return (lr * factorAt(this.options, epoch)) / factorAt(this.options, epoch - 1);
  }
}

/** Share of the first learning rate. */
function factorAt(
  { startFactor, endFactor, totalIters }: Readonly<Required<LinearLROptions>>,
  epoch: number,
): number {
  const done = Math.min(epoch, totalIters);
  // A weighted mean: a difference could round to just below zero at the end.
  return (startFactor * (totalIters - done) + endFactor * done) / totalIters;
}
