// SequentialLR: one schedule after the other.
import { OptionError } from "../../tensor/errors.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import {
  checkMilestones,
  checkOptimizer,
  checkSaved,
  checkSavedLrs,
  LRScheduler,
  type LRSchedulerState,
} from "./lrScheduler.ts";

/** Everything the schedule remembers, as plain data. */
export interface SequentialLRState {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly lastEpoch: number;
  /** One for each group of parameters. */
  readonly lastLr: readonly number[];
  readonly schedulers: readonly LRSchedulerState[];
}

/**
 * Runs schedules one after the other, as `torch.optim.lr_scheduler.SequentialLR`. Each begins at its milestone,
 * from the learning rate that the optimizer had at first.
 *
 * @param schedulers schedules of the same optimizer, in order
 * @param milestones epochs at which the second and later schedules begin, rising
 * @throws OptionError if the lists do not fit together, or a schedule is of another optimizer
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const warmUp = new LinearLR(optimizer, { totalIters: 5 });
 * const schedule = new SequentialLR(optimizer, [warmUp, new CosineAnnealingLR(optimizer, 85)], [5]);
 */
export class SequentialLR {
  readonly optimizer: Optimizer;
  /** What `fit` calls `step()` after, unless told otherwise. */
  readonly stepsBy = "epoch";
  readonly #schedulers: readonly LRScheduler[];
  readonly #milestones: readonly number[];
  #lastEpoch = 0;
  #lastLr: number[];

  constructor(
    optimizer: Optimizer,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
  ) {
    checkOptimizer("SequentialLR", optimizer);
    const [first] = schedulers;
    if (first === undefined || milestones.length !== schedulers.length - 1) {
      throw new OptionError("SequentialLR: there must be one milestone fewer than schedules", {
        facts: [
          { name: "schedules", value: String(schedulers.length) },
          { name: "milestones", value: JSON.stringify(milestones) },
        ],
      });
    }
    for (const [i, scheduler] of schedulers.entries()) {
      if (!(scheduler instanceof LRScheduler) || scheduler.optimizer !== optimizer) {
        throw new OptionError(`SequentialLR: schedule ${i} is none of this optimizer`, {
          hint: "plateaus and sequences cannot be parts of a sequence",
        });
      }
    }
    checkMilestones("SequentialLR", milestones, 1, false);
    this.optimizer = optimizer;
    this.#schedulers = [...schedulers];
    this.#milestones = [...milestones];
    first.restart();
    this.#lastLr = first.getLastLr();
  }

  /** Steps taken so far. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Sets the learning rate of the next epoch (or of the next step, if called after each). */
  step(): void {
    const epoch = this.#lastEpoch + 1;
    const turn = this.#milestones.filter((milestone) => milestone <= epoch).length;
    const scheduler = this.#schedulers[turn] as LRScheduler;
    if (this.#milestones[turn - 1] === epoch) scheduler.restart();
    else scheduler.step();
    this.#lastEpoch = epoch;
    this.#lastLr = scheduler.getLastLr();
  }

  /** The learning rates that were set last, one for each group. */
  getLastLr(): number[] {
    return [...this.#lastLr];
  }

  /** All that is needed to go on later, with the states of the parts. */
  stateDict(): SequentialLRState {
    return {
      type: this.constructor.name,
      options: { milestones: [...this.#milestones] },
      lastEpoch: this.#lastEpoch,
      lastLr: [...this.#lastLr],
      schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()),
    };
  }

  /**
   * Goes on from a saved state and sets the groups' learning rates to what they were then.
   * @throws FormatError if the state is of other schedules or of other options; nothing is changed
   */
  loadStateDict(saved: SequentialLRState): void {
    const own = this.stateDict();
    checkSaved(own, saved);
    checkSavedLrs(own, saved.lastLr);
    for (const [i, state] of own.schedulers.entries()) {
      checkSaved(state, saved.schedulers[i] ?? { type: "nothing", options: {} });
      checkSavedLrs(state, saved.schedulers[i]?.lastLr);
    }
    for (const [i, scheduler] of this.#schedulers.entries()) {
      scheduler.loadStateDict(saved.schedulers[i] as LRSchedulerState);
    }
    this.#lastEpoch = saved.lastEpoch;
    this.#lastLr = [...saved.lastLr];
    for (const [i, lr] of this.#lastLr.entries()) {
      (this.optimizer.paramGroups[i] as ParamGroup).lr = lr;
    }
  }
}
