// The base of all optimizers. A subclass says how one parameter follows from its gradient; the base
// runs that rule step by step or gives it to a captured step, keeps the state, and saves it.
// Gives tensors the methods that rules are written with.
import "../ops/index.ts";
import { copyOf } from "../ops/copyOf.ts";
import { engine } from "../tensor/engine.ts";
import { FormatError, OptionError } from "../tensor/errors.ts";
import { formatShape, sameShape, sizeOf } from "../tensor/shape.ts";
import { noGrad } from "../tensor/state.ts";
import { type Parameter, Tensor, Variable } from "../tensor/tensor.ts";

/** A new value for a variable. */
export type Update = readonly [Variable, Tensor];

/** What a rule makes of a parameter and its state. */
export interface RuleResult {
  readonly param: Tensor;
  readonly state: Readonly<Record<string, Tensor>>;
}

/** Everything an optimizer remembers, as plain data and variables. */
export interface OptimizerState {
  /** Class of the optimizer. */
  readonly type: string;
  readonly lr: number;
  /** Options besides the learning rate. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Steps taken, for each parameter. */
  readonly steps: readonly number[];
  /** State by `"<parameter index>.<name>"`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Makes an optimizer for parameters that are not known yet: what `fit` takes. */
export type OptimizerFactory = (params: Iterable<Parameter>) => Optimizer;

export abstract class Optimizer {
  readonly params: readonly Parameter[];
  /** Names of the state that each parameter has. */
  protected readonly stateNames: readonly string[];
  /** Names of the numbers that change from step to step. */
  protected readonly hyperNames: readonly string[];
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #stateStart: number;
  #lr: number;
  readonly #steps: number[];
  readonly #state: (Record<string, Variable> | null)[];
  #hyper: Variable | null = null;

  constructor(
    params: Iterable<Parameter>,
    settings: {
      readonly lr: number;
      readonly options: Readonly<Record<string, unknown>>;
      readonly stateNames: readonly string[];
      readonly hyperNames: readonly string[];
      /** Value of all state before the first step (default 0). */
      readonly stateStart?: number;
    },
  ) {
    this.params = [...params];
    if (this.params.length === 0) {
      throw new OptionError(`${new.target.name}: no parameters to optimize`, {
        hint: "pass net.parameters()",
      });
    }
    if (new Set(this.params).size !== this.params.length) {
      throw new OptionError(`${new.target.name}: a parameter is given twice`);
    }
    this.#options = settings.options;
    this.stateNames = settings.stateNames;
    this.#stateStart = settings.stateStart ?? 0;
    this.hyperNames = settings.hyperNames;
    this.#lr = checkLr(new.target.name, settings.lr);
    this.#steps = this.params.map(() => 0);
    this.#state = this.params.map(() => null);
  }

  /**
   * The formula for one parameter, built from ops.
   * @param hyper scalars by name, with the values that `hyperValues` gives for the step
   */
  protected abstract rule(
    param: Tensor,
    grad: Tensor,
    state: Readonly<Record<string, Tensor>>,
    hyper: Readonly<Record<string, Tensor>>,
  ): RuleResult;

  /** Numbers for a parameter's step, counted from 1. Computed in float64, stored in float32. */
  protected abstract hyperValues(step: number): Readonly<Record<string, number>>;

  /** Learning rate. Setting it takes effect at the next step. */
  get lr(): number {
    return this.#lr;
  }

  set lr(value: number) {
    this.#lr = checkLr(this.constructor.name, value);
  }

  /** Options besides the learning rate, as plain data. */
  get options(): Readonly<Record<string, unknown>> {
    return this.#options;
  }

  /** Steps taken so far by the parameter that has taken most. */
  get stepCount(): number {
    return Math.max(...this.#steps);
  }

  /** One step from the gradients in `param.grad`; parameters without one are left as they are. */
  step(): void {
    const grads = this.params.map((param) => param.grad);
    this.beginStep(grads.map((grad) => grad !== null));
    engine().assign(this.updates(grads));
  }

  /** Forgets the gradients that `backward()` collected. */
  zeroGrad(): void {
    for (const param of this.params) param.grad = null;
  }

  /**
   * Writes the numbers of the coming step (learning rate, bias corrections) where `updates` reads them.
   * A captured step calls it before each run.
   * @param active which parameters take part in the step (default: all)
   */
  beginStep(active?: readonly boolean[]): void {
    const { hyperNames } = this;
    const values = new Float32Array(this.params.length * hyperNames.length);
    for (const [row, step] of this.#steps.entries()) {
      if (active?.[row] === false) continue;
      this.#steps[row] = step + 1;
      const hyper = this.hyperValues(step + 1);
      for (const [column, name] of hyperNames.entries()) {
        values[row * hyperNames.length + column] = hyper[name] as number;
      }
    }
    this.#hyperVariable().write(values);
  }

  /**
   * New values of the parameters and of the state after a step with these gradients; nothing is computed yet.
   * @param grads one for each parameter, in order; `null` leaves the parameter as it is
   */
  updates(grads: readonly (Tensor | null)[]): Update[] {
    if (grads.length !== this.params.length) {
      throw new OptionError(
        `${this.constructor.name}: ${grads.length} gradients for ${this.params.length} parameters`,
      );
    }
    return noGrad(() =>
      this.params.flatMap((param, row) => this.#updatesOf(param, grads[row] ?? null, row)),
    );
  }

  #updatesOf(param: Parameter, grad: Tensor | null, row: number): Update[] {
    if (grad === null) return [];
    const state = this.#stateOf(row);
    const ownRow = this.#hyperVariable().select(0, row);
    const hyper = Object.fromEntries(
      this.hyperNames.map((name, column) => [name, ownRow.select(0, column)]),
    );
    const result = this.rule(param, grad, state, hyper);
    const stateUpdates = this.stateNames.map(
      (name): Update => [state[name] as Variable, result.state[name] as Tensor],
    );
    return [[param, result.param], ...stateUpdates];
  }

  /** State of a parameter, made when first asked for. */
  #stateOf(row: number): Record<string, Variable> {
    const shape = (this.params[row] as Parameter).shape;
    this.#state[row] ??= Object.fromEntries(
      this.stateNames.map((name) => [
        name,
        new Variable(
          Tensor.ofData(new Float32Array(sizeOf(shape)).fill(this.#stateStart), shape, "float32"),
        ),
      ]),
    );
    return this.#state[row];
  }

  /** One row of numbers for each parameter: a parameter that skipped steps has its own corrections. */
  #hyperVariable(): Variable {
    const shape = [this.params.length, this.hyperNames.length];
    this.#hyper ??= new Variable(Tensor.ofData(new Float32Array(sizeOf(shape)), shape, "float32"));
    return this.#hyper;
  }

  /** All that is needed to go on later. The tensors are the live ones, not copies. */
  stateDict(): OptimizerState {
    const tensors = this.#state.flatMap((_, row) =>
      Object.entries(this.#stateOf(row)).map(([name, value]) => [`${row}.${name}`, value] as const),
    );
    const { lr, options } = this;
    return {
      type: this.constructor.name,
      lr,
      options,
      steps: [...this.#steps],
      tensors: new Map(tensors),
    };
  }

  /**
   * Goes on from a saved state; nothing is changed unless everything fits. Learning rate and step counts are
   * taken over; the other options must be the same.
   * @throws FormatError that lists everything that does not fit
   */
  loadStateDict(saved: OptimizerState): void {
    const own = this.stateDict();
    const faults: { name: string; value: string }[] = [];
    if (saved.type !== own.type)
      faults.push({ name: "optimizer", value: `${saved.type}, this is ${own.type}` });
    else {
      for (const name of new Set([...Object.keys(own.options), ...Object.keys(saved.options)])) {
        const [theirs, ours] = [
          JSON.stringify(saved.options[name]),
          JSON.stringify(own.options[name]),
        ];
        if (theirs !== ours)
          faults.push({ name: "option", value: `${name} ${theirs}, this has ${ours}` });
      }
      if (saved.steps.length !== own.steps.length) {
        faults.push({
          name: "parameters",
          value: `${saved.steps.length}, this has ${own.steps.length}`,
        });
      }
      for (const [name, { shape }] of own.tensors) {
        const found = saved.tensors.get(name);
        if (found === undefined) faults.push({ name: "missing", value: name });
        else if (!sameShape(found.shape, shape)) {
          faults.push({
            name: "shape",
            value: `${name} ${formatShape(found.shape)}, needed ${formatShape(shape)}`,
          });
        }
      }
      for (const name of saved.tensors.keys()) {
        if (!own.tensors.has(name)) faults.push({ name: "unexpected", value: name });
      }
    }
    if (faults.length > 0) {
      throw new FormatError(`${own.type}: the saved state does not fit this optimizer`, {
        facts: faults,
      });
    }
    this.lr = saved.lr;
    for (const [row, step] of saved.steps.entries()) this.#steps[row] = step;
    const updates = [...own.tensors].flatMap(([name, variable]): Update[] => {
      const value = saved.tensors.get(name) as Tensor;
      return value === variable ? [] : [[variable as Variable, copyOf(value)]];
    });
    engine().assign(updates);
  }
}

function checkLr(where: string, lr: number): number {
  return checkNumber(where, "lr", lr, 0);
}

/** Throws unless the option is a finite number in `[low, below)`. */
export function checkNumber(
  where: string,
  name: string,
  value: number,
  low: number,
  below = Infinity,
): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= low && value < below)
    return value;
  const range = below === Infinity ? `a finite number of at least ${low}` : `in [${low}, ${below})`;
  throw new OptionError(`${where}: ${name} must be ${range}, got ${String(value)}`);
}
