// OneCycleLR: up to a high learning rate and down to a very low one, the momentum the other way round, a value
// for each batch.
import { checkOptions, OptionError } from "../../tensor/errors.ts";
import { checkNumber, type Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { checkWhole, LRScheduler, perGroup } from "./lrScheduler.ts";

export interface OneCycleLROptions {
  /** Steps of the whole cycle; or give `epochs` and `stepsPerEpoch`. */
  readonly totalSteps?: number;
  /** Epochs of the whole cycle. */
  readonly epochs?: number;
  /** Steps in an epoch. */
  readonly stepsPerEpoch?: number;
  /** Share of the cycle in which the learning rate rises (default 0.3). */
  readonly pctStart?: number;
  /** Curve between the corners (default "cos"). */
  readonly annealStrategy?: "cos" | "linear";
  /** Lower the momentum (SGD, RMSprop) or β₁ (Adam) while the learning rate rises (default true). */
  readonly cycleMomentum?: boolean;
  /** Momentum at the highest learning rate, or a list with one for each group (default 0.85). */
  readonly baseMomentum?: number | readonly number[];
  /** Momentum at the lowest learning rates, or a list with one for each group (default 0.95). */
  readonly maxMomentum?: number | readonly number[];
  /** The first learning rate is maxLr / divFactor (default 25). */
  readonly divFactor?: number;
  /** The last learning rate is the first / finalDivFactor (default 1e4). */
  readonly finalDivFactor?: number;
  /** Down to the first learning rate as fast as up, then on to the last (default false). */
  readonly threePhase?: boolean;
}

/** Corners of the cycle: where both curves are at `end`, counted in steps. */
interface Corner {
  readonly end: number;
  readonly level: "first" | "peak" | "last";
}

/** What the corners of the cycle are made from; one value for each group where there are lists. */
interface Cycle {
  readonly maxLr: readonly number[];
  readonly totalSteps: number;
  readonly pctStart: number;
  readonly annealStrategy: "cos" | "linear";
  readonly cycleMomentum: boolean;
  readonly baseMomentum: readonly number[];
  readonly maxMomentum: readonly number[];
  readonly divFactor: number;
  readonly finalDivFactor: number;
  readonly threePhase: boolean;
}

const name = "OneCycleLR";

/**
 * One cycle of the learning rate, as `torch.optim.lr_scheduler.OneCycleLR`: from maxLr / divFactor up to maxLr and
 * down to maxLr / (divFactor · finalDivFactor). Meanwhile the momentum falls from maxMomentum to baseMomentum and
 * rises again. `step()` is called after each batch. The optimizer's own learning rate and momentum do not matter,
 * but an optimizer made without momentum has none to cycle.
 *
 * @param maxLr the highest learning rate, or a list with one for each group
 * @throws OptionError for unknown options or impossible values, for a step after the last, and where there is no
 *         momentum and `cycleMomentum` is not false
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1, momentum: 0.9 });
 * const schedule = new OneCycleLR(optimizer, 0.4, { epochs: 10, stepsPerEpoch: 235 });
 * @see Smith & Topin 2018, "Super-convergence: very fast training of neural networks using large learning rates"
 */
export class OneCycleLR extends LRScheduler<Cycle> {
  override readonly stepsBy = "step";

  constructor(optimizer: Optimizer, maxLr: number | readonly number[], options: OneCycleLROptions) {
    const cycle = checkCycle(optimizer, maxLr, options);
    super(
      optimizer,
      cycle,
      cycle.maxLr.map((highest) => highest / cycle.divFactor),
    );
  }

  protected override lrAt(step: number, first: number, group: number): number {
    const { totalSteps, maxLr, finalDivFactor } = this.options;
    if (step > totalSteps) {
      throw new OptionError(`OneCycleLR: the cycle of ${totalSteps} steps is over`, {
        hint: "step() is called once after each batch; totalSteps counts all of them",
      });
    }
    const peak = maxLr[group] as number;
    return along(this.options, step, { first, peak, last: first / finalDivFactor });
  }

  protected override apply(step: number): void {
    const { cycleMomentum, baseMomentum, maxMomentum } = this.options;
    if (!cycleMomentum) return;
    for (const [i, group] of this.groups.entries()) {
      const [peak, rest] = [baseMomentum[i] as number, maxMomentum[i] as number];
      setMomentum(group, along(this.options, step, { first: rest, peak, last: rest }));
    }
  }
}

/** The point of a curve through the corners after so many steps. */
function along(
  cycle: Cycle,
  step: number,
  levels: Readonly<Record<Corner["level"], number>>,
): number {
  const corners = cornersOf(cycle);
  const next = corners.findIndex(({ end }, i) => i > 0 && step <= end);
  // One step more than there are batches is taken after the last batch: the value stays.
  if (next === -1) return levels.last;
  const [before, after] = [corners[next - 1] as Corner, corners[next] as Corner];
  const [from, to] = [levels[before.level], levels[after.level]];
  const share = after.end > before.end ? (step - before.end) / (after.end - before.end) : 1;
  if (cycle.annealStrategy === "linear") return from + (to - from) * share;
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}

function cornersOf({ totalSteps, pctStart, threePhase }: Cycle): Corner[] {
  return [
    { end: 0, level: "first" },
    { end: pctStart * totalSteps - 1, level: "peak" },
    ...(threePhase ? [{ end: 2 * pctStart * totalSteps - 2, level: "first" } as const] : []),
    { end: totalSteps - 1, level: "last" },
  ];
}

/** Groups with a momentum have one of two options. */
type WithMomentum = ParamGroup<{ momentum?: number; betas?: readonly [number, number] }>;

function setMomentum(group: ParamGroup, value: number): void {
  const own = group as unknown as WithMomentum;
  if (own.betas !== undefined) own.betas = [value, own.betas[1]];
  else own.momentum = value;
}

function checkCycle(
  optimizer: Optimizer,
  maxLr: number | readonly number[],
  options: OneCycleLROptions,
): Cycle {
  checkOptions(name, options, [
    "totalSteps",
    "epochs",
    "stepsPerEpoch",
    "pctStart",
    "annealStrategy",
    "cycleMomentum",
    "baseMomentum",
    "maxMomentum",
    "divFactor",
    "finalDivFactor",
    "threePhase",
  ]);
  const {
    pctStart = 0.3,
    annealStrategy = "cos",
    cycleMomentum = true,
    baseMomentum = 0.85,
    maxMomentum = 0.95,
    divFactor = 25,
    finalDivFactor = 1e4,
    threePhase = false,
  } = options;
  const lists = {
    maxLr: perGroup(name, "maxLr", optimizer, maxLr),
    baseMomentum: perGroup(name, "baseMomentum", optimizer, baseMomentum),
    maxMomentum: perGroup(name, "maxMomentum", optimizer, maxMomentum),
  };
  for (const [option, values] of Object.entries(lists)) {
    const below = option === "maxLr" ? Infinity : 1;
    for (const value of values) checkNumber(name, option, value, 0, below);
  }
  if (!(pctStart >= 0 && pctStart <= 1)) {
    throw new OptionError(`OneCycleLR: pctStart must be in [0, 1], got ${String(pctStart)}`);
  }
  for (const [option, value] of Object.entries({ divFactor, finalDivFactor })) {
    checkNumber(name, option, value, Number.MIN_VALUE);
  }
  if (annealStrategy !== "cos" && annealStrategy !== "linear") {
    throw new OptionError(
      `OneCycleLR: annealStrategy must be "cos" or "linear", got ${JSON.stringify(annealStrategy)}`,
    );
  }
  const totalSteps = stepsOf(options);
  if (cycleMomentum) checkMomentum(optimizer);
  return {
    ...lists,
    totalSteps,
    pctStart,
    annealStrategy,
    cycleMomentum,
    divFactor,
    finalDivFactor,
    threePhase,
  };
}

/** Throws unless every group has a momentum that may change. */
function checkMomentum(optimizer: Optimizer): void {
  for (const group of optimizer.paramGroups as readonly unknown[] as WithMomentum[]) {
    if (group.betas !== undefined || (group.momentum ?? 0) > 0) continue;
    throw new OptionError("OneCycleLR: this optimizer has no momentum to cycle", {
      facts: [{ name: "optimizer", value: optimizer.constructor.name }],
      hint: "pass { cycleMomentum: false }, or make the optimizer with a momentum",
    });
  }
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) return checkWhole(name, "totalSteps", totalSteps);
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new OptionError("OneCycleLR: the length of the cycle is missing", {
      hint: "give totalSteps, or both epochs and stepsPerEpoch",
    });
  }
  checkWhole(name, "epochs", epochs);
  return epochs * checkWhole(name, "stepsPerEpoch", stepsPerEpoch);
}
