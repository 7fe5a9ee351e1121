// A copy, inside the engine, of everything that a step changes: training that goes wrong returns to
// it, and steps since then can be repeated, to the same bits.

import type { Module } from "../nn/index.ts";
import { copyOf } from "../ops/copyOf.ts";
import type {
  AverageState,
  ExponentialMovingAverage,
  Optimizer,
  OptimizerState,
  Update,
} from "../optim/index.ts";
import { type CapturedStep, engine } from "../tensor/engine.ts";
import { Variable } from "../tensor/tensor.ts";
import type { Totals } from "./step.ts";

/** What a step changes. */
export interface Changing {
  readonly net: Module;
  readonly optimizer: Optimizer;
  readonly ema: ExponentialMovingAverage | null;
  readonly totals: Totals;
}

export class Snapshot {
  readonly #optimizer: Optimizer;
  readonly #ema: ExponentialMovingAverage | null;
  readonly #saving: CapturedStep;
  readonly #pairs: readonly (readonly [Variable, Variable])[];
  #saved: OptimizerState;
  #savedAverage: AverageState | null;

  /** Takes the present values. */
  constructor({ net, optimizer, ema, totals }: Changing) {
    this.#optimizer = optimizer;
    this.#ema = ema;
    this.#saved = optimizer.stateDict();
    this.#savedAverage = ema?.stateDict() ?? null;
    const live = new Set<Variable>([
      ...net.stateDict().values(),
      ...optimizer.params,
      ...(this.#saved.tensors.values() as Iterable<Variable>),
      ...((this.#savedAverage?.tensors.values() ?? []) as Iterable<Variable>),
      totals.lossSum,
      totals.correct,
    ]);
    this.#pairs = Array.from(
      live,
      (variable) => [variable, new Variable(copyOf(variable).realize())] as const,
    );
    // Captured, so that later copies go to the same memory instead of leaving garbage.
    this.#saving = engine().capture(
      this.#pairs.map(([variable, copy]): Update => [copy, copyOf(variable)]),
    );
  }

  /** Does it hold all there is? Not if the optimizer was given more parameters since. */
  get isWhole(): boolean {
    return this.#saved.steps.length === this.#optimizer.params.length;
  }

  /** Takes the present values instead of the earlier ones. */
  take(): void {
    this.#saved = this.#optimizer.stateDict();
    this.#savedAverage = this.#ema?.stateDict() ?? null;
    this.#saving.run();
  }

  /** Goes back to the values taken last. */
  restore(): void {
    engine().assign(this.#pairs.map(([variable, copy]): Update => [variable, copyOf(copy)]));
    // The optimizer's tensors are among the pairs; what is left are its plain numbers.
    this.#optimizer.loadStateDict({ ...this.#saved, tensors: this.#optimizer.stateDict().tensors });
    if (this.#savedAverage !== null) this.#ema?.loadStateDict(this.#savedAverage);
  }

  dispose(): void {
    this.#saving.dispose();
  }
}
