// The points of a training as columns for plots.
import type { EpochPoint, StepPoint } from "../engine/run/types.ts";

export class Columns {
  /** Epochs done, with the part of the one under way. */
  readonly x: number[] = [];
  readonly trainLoss: number[] = [];
  readonly trainAccuracy: number[] = [];
  readonly rates: number[] = [];
  /** Null between two epochs. */
  readonly testLoss: (number | null)[] = [];
  readonly testAccuracy: (number | null)[] = [];

  /** Points in the order of training; where an epoch ends, its own figures come last. */
  constructor(steps: readonly StepPoint[], epochs: readonly EpochPoint[]) {
    let next = 0;
    for (const end of epochs) {
      for (; next < steps.length; next++) {
        const step = steps[next] as StepPoint;
        if (step.epoch > end.epoch) break;
        this.#add(step, null, null);
      }
      this.#add(end, end.testLoss, end.testAccuracy);
    }
    for (; next < steps.length; next++) this.#add(steps[next] as StepPoint, null, null);
  }

  #add(
    { epoch, loss, accuracy, lr }: StepPoint,
    testLoss: number | null,
    testAccuracy: number | null,
  ): void {
    this.x.push(epoch);
    this.trainLoss.push(loss);
    this.trainAccuracy.push(accuracy);
    this.rates.push(lr);
    this.testLoss.push(testLoss);
    this.testAccuracy.push(testAccuracy);
  }
}
