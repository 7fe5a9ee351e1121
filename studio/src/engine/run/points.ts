// Points of the curves of a training: as many as a screen can show, whatever their number was.
import type { train } from "../../../../src/index.ts";
import type { EpochPoint, StepPoint } from "./types.ts";

/** More points than this are no finer on any screen. */
export const mostPoints = 1000;

/**
 * The points of a curve, evenly spread: once there are too many, every second one goes, and of those that come every second
 * one stays (every fourth the next time, and so on). The latest is always there.
 */
export class PointList<Point> {
  #points: Point[];
  /** Which point of all that ever came each of them is. */
  #numbers: number[];
  /** Those stay whose number divides by this. */
  #every = 1;
  #best: Point | null = null;
  readonly #isBetter: (a: Point, b: Point) => boolean;

  /** @param isBetter the best of all points stays too, if it is said which one that is */
  constructor(
    points: readonly Point[] = [],
    isBetter: (a: Point, b: Point) => boolean = () => false,
  ) {
    this.#isBetter = isBetter;
    this.#points = [...points];
    this.#numbers = points.map((_, i) => i);
    this.#findBest();
    this.#thin();
  }

  /** In the order in which they came. It changes with each that is added: copy it to keep it. */
  get all(): readonly Point[] {
    return this.#points;
  }

  add(point: Point): void {
    const last = this.#numbers.at(-1) ?? -1;
    // What stood here because it was the latest may be one that goes.
    if (last >= 0 && !this.#stays(this.#points.length - 1)) {
      this.#points.pop();
      this.#numbers.pop();
    }
    this.#points.push(point);
    this.#numbers.push(last + 1);
    if (this.#best !== null && this.#isBetter(point, this.#best)) this.#best = point;
    this.#best ??= point;
    this.#thin();
  }

  /** Forgets the points that do not fit. */
  keepOnly(isFitting: (point: Point) => boolean): void {
    this.#keep((i) => isFitting(this.#points[i] as Point));
    this.#findBest();
  }

  #stays(i: number): boolean {
    return (this.#numbers[i] as number) % this.#every === 0 || this.#points[i] === this.#best;
  }

  #keep(isKept: (i: number) => boolean): void {
    const [points, numbers] = [this.#points, this.#numbers];
    this.#points = points.filter((_, i) => isKept(i));
    this.#numbers = numbers.filter((_, i) => isKept(i));
  }

  #findBest(): void {
    const [first = null, ...others] = this.#points;
    this.#best = others.reduce(
      (best, point) => (best !== null && this.#isBetter(point, best) ? point : best),
      first,
    );
  }

  #thin(): void {
    while (this.#points.length > mostPoints) {
      this.#every *= 2;
      const last = this.#points.length - 1;
      this.#keep((i) => i === last || this.#stays(i));
    }
  }
}

/** The epochs of a training; the one of the best test accuracy stays among them. */
export function epochList(epochs: readonly EpochPoint[] = []): PointList<EpochPoint> {
  return new PointList(epochs, (a, b) => a.testAccuracy > b.testAccuracy);
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
