// The last check at which the loss was finite, and how to get from there to the step that broke it.
import type { Module } from "../nn/index.ts";
import type { Optimizer } from "../optim/index.ts";
import type { Generator } from "../tensor/random.ts";
import { keyFrom, withRandomKeys } from "../tensor/randomKeys.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { DivergedError, findDivergence } from "./diverged.ts";
import { Snapshot } from "./snapshot.ts";
import type { Loss, Totals } from "./step.ts";

/** Copies may take this share of the time. */
const timeShare = 0.05;

/** How a step is done again, and what it was done on; steps are counted in the epoch. */
export interface Replay {
  readonly epoch: number;
  readonly loss: Loss;
  run(stepInEpoch: number): void;
  batch(stepInEpoch: number): [Tensor, Tensor];
  /** The step's random numbers. */
  random(stepInEpoch: number): Generator;
}

export class LastGood {
  readonly #net: Module;
  readonly #optimizer: Optimizer;
  readonly #totals: Totals;
  #snapshot: Snapshot | null = null;
  #step = 0;
  #stepInEpoch = 0;
  /** Learning rate of each step since then. */
  #lrs: number[] = [];
  #tookMs = 0;
  #takenAt = 0;

  constructor(net: Module, optimizer: Optimizer, totals: Totals) {
    this.#net = net;
    this.#optimizer = optimizer;
    this.#totals = totals;
  }

  /** Remembers the present values as good. */
  take(step: number, stepInEpoch: number): void {
    const startedAt = performance.now();
    if (this.#snapshot === null)
      this.#snapshot = new Snapshot(this.#net, this.#optimizer, this.#totals);
    else this.#snapshot.take();
    this.#step = step;
    this.#stepInEpoch = stepInEpoch;
    this.#lrs = [];
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
    this.#lrs.push(this.#optimizer.lr);
  }

  /**
   * Repeats the steps since then to find the first whose loss is not finite, and in it the layer where that
   * began. The network is left with the good values.
   */
  async explain({ epoch, loss, run, batch, random }: Replay): Promise<DivergedError> {
    const lr = this.#optimizer.lr;
    const repeat = (offset: number): void => {
      this.#optimizer.lr = this.#lrs[offset] as number;
      run(this.#stepInEpoch + offset);
    };
    this.#snapshot?.restore();
    let bad = 0;
    let lossSum = Number.NaN;
    for (; bad < this.#lrs.length; bad++) {
      repeat(bad);
      ({ lossSum } = await this.#totals.read());
      if (!Number.isFinite(lossSum)) break;
    }
    this.#snapshot?.restore();
    for (let offset = 0; offset < bad; offset++) repeat(offset);
    // If all losses were finite, it was the last update that broke the network.
    const last = Math.max(0, Math.min(bad, this.#lrs.length - 1));
    const lastInEpoch = this.#stepInEpoch + last;
    // The forward pass, which asks for the keys, runs before the search waits for anything.
    const keys = random(lastInEpoch);
    const place = await withRandomKeys(
      () => keyFrom(keys),
      () => findDivergence(this.#net, loss, ...batch(lastInEpoch)),
    );
    this.#snapshot?.restore();
    this.#optimizer.lr = lr;
    return new DivergedError({
      step: this.#step + last + 1,
      epoch,
      learningRate: this.#lrs[last] ?? lr,
      loss: bad === last ? lossSum : Number.NaN,
      place,
      goodStep: this.#step,
    });
  }

  dispose(): void {
    this.#snapshot?.dispose();
  }
}
