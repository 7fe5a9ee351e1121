// CosineAnnealingWarmRestarts: down along half a cosine, again and again.
import { checkOptions } from "../../tensor/errors.ts";
import { checkNumber, type Optimizer } from "../optimizer.ts";
import { checkWhole, LRScheduler } from "./lrScheduler.ts";

export interface CosineAnnealingWarmRestartsOptions {
  /** Each period is as many times as long as the one before (default 1). */
  readonly tMult?: number;
  /** Learning rate at the end of a period (default 0). */
  readonly etaMin?: number;
}

/**
 * Lets the learning rate fall along half a cosine and begins again, as
 * `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`.
 *
 *     lr(t) = etaMin + (lr(0) − etaMin) · (1 + cos(π · τ / T)) / 2     τ epochs into a period of T
 *
 * @param t0 epochs of the first period
 * @throws OptionError for unknown options or impossible values
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new CosineAnnealingWarmRestarts(optimizer, 10, { tMult: 2 });
 * @see Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts"
 */
export class CosineAnnealingWarmRestarts extends LRScheduler<{
  t0: number;
  tMult: number;
  etaMin: number;
}> {
  constructor(optimizer: Optimizer, t0: number, options: CosineAnnealingWarmRestartsOptions = {}) {
    checkOptions("CosineAnnealingWarmRestarts", options, ["tMult", "etaMin"]);
    const { tMult = 1, etaMin = 0 } = options;
    checkWhole("CosineAnnealingWarmRestarts", "t0", t0);
    checkWhole("CosineAnnealingWarmRestarts", "tMult", tMult);
    checkNumber("CosineAnnealingWarmRestarts", "etaMin", etaMin, 0);
    super(optimizer, { t0, tMult, etaMin });
  }

  /** @param epoch where to go, also between two epochs: `step(epoch + batch / batches)` (default: one on) */
  override step(epoch = this.lastEpoch + 1): void {
    this.jump(checkNumber("CosineAnnealingWarmRestarts", "epoch", epoch, 0));
  }

  protected override lrAt(epoch: number, baseLr: number): number {
    const { t0, tMult, etaMin } = this.options;
    let [into, period] = tMult === 1 ? [epoch % t0, t0] : [epoch, t0];
    while (into >= period) {
      into -= period;
      period *= tMult;
    }
    return etaMin + ((baseLr - etaMin) * (1 + Math.cos((Math.PI * into) / period))) / 2;
  }
}
