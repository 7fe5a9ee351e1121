// The schedule of the learning rate inside `fit`: brought up to date before each step, from the numbers of steps
// and epochs alone, so that it may be saved and resumed between any two steps.
import type { LRScheduler, Optimizer, ReduceLROnPlateau, SequentialLR } from "../optim/index.ts";
import { OptionError } from "../tensor/errors.ts";
import type { EpochRecord } from "./events.ts";
import { type Metric, metricOf } from "./monitor.ts";

/** A schedule of any kind. */
export type Schedule = LRScheduler | SequentialLR | ReduceLROnPlateau;

/** Makes the schedule of an optimizer: `(optimizer) => new optim.StepLR(optimizer, 30)`. */
export type ScheduleFactory = (optimizer: Optimizer) => Schedule;

/** What a schedule remembers, as plain data. */
export type ScheduleState = ReturnType<Schedule["stateDict"]>;

export interface ScheduleOptions {
  /**
   * Schedule of the learning rate: `(optimizer) => new optim.CosineAnnealingLR(optimizer, epochs)`. Its state is
   * saved with checkpoints.
   */
  readonly schedule?: ScheduleFactory | undefined;
  /** What a step of the schedule is (default "epoch"; "step" for `OneCycleLR`). */
  readonly scheduleEvery?: "epoch" | "step" | undefined;
  /** What `ReduceLROnPlateau` watches (default "validationLoss"; "loss" without validation data). */
  readonly scheduleMetric?: Metric | undefined;
}

/** Keeps a schedule at the pace of training. */
export class SchedulePace {
  readonly #schedule: Schedule;
  readonly #every: "epoch" | "step";
  readonly #metric: Metric | undefined;

  constructor(schedule: Schedule, options: ScheduleOptions) {
    this.#schedule = schedule;
    this.#every = options.scheduleEvery ?? (schedule.stepsBy === "step" ? "step" : "epoch");
    this.#metric = options.scheduleMetric;
    if (this.#every === "step" && schedule.stepsBy === "metric") {
      throw new OptionError("fit: ReduceLROnPlateau watches epochs, not steps", {
        hint: 'leave out scheduleEvery: "step"',
      });
    }
  }

  /** Sets the learning rates for the next step. */
  keepUp(steps: number, history: readonly EpochRecord[]): void {
    const schedule = this.#schedule;
    const target = this.#every === "step" ? steps : history.length;
    while (schedule.lastEpoch < target) {
      if (schedule.stepsBy === "metric")
        schedule.step(this.#watched(history[schedule.lastEpoch] as EpochRecord));
      else schedule.step();
    }
  }

  state(): ScheduleState {
    return this.#schedule.stateDict();
  }

  #watched(epoch: EpochRecord): number {
    const byDefault = epoch.validationLoss === null ? "loss" : "validationLoss";
    return metricOf("fit", this.#metric ?? byDefault, epoch);
  }
}

/**
 * The schedule that `fit` is to follow, gone to where a resumed training stopped.
 * @throws OptionError if the resumed training had none, or another; FormatError if its state does not fit
 */
export function scheduleFor(
  optimizer: Optimizer,
  options: ScheduleOptions,
  resumed:
    | { readonly schedule?: ScheduleState | null | undefined; readonly step: number }
    | undefined,
): SchedulePace | null {
  const saved = resumed?.schedule ?? null;
  if (options.schedule === undefined) {
    if (saved === null) return null;
    throw new OptionError(`fit: the training to be resumed has a schedule, ${saved.type}`, {
      hint: "give fit the same schedule",
    });
  }
  const schedule = typeof options.schedule === "function" ? options.schedule(optimizer) : null;
  if (typeof schedule?.step !== "function" || schedule.optimizer !== optimizer) {
    throw new OptionError(
      "fit: schedule must be a function that makes a schedule of its argument",
      {
        hint: "schedule: (optimizer) => new optim.StepLR(optimizer, 30)",
      },
    );
  }
  const pace = new SchedulePace(schedule, options);
  if (saved !== null) schedule.loadStateDict(saved as never);
  else if (resumed !== undefined && resumed.step > 0) {
    throw new OptionError("fit: the training to be resumed has no schedule");
  }
  return pace;
}
