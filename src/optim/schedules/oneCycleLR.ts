// OneCycleLR: up to a high learning rate and down to a very low one, a value for each batch.
import { checkOptions, OptionError } from "../../tensor/errors.ts";
import { checkNumber, type Optimizer } from "../optimizer.ts";
import { checkWhole, LRScheduler } from "./lrScheduler.ts";

export interface OneCycleLROptions {
  /** Steps of the whole cycle; or give `epochs` and `stepsPerEpoch`. */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Share of the cycle in which the learning rate rises (default 0.3). */
  readonly pctStart?: number;
  /** Curve between the corners (default "cos"). */
  readonly annealStrategy?: "cos" | "linear";
  /** Cycling the momentum as well is not available: only false. */
  readonly cycleMomentum?: false;
  /** The first learning rate is maxLr / divFactor (default 25). */
  readonly divFactor?: number;
  /** The last learning rate is the first / finalDivFactor (default 1e4). */
  readonly finalDivFactor?: number;
  /** Down to the first learning rate as fast as up, then on to the last (default false). */
  readonly threePhase?: boolean;
}

/** The learning rate goes to `lr` until `end`, counted in steps. */
interface Corner {
  readonly end: number;
  readonly lr: number;
}

/** What the corners of the cycle are made from. */
type Cycle = Readonly<
  Required<Omit<OneCycleLROptions, "epochs" | "stepsPerEpoch" | "cycleMomentum">> & {
    maxLr: number;
  }
>;

/**
 * One cycle of the learning rate, as `torch.optim.lr_scheduler.OneCycleLR` with `cycle_momentum=False`: from
 * maxLr / divFactor up to maxLr and down to maxLr / (divFactor · finalDivFactor). `step()` is called after each
 * batch. The optimizer's own learning rate does not matter.
 *
 * @param maxLr the highest learning rate
 * @throws OptionError for unknown options or impossible values, and for a step after the last
 * @example const schedule = new OneCycleLR(optimizer, 0.4, { epochs: 10, stepsPerEpoch: 235 })
 * @see Smith & Topin 2018, "Super-convergence: very fast training of neural networks using large learning rates"
 */
export class OneCycleLR extends LRScheduler<Cycle> {
  constructor(optimizer: Optimizer, maxLr: number, options: OneCycleLROptions) {
    checkOptions("OneCycleLR", options, [
      "totalSteps",
      "epochs",
      "stepsPerEpoch",
      "pctStart",
      "annealStrategy",
      "cycleMomentum",
      "divFactor",
      "finalDivFactor",
      "threePhase",
    ]);
    const {
      pctStart = 0.3,
      annealStrategy = "cos",
      cycleMomentum = false,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
    } = options;
    const totalSteps = stepsOf(options);
    checkNumber("OneCycleLR", "maxLr", maxLr, 0);
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw new OptionError(`OneCycleLR: pctStart must be in [0, 1], got ${String(pctStart)}`);
    }
    for (const [name, value] of Object.entries({ divFactor, finalDivFactor })) {
      checkNumber("OneCycleLR", name, value, Number.MIN_VALUE);
    }
    if (annealStrategy !== "cos" && annealStrategy !== "linear") {
      throw new OptionError(
        `OneCycleLR: annealStrategy must be "cos" or "linear", got ${JSON.stringify(annealStrategy)}`,
      );
    }
    if (cycleMomentum) {
      throw new OptionError("OneCycleLR: cycleMomentum is not available", {
        hint: "leave it out: the momentum stays as it is, as with cycle_momentum=False in PyTorch",
      });
    }
    super(
      optimizer,
      { maxLr, totalSteps, pctStart, annealStrategy, divFactor, finalDivFactor, threePhase },
      maxLr / divFactor,
    );
  }

  protected override lrAt(step: number): number {
    const { totalSteps, annealStrategy } = this.options;
    if (step > totalSteps) {
      throw new OptionError(`OneCycleLR: the cycle of ${totalSteps} steps is over`, {
        hint: "step() is called once after each batch; totalSteps counts all of them",
      });
    }
    const corners = cornersOf(this.options);
    const next = corners.findIndex(({ end }, i) => i > 0 && step <= end);
    // One step more than there are batches is taken after the last batch: the learning rate stays.
    if (next === -1) return (corners.at(-1) as Corner).lr;
    const [from, to] = [corners[next - 1] as Corner, corners[next] as Corner];
    const share = to.end > from.end ? (step - from.end) / (to.end - from.end) : 1;
    if (annealStrategy === "linear") return from.lr + (to.lr - from.lr) * share;
    return to.lr + ((from.lr - to.lr) / 2) * (1 + Math.cos(Math.PI * share));
  }
}

/** The points between which the learning rate moves. */
function cornersOf(cycle: Cycle): Corner[] {
  const { maxLr, totalSteps, pctStart, divFactor, finalDivFactor, threePhase } = cycle;
  const first = maxLr / divFactor;
  return [
    { end: 0, lr: first },
    { end: pctStart * totalSteps - 1, lr: maxLr },
    ...(threePhase ? [{ end: 2 * pctStart * totalSteps - 2, lr: first }] : []),
    { end: totalSteps - 1, lr: first / finalDivFactor },
  ];
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) return checkWhole("OneCycleLR", "totalSteps", totalSteps);
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new OptionError("OneCycleLR: the length of the cycle is missing", {
      hint: "give totalSteps, or both epochs and stepsPerEpoch",
    });
  }
  checkWhole("OneCycleLR", "epochs", epochs);
  return epochs * checkWhole("OneCycleLR", "stepsPerEpoch", stepsPerEpoch);
}
