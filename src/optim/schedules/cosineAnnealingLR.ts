// CosineAnnealingLR: down along half a cosine.
import { checkOptions } from "../../tensor/errors.ts";
import { checkNumber, type Optimizer } from "../optimizer.ts";
import { checkWhole, LRScheduler } from "./lrScheduler.ts";

export interface CosineAnnealingLROptions {
  /** Learning rate at the end (default 0). */
  readonly etaMin?: number;
}

/**
 * Lets the learning rate fall along half a cosine, as `torch.optim.lr_scheduler.CosineAnnealingLR`. After `tMax`
 * epochs it rises again.
 *
 *     lr(t) = etaMin + (lr(0) − etaMin) · (1 + cos(π · t / tMax)) / 2
 *
 * @param tMax epochs from the start to `etaMin`
 * @throws OptionError for unknown options or impossible values
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new CosineAnnealingLR(optimizer, 100, { etaMin: 0.001 });
 * @see Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts"
 */
export class CosineAnnealingLR extends LRScheduler<{ tMax: number; etaMin: number }> {
  constructor(optimizer: Optimizer, tMax: number, options: CosineAnnealingLROptions = {}) {
    checkOptions("CosineAnnealingLR", options, ["etaMin"]);
    const { etaMin = 0 } = options;
    checkWhole("CosineAnnealingLR", "tMax", tMax);
    checkNumber("CosineAnnealingLR", "etaMin", etaMin, 0);
    super(optimizer, { tMax, etaMin });
  }

  protected override lrAt(epoch: number, baseLr: number): number {
    const { tMax, etaMin } = this.options;
    return etaMin + ((baseLr - etaMin) * (1 + Math.cos((Math.PI * epoch) / tMax))) / 2;
  }

  protected override nextLr(lr: number, epoch: number, baseLr: number): number {
    const { tMax, etaMin } = this.options;
    if (epoch === 0) return lr;
    // At the bottom of the cosine the ratio below is 0 / 0: the way up starts from the formula itself.
    if ((epoch - 1) % (2 * tMax) === tMax) {
      return lr + ((baseLr - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    const height = (at: number) => 1 + Math.cos((Math.PI * at) / tMax);
    return etaMin + ((lr - etaMin) * height(epoch)) / height(epoch - 1);
  }
}
