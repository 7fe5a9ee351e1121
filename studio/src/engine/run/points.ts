// Points of the curves of a training.
import type { train } from "../../../../src/index.ts";
import type { EpochPoint, StepPoint } from "./types.ts";

/** More points than this are no finer on any screen. */
const mostPoints = 4000;

/** Adds a point; where there are too many, every second one before it goes, so that memory stays flat. */
export function addPoint(points: StepPoint[], point: StepPoint): void {
  points.push(point);
  if (points.length <= mostPoints) return;
  const kept = points.filter((_, i) => i % 2 === 1);
  points.splice(0, points.length, ...kept);
}

export function stepPointOf(event: train.StepEvent): StepPoint {
  const { step, epoch, stepInEpoch, stepsPerEpoch, loss, accuracy, lr, imagesPerSecond } = event;
  return {
    step,
    epoch: epoch - 1 + stepInEpoch / stepsPerEpoch,
    loss,
    accuracy,
    lr,
    imagesPerSecond,
  };
}

export function epochPointOf(event: train.EpochEvent): EpochPoint {
  const { step, epoch, loss, accuracy, lr, imagesPerSecond, seconds } = event;
  const testLoss = event.validationLoss ?? Number.NaN;
  const testAccuracy = event.validationAccuracy ?? Number.NaN;
  return { step, epoch, loss, accuracy, lr, imagesPerSecond, seconds, testLoss, testAccuracy };
}
