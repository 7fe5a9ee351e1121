// What is known of a watched training, from the events that were told: a pure function of them.
import type { OverEvent, WatchEvent, WatchedRun } from "../../../../cli/studio/watchTypes.ts";

/** One place of the curves; null where nothing was measured there. */
export interface WatchPoint {
  /** Epochs done, with the part of the one under way. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
  readonly lr: number;
}

export interface Watched {
  readonly run: WatchedRun | null;
  readonly parameters: number | null;
  readonly epochs: number | null;
  readonly points: readonly WatchPoint[];
  /** Where it is now. */
  readonly now: {
    /** Counted from 1. */
    readonly epoch: number;
    readonly step: number;
    readonly stepsPerEpoch: number;
    readonly imagesPerSecond: number | null;
  } | null;
  /** On the test pictures, after the last step; null until then. */
  readonly result: { readonly loss: number; readonly accuracy: number } | null;
  readonly over: OverEvent | null;
}

const nothing: Watched = {
  run: null,
  parameters: null,
  epochs: null,
  points: [],
  now: null,
  result: null,
  over: null,
};

/** Points of the curves that are kept, at most; beyond, every second one inside epochs is left out. */
const mostPoints = 1200;

/** What is known after these events too. */
export function watchedWith(events: readonly WatchEvent[], before: Watched = nothing): Watched {
  let known = before;
  let points = [...before.points];
  for (const event of events) {
    switch (event.type) {
      case "run":
        known = { ...nothing, run: event };
        points = [];
        break;
      case "start": {
        const { parameters, epochs, step, stepsPerEpoch } = event;
        const epoch = Math.min(Math.floor(step / stepsPerEpoch) + 1, epochs);
        const now = { epoch, step: step % stepsPerEpoch, stepsPerEpoch, imagesPerSecond: null };
        known = { ...known, parameters, epochs, now };
        break;
      }
      case "step": {
        const { epoch, stepInEpoch: step, stepsPerEpoch, loss, accuracy, lr } = event;
        const at = epoch - 1 + step / stepsPerEpoch;
        points.push({ epoch: at, loss, accuracy, testLoss: null, testAccuracy: null, lr });
        const { imagesPerSecond } = event;
        known = { ...known, now: { epoch, step, stepsPerEpoch, imagesPerSecond } };
        break;
      }
      case "epoch": {
        const { epoch, loss, accuracy, lr, imagesPerSecond } = event;
        const { validationLoss: testLoss, validationAccuracy: testAccuracy } = event;
        // The last step of an epoch stands at the same place.
        if (points.at(-1)?.epoch === epoch) points.pop();
        points.push({ epoch, loss, accuracy, testLoss, testAccuracy, lr });
        const stepsPerEpoch = known.now?.stepsPerEpoch ?? 1;
        known = { ...known, now: { epoch, step: stepsPerEpoch, stepsPerEpoch, imagesPerSecond } };
        break;
      }
      case "result":
        known = { ...known, result: { loss: event.loss, accuracy: event.accuracy } };
        break;
      case "over":
        known = { ...known, over: event };
        break;
      case "interrupt":
      case "end":
        break;
      default:
        event satisfies never;
    }
  }
  return { ...known, points: thinned(points) };
}

function thinned(points: WatchPoint[]): WatchPoint[] {
  let kept = points;
  while (kept.length > mostPoints) {
    let count = 0;
    const fewer = kept.filter(({ testLoss }) => testLoss !== null || count++ % 2 === 0);
    if (fewer.length === kept.length) return kept.filter((_, i) => i % 2 === 0);
    kept = fewer;
  }
  return kept;
}
