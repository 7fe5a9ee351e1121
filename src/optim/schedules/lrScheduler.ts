// The base of schedules: counts steps and sets the optimizer's learning rate. A subclass says how the rate
// follows from the one before, and what it is after a number of steps.
import { FormatError, OptionError } from "../../tensor/errors.ts";
import { Optimizer } from "../optimizer.ts";

/** Everything a schedule remembers, as plain data. */
export interface LRSchedulerState {
  /** Class of the schedule. */
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Steps taken. */
  readonly lastEpoch: number;
  readonly lastLr: number;
  readonly baseLr: number;
}

/** Learning rate of each optimizer when its first schedule was made: PyTorch's `initial_lr`. */
const initialLrs = new WeakMap<Optimizer, number>();

/**
 * A schedule of the learning rate: only sets `optimizer.lr`, first when it is made and then at each `step()`.
 *
 * @example
 * const optimizer = new SGD(net.parameters(), { lr: 0.9 });
 * const schedule = new StepLR(optimizer, 5);
 * await fit(net, { optimizer, callbacks: [{ onEpoch: () => schedule.step() }], … });
 */
export abstract class LRScheduler<Options extends object = object> {
  readonly optimizer: Optimizer;
  /** Learning rate that the schedule starts from. */
  #baseLr: number;
  #lastEpoch = 0;
  #lastLr = 0;
  /** The options, defaults filled in. */
  protected readonly options: Readonly<Options>;

  /** @param initialLr replaces the optimizer's own learning rate as the one to start from */
  constructor(optimizer: Optimizer, options: Options, initialLr?: number) {
    checkOptimizer(new.target.name, optimizer);
    this.optimizer = optimizer;
    this.options = options;
    this.#baseLr = initialLr ?? initialLrs.get(optimizer) ?? optimizer.lr;
    initialLrs.set(optimizer, this.#baseLr);
    this.#set(this.nextLr(optimizer.lr, 0));
  }

  /** Learning rate after so many steps if nothing else changes it. */
  protected abstract lrAt(epoch: number): number;

  /**
   * Learning rate after so many steps, from the present one: what schedules that work on the same optimizer
   * one after the other, and people who set `optimizer.lr`, do to it is kept.
   */
  protected nextLr(_lr: number, epoch: number): number {
    return this.lrAt(epoch);
  }

  get baseLr(): number {
    return this.#baseLr;
  }

  /** Steps taken so far. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Sets the learning rate of the next epoch (or of the next step, if called after each). */
  step(): void {
    const lr = this.nextLr(this.optimizer.lr, this.#lastEpoch + 1);
    this.#lastEpoch++;
    this.#set(lr);
  }

  /** The learning rate that was set last. One number: optimizers have no parameter groups. */
  getLastLr(): number {
    return this.#lastLr;
  }

  /** Goes to a point of the schedule, whatever the learning rate is now. */
  protected jump(epoch: number): void {
    const lr = this.lrAt(epoch);
    this.#lastEpoch = epoch;
    this.#set(lr);
  }

  /** Begins again: `SequentialLR` does it when a schedule's turn comes. */
  restart(): void {
    this.jump(0);
  }

  /** All that is needed to go on later. Functions among the options are left out. */
  stateDict(): LRSchedulerState {
    return {
      type: this.constructor.name,
      options: JSON.parse(JSON.stringify(this.options)),
      lastEpoch: this.#lastEpoch,
      lastLr: this.#lastLr,
      baseLr: this.#baseLr,
    };
  }

  /**
   * Goes on from a saved state and sets the optimizer's learning rate to what it was then.
   * @throws FormatError if the state is of another schedule or of other options; nothing is changed
   */
  loadStateDict(saved: LRSchedulerState): void {
    checkSaved(this.stateDict(), saved);
    this.#baseLr = saved.baseLr;
    this.#lastEpoch = saved.lastEpoch;
    this.#set(saved.lastLr);
  }

  #set(lr: number): void {
    this.optimizer.lr = lr;
    this.#lastLr = lr;
  }
}

/** Throws unless a saved state is of the same class and options. */
export function checkSaved(
  own: Pick<LRSchedulerState, "type" | "options">,
  saved: Pick<LRSchedulerState, "type" | "options">,
): void {
  const [ours, theirs] = [JSON.stringify(own.options), JSON.stringify(saved.options)];
  if (saved.type === own.type && theirs === ours) return;
  throw new FormatError(`${own.type}: the saved state does not fit this schedule`, {
    facts: [
      { name: "saved", value: `${saved.type} ${theirs}` },
      { name: "this", value: `${own.type} ${ours}` },
    ],
    hint: "make the schedule with the options it was saved with",
  });
}

/** Throws unless it is an optimizer, which people easily forget to pass. */
export function checkOptimizer(where: string, optimizer: Optimizer): void {
  if (optimizer instanceof Optimizer) return;
  throw new OptionError(`${where}: the first argument is not an optimizer`, {
    hint: `new ${where}(optimizer, …)`,
  });
}

/** Throws unless the option is a whole number of at least `low`. */
export function checkWhole(where: string, name: string, value: number, low = 1): number {
  if (Number.isSafeInteger(value) && value >= low) return value;
  throw new OptionError(
    `${where}: ${name} must be a whole number of at least ${low}, got ${String(value)}`,
  );
}

/** Throws unless the option is a number above 0 and at most 1. */
export function checkFactor(where: string, name: string, value: number): number {
  if (typeof value === "number" && value > 0 && value <= 1) return value;
  throw new OptionError(`${where}: ${name} must be above 0 and at most 1, got ${String(value)}`);
}

/** Throws unless the list holds whole numbers of at least `low`, each above the one before or, if allowed, equal. */
export function checkMilestones(
  where: string,
  milestones: readonly number[],
  low: number,
  repeats: boolean,
): void {
  const isFine = milestones.every((milestone, i) => {
    const before = i === 0 ? low : (milestones[i - 1] as number) + (repeats ? 0 : 1);
    return Number.isSafeInteger(milestone) && milestone >= before;
  });
  if (isFine) return;
  throw new OptionError(`${where}: milestones must be rising whole numbers of at least ${low}`, {
    facts: [{ name: "milestones", value: JSON.stringify(milestones) }],
  });
}
