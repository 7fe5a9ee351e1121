// ReduceLROnPlateau: a smaller learning rate when a metric no longer improves.
import { checkOptions, OptionError } from "../../tensor/errors.ts";
import { checkNumber, type Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { checkOptimizer, checkSaved, checkSavedLrs, checkWhole, perGroup } from "./lrScheduler.ts";

export interface ReduceLROnPlateauOptions {
  /** Is a smaller metric better, or a larger one (default "min")? */
  readonly mode?: "min" | "max";
  /** Factor of each reduction, below 1 (default 0.1). */
  readonly factor?: number;
  /** Epochs without improvement that are borne (default 10). */
  readonly patience?: number;
  /** Improvements below this do not count (default 1e-4). */
  readonly threshold?: number;
  /** Is the threshold a share of the best metric, or in its units (default "rel")? */
  readonly thresholdMode?: "rel" | "abs";
  /** Epochs after a reduction in which nothing is counted (default 0). */
  readonly cooldown?: number;
  /** Lowest learning rate, or a list with one for each group (default 0). */
  readonly minLr?: number | readonly number[];
  /** Reductions by no more than this are not made (default 1e-8). */
  readonly eps?: number;
}

/** Everything the schedule remembers, as plain data. */
export interface ReduceLROnPlateauState {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly lastEpoch: number;
  /** One for each group of parameters. */
  readonly lastLr: readonly number[];
  /** Best metric so far, or null. */
  readonly best: number | null;
  readonly numBadEpochs: number;
  readonly cooldownCounter: number;
}

/**
 * Multiplies the learning rate by `factor` when a metric has not improved for more than `patience` epochs, as
 * `torch.optim.lr_scheduler.ReduceLROnPlateau`. Better means below best · (1 − threshold), or above
 * best · (1 + threshold) for mode "max"; in mode "abs", best ∓ threshold.
 *
 * @throws OptionError for unknown options or impossible values
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const schedule = new ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 3 });
 * schedule.step(2.3);
 */
export class ReduceLROnPlateau {
  readonly optimizer: Optimizer;
  /** `step(metric)` takes the metric of an epoch. */
  readonly stepsBy = "metric";
  readonly #options: Readonly<Required<ReduceLROnPlateauOptions>>;
  readonly #groups: readonly ParamGroup[];
  readonly #minLrs: readonly number[];
  #lastEpoch = 0;
  #lastLr: readonly number[];
  #best: number | null = null;
  #numBadEpochs = 0;
  #cooldownCounter = 0;

  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    const name = "ReduceLROnPlateau";
    checkOptimizer(name, optimizer);
    const filled: Required<ReduceLROnPlateauOptions> = {
      mode: "min",
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: "rel",
      cooldown: 0,
      minLr: 0,
      eps: 1e-8,
      ...options,
    };
    checkOptions(name, options, [
      "mode",
      "factor",
      "patience",
      "threshold",
      "thresholdMode",
      "cooldown",
      "minLr",
      "eps",
    ]);
    checkOneOf("mode", filled.mode, ["min", "max"]);
    checkOneOf("thresholdMode", filled.thresholdMode, ["rel", "abs"]);
    checkNumber(name, "factor", filled.factor, 0, 1);
    checkNumber(name, "threshold", filled.threshold, 0);
    this.#minLrs = perGroup(name, "minLr", optimizer, filled.minLr);
    for (const minLr of this.#minLrs) checkNumber(name, "minLr", minLr, 0);
    checkNumber(name, "eps", filled.eps, 0);
    checkWhole(name, "patience", filled.patience, 0);
    checkWhole(name, "cooldown", filled.cooldown, 0);
    this.optimizer = optimizer;
    this.#options = filled;
    this.#groups = [...optimizer.paramGroups];
    this.#lastLr = this.#groups.map(({ lr }) => lr);
  }

  /** Epochs seen so far. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Takes in the metric of an epoch. One that is not a number is no improvement. */
  step(metric: number): void {
    if (typeof metric !== "number") {
      throw new OptionError(`ReduceLROnPlateau: step takes the metric, got ${String(metric)}`, {
        hint: "schedule.step(validationLoss)",
      });
    }
    const { patience, cooldown } = this.#options;
    this.#lastEpoch++;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#numBadEpochs = 0;
    } else this.#numBadEpochs++;
    if (this.#cooldownCounter > 0) {
      this.#cooldownCounter--;
      this.#numBadEpochs = 0;
    }
    if (this.#numBadEpochs > patience) {
      this.#reduce();
      this.#cooldownCounter = cooldown;
      this.#numBadEpochs = 0;
    }
    this.#lastLr = this.#groups.map(({ lr }) => lr);
  }

  /** The learning rates after the last step, one for each group. */
  getLastLr(): number[] {
    return [...this.#lastLr];
  }

  /** All that is needed to go on later. */
  stateDict(): ReduceLROnPlateauState {
    return {
      type: this.constructor.name,
      options: { ...this.#options },
      lastEpoch: this.#lastEpoch,
      lastLr: [...this.#lastLr],
      best: this.#best,
      numBadEpochs: this.#numBadEpochs,
      cooldownCounter: this.#cooldownCounter,
    };
  }

  /**
   * Goes on from a saved state and sets the groups' learning rates to what they were then.
   * @throws FormatError if the state is of another schedule or of other options; nothing is changed
   */
  loadStateDict(saved: ReduceLROnPlateauState): void {
    const own = this.stateDict();
    checkSaved(own, saved);
    checkSavedLrs(own, saved.lastLr);
    this.#lastEpoch = saved.lastEpoch;
    this.#best = saved.best;
    this.#numBadEpochs = saved.numBadEpochs;
    this.#cooldownCounter = saved.cooldownCounter;
    for (const [i, group] of this.#groups.entries()) group.lr = saved.lastLr[i] as number;
    this.#lastLr = [...saved.lastLr];
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const sign = mode === "min" ? -1 : 1;
    const best = this.#best ?? -sign * Infinity;
    const bound = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === "min" ? metric < bound : metric > bound;
  }

  #reduce(): void {
    const { factor, eps } = this.#options;
    for (const [i, group] of this.#groups.entries()) {
      const reduced = Math.max(group.lr * factor, this.#minLrs[i] as number);
      if (group.lr - reduced > eps) group.lr = reduced;
    }
  }
}

function checkOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new OptionError(`ReduceLROnPlateau: ${name} must be ${allowed.join(" or ")}, got ${value}`);
}
