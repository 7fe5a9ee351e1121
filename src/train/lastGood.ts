// The last check at which the loss was finite, and how to get from there to the step that broke it.
import type { Optimizer } from "../optim/index.ts";
import type { Generator } from "../tensor/random.ts";
import { keyFrom, withRandomKeys } from "../tensor/randomKeys.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { DivergedError, DivergencePlace } from "./diverged.ts";
import { type Changing, Snapshot } from "./snapshot.ts";
import type { Loss } from "./step.ts";

/** Copies may take this share of the time. */
const timeShare = 0.05;

/** How a step is done again, and what it was done on; steps are counted in the epoch. */
export interface Replay {
  readonly epoch: number;
  readonly loss: Loss;
  run(stepInEpoch: number): Promise<void> | null;
  /** Batches of the step, in order. */
  batches(stepInEpoch: number): AsyncIterable<[Tensor, Tensor]>;
  /** The step's random numbers. */
  random(stepInEpoch: number): Generator;
}

export class LastGood {
  readonly #changing: Changing;
  #snapshot: Snapshot | null = null;
  #step = 0;
  #stepInEpoch = 0;
  /** Learning rates and the like of each step since then. */
  #settings: ReturnType<Optimizer["settings"]>[] = [];
  #tookMs = 0;
  #takenAt = 0;

  constructor(changing: Changing) {
    this.#changing = changing;
  }

  get #optimizer(): Optimizer {
    return this.#changing.optimizer;
  }

  /** Remembers the present values as good. */
  take(step: number, stepInEpoch: number): void {
    const startedAt = performance.now();
    if (this.#snapshot?.isWhole === true) this.#snapshot.take();
    else {
      this.#snapshot?.dispose();
      this.#snapshot = new Snapshot(this.#changing);
    }
    this.#step = step;
    this.#stepInEpoch = stepInEpoch;
    this.#settings = [];
    this.#takenAt = performance.now();
    this.#tookMs = this.#takenAt - startedAt;
  }

  /** The same, unless the last time is so recent that copying would slow training down. */
  takeIfCheap(step: number, stepInEpoch: number): void {
    if (this.#tookMs <= (performance.now() - this.#takenAt) * timeShare)
      this.take(step, stepInEpoch);
  }

  /** A step is about to be done. */
  noteStep(): void {
    this.#settings.push(this.#optimizer.settings());
  }

  /**
   * Repeats the steps since then to find the first whose loss is not finite, and in it the layer where that
   * began. The network is left with the good values.
   */
  async explain({ epoch, loss, run, batches, random }: Replay): Promise<DivergedError> {
    // Before anything else: the search must not wait between drawing random numbers and using them.
    const diverged = await import("./diverged.ts");
    const settings = this.#optimizer.settings();
    const repeat = (offset: number): Promise<void> | null => {
      this.#optimizer.restoreSettings(this.#settings[offset] ?? settings);
      return run(this.#stepInEpoch + offset);
    };
    this.#snapshot?.restore();
    let bad = 0;
    let lossSum = Number.NaN;
    for (; bad < this.#settings.length; bad++) {
      await repeat(bad);
      ({ lossSum } = await this.#changing.totals.read());
      if (!Number.isFinite(lossSum)) break;
    }
    this.#snapshot?.restore();
    for (let offset = 0; offset < bad; offset++) await repeat(offset);
    // If all losses were finite, it was the last update that broke the network.
    const last = Math.max(0, Math.min(bad, this.#settings.length - 1));
    const lastInEpoch = this.#stepInEpoch + last;
    const keys = random(lastInEpoch);
    let place: DivergencePlace | null = null;
    for await (const batch of batches(lastInEpoch)) {
      // The forward pass, which asks for the keys, runs before the search waits for anything.
      place ??= await withRandomKeys(
        () => keyFrom(keys),
        () => diverged.findDivergence(this.#changing.net, loss, ...batch),
      );
    }
    this.#snapshot?.restore();
    this.#optimizer.restoreSettings(settings);
    return new diverged.DivergedError({
      step: this.#step + last + 1,
      epoch,
      learningRate: Number((this.#settings[last] ?? settings)[0]?.lr),
      loss: bad === last ? lossSum : Number.NaN,
      place,
      goodStep: this.#step,
    });
  }

  dispose(): void {
    this.#snapshot?.dispose();
  }
}
