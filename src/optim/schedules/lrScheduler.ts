// The base of schedules: counts steps and sets the learning rate of each of the optimizer's groups. A subclass
// says how the rate follows from the one before, and what it is after a number of steps.
import { FormatError, OptionError } from "../../tensor/errors.ts";
import { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";

/** Everything a schedule remembers, as plain data. */
export interface LRSchedulerState {
  /** Class of the schedule. */
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Steps taken. */
  readonly lastEpoch: number;
  /** One for each group of parameters, as is `baseLrs`. */
  readonly lastLr: readonly number[];
  readonly baseLrs: readonly number[];
}

/** Learning rate of each group when its first schedule was made: PyTorch's `initial_lr`. */
const initialLrs = new WeakMap<ParamGroup, number>();

/**
 * A schedule of the learning rate: sets `lr` of each group of parameters, first when it is made and then at each
 * `step()`. Groups that are added later keep their own.
 *
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const optimizer = new SGD(net.parameters(), { lr: 0.1 });
 * const schedule = new StepLR(optimizer, 5);
 * const callbacks = [{ onEpoch: () => schedule.step() }];
 * await fit(net, { data: train, optimizer, epochs: 2, callbacks });
 */
export abstract class LRScheduler<Options extends object = object> {
  readonly optimizer: Optimizer;
  /** What `fit` calls `step()` after, unless told otherwise. */
  readonly stepsBy: "epoch" | "step" = "epoch";
  /** The optimizer's groups when the schedule was made. */
  protected readonly groups: readonly ParamGroup[];
  #baseLrs: readonly number[];
  #lastEpoch = 0;
  #lastLr: readonly number[] = [];
  /** The options, defaults filled in. */
  protected readonly options: Readonly<Options>;

  /** @param initial replace the groups' own learning rates as those to start from */
  constructor(optimizer: Optimizer, options: Options, initial?: readonly number[]) {
    checkOptimizer(new.target.name, optimizer);
    this.optimizer = optimizer;
    this.options = options;
    this.groups = [...optimizer.paramGroups];
    this.#baseLrs = this.groups.map(
      (group, i) => initial?.[i] ?? initialLrs.get(group) ?? group.lr,
    );
    for (const [i, group] of this.groups.entries())
      initialLrs.set(group, this.#baseLrs[i] as number);
    this.#set(this.#next(0), 0);
  }

  /** Learning rate of a group after so many steps if nothing else changes it. */
  protected abstract lrAt(epoch: number, baseLr: number, group: number): number;

  /**
   * Learning rate after so many steps, from the present one: what schedules that work on the same optimizer
   * one after the other, and people who set `group.lr`, do to it is kept.
   */
  protected nextLr(_lr: number, epoch: number, baseLr: number, group: number): number {
    return this.lrAt(epoch, baseLr, group);
  }

  /** Sets what else follows from the number of steps. */
  protected apply(_epoch: number): void {}

  /** Learning rates that the schedule starts from, one for each group. */
  get baseLrs(): readonly number[] {
    return this.#baseLrs;
  }

  /** Steps taken so far. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Sets the learning rates of the next epoch (or of the next step, if called after each). */
  step(): void {
    this.#set(this.#next(this.#lastEpoch + 1), this.#lastEpoch + 1);
  }

  /** The learning rates that were set last, one for each group. */
  getLastLr(): number[] {
    return [...this.#lastLr];
  }

  /** Goes to a point of the schedule, whatever the learning rates are now. */
  protected jump(epoch: number): void {
    this.#set(
      this.#baseLrs.map((baseLr, group) => this.lrAt(epoch, baseLr, group)),
      epoch,
    );
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
      lastLr: [...this.#lastLr],
      baseLrs: [...this.#baseLrs],
    };
  }

  /**
   * Goes on from a saved state and sets the groups' learning rates to what they were then.
   * @throws FormatError if the state is of another schedule or of other options; nothing is changed
   */
  loadStateDict(saved: LRSchedulerState): void {
    const own = this.stateDict();
    checkSaved(own, saved);
    checkSavedLrs(own, saved.lastLr);
    checkSavedLrs(own, saved.baseLrs);
    this.#baseLrs = [...saved.baseLrs];
    this.#set(saved.lastLr, saved.lastEpoch);
  }

  #next(epoch: number): number[] {
    return this.groups.map(({ lr }, group) =>
      this.nextLr(lr, epoch, this.#baseLrs[group] as number, group),
    );
  }

  #set(lrs: readonly number[], epoch: number): void {
    for (const [i, group] of this.groups.entries()) group.lr = lrs[i] as number;
    this.#lastLr = this.groups.map(({ lr }) => lr);
    this.#lastEpoch = epoch;
    this.apply(epoch);
  }
}

/** Throws unless there is one learning rate for each group. */
export function checkSavedLrs(
  own: { readonly type: string; readonly lastLr: readonly number[] },
  saved: unknown,
): void {
  const fits =
    Array.isArray(saved) && saved.every((lr) => typeof lr === "number" && lr >= 0 && lr < Infinity);
  if (fits && saved.length === own.lastLr.length) return;
  throw new FormatError(`${own.type}: the saved state does not fit this schedule`, {
    facts: [
      { name: "saved", value: JSON.stringify(saved) ?? "nothing" },
      { name: "needed", value: `${own.lastLr.length} learning rates, one for each group` },
    ],
  });
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

/** One value for each group: the same for all, or as listed. */
export function perGroup<T>(
  where: string,
  name: string,
  optimizer: Optimizer,
  given: T | readonly T[],
): T[] {
  checkOptimizer(where, optimizer);
  const { length } = optimizer.paramGroups;
  const values = Array.isArray(given) ? [...given] : Array<T>(length).fill(given as T);
  if (values.length === length) return values;
  throw new OptionError(`${where}: ${name} needs one value for each group of parameters`, {
    facts: [
      { name: "given", value: String(values.length) },
      { name: "groups", value: String(length) },
    ],
    hint: "one value that is no list holds for all groups",
  });
}

/** Throws unless all are functions. */
export function checkFunctions(where: string, name: string, values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === "function") continue;
    throw new OptionError(`${where}: ${name} must be a function, got ${String(value)}`);
  }
}
