// ChainedScheduler: several schedules at once.
import { OptionError } from "../../tensor/errors.ts";
import { checkSaved, LRScheduler, type LRSchedulerState } from "./lrScheduler.ts";

/** Everything the schedules remember, as plain data. */
export interface ChainedSchedulerState {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly schedulers: readonly LRSchedulerState[];
}

/**
 * Steps several schedules of one optimizer together, each from the learning rate that the one before left, as
 * `torch.optim.lr_scheduler.ChainedScheduler`.
 *
 * @throws OptionError if there is no schedule, or if they are of different optimizers
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * const warmUp = new LinearLR(optimizer, { totalIters: 5 });
 * const schedule = new ChainedScheduler([warmUp, new ExponentialLR(optimizer, 0.95)]);
 */
export class ChainedScheduler {
  readonly #schedulers: readonly LRScheduler[];

  constructor(schedulers: readonly LRScheduler[]) {
    const [first] = schedulers;
    if (first === undefined) throw new OptionError("ChainedScheduler: there is no schedule");
    for (const [i, scheduler] of schedulers.entries()) {
      if (scheduler instanceof LRScheduler && scheduler.optimizer === first.optimizer) continue;
      throw new OptionError(`ChainedScheduler: schedule ${i} is of another optimizer, or is none`, {
        hint: "plateaus and sequences cannot be parts of a chain: step them beside it",
      });
    }
    this.#schedulers = [...schedulers];
  }

  /** Steps each schedule, in order. */
  step(): void {
    for (const scheduler of this.#schedulers) scheduler.step();
  }

  /** The learning rates that were set last, one for each group. */
  getLastLr(): number[] {
    return (this.#schedulers.at(-1) as LRScheduler).getLastLr();
  }

  /** All that is needed to go on later: the states of the parts. */
  stateDict(): ChainedSchedulerState {
    const schedulers = this.#schedulers.map((scheduler) => scheduler.stateDict());
    return { type: this.constructor.name, options: {}, schedulers };
  }

  /**
   * Goes on from a saved state and sets the groups' learning rates to what they were then.
   * @throws FormatError if the state is of other schedules or of other options; nothing is changed
   */
  loadStateDict(saved: ChainedSchedulerState): void {
    const own = this.stateDict();
    checkSaved(own, saved);
    for (const [i, state] of own.schedulers.entries()) {
      checkSaved(state, saved.schedulers[i] ?? { type: "nothing", options: {} });
    }
    for (const [i, scheduler] of this.#schedulers.entries()) {
      scheduler.loadStateDict(saved.schedulers[i] as LRSchedulerState);
    }
  }
}
