// How fast a training works, without the time that it stands still.

/** Corrects the times of `fit`, which go on while it waits between two steps. */
export class WorkClock {
  #waitedInEpochMs = 0;
  #waitedSinceLookMs = 0;
  #lookedAt = performance.now();

  beginEpoch(): void {
    this.#waitedInEpochMs = 0;
    this.beginLook();
  }

  /** Speeds are measured from here. */
  beginLook(): void {
    this.#waitedSinceLookMs = 0;
    this.#lookedAt = performance.now();
  }

  /** The training stood still for so long. */
  wait(ms: number): void {
    this.#waitedInEpochMs += ms;
    this.#waitedSinceLookMs += ms;
  }

  /** Images per second since the last look; the next is measured from here. */
  speed(imagesPerSecond: number): number {
    const ms = performance.now() - this.#lookedAt;
    const worked = ms - this.#waitedSinceLookMs;
    this.beginLook();
    return worked > 0 ? (imagesPerSecond * ms) / worked : imagesPerSecond;
  }

  /** Seconds of work among those of the epoch. */
  worked(seconds: number): number {
    return Math.max(0, seconds - this.#waitedInEpochMs / 1000);
  }
}
