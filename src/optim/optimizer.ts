// The base of all optimizers. A subclass says how one parameter follows from its gradient; the base
// runs that rule step by step or gives it to a captured step, keeps the state, and saves it.
// Gives tensors the methods that rules are written with.
import "../ops/index.ts";
import { copyOf } from "../ops/copyOf.ts";
import { engine } from "../tensor/engine.ts";
import { checkOptions, FoveaError, OptionError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { inPhase, noGrad } from "../tensor/state.ts";
import { type Parameter, Tensor, Variable } from "../tensor/tensor.ts";
import { checkSavedState, type OptimizerState } from "./optimizerState.ts";
import {
  type Filled,
  fillIn,
  type GroupOptions,
  groupsOf,
  type OptimizerOptions,
  type ParamGroup,
  type ParamsOrGroups,
  paramGroup,
  splitGroup,
} from "./paramGroup.ts";

/** A new value for a variable. */
export type Update = readonly [Variable, Tensor];

/** Scalars or state tensors by name. */
export type Named = Readonly<Record<string, Tensor>>;

/** What a rule is given. */
export interface RuleContext<Options> {
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly state: Named;
  /** Scalars by name, with the values that `hyperValues` gives for the step. */
  readonly hyper: Named;
  /** Options of the parameter's group. Those that may change must be taken from `hyper` instead. */
  readonly options: Filled<Options>;
}

/** What a rule makes of a parameter and its state. */
export interface RuleResult {
  readonly param: Tensor;
  readonly state: Named;
}

/** Makes an optimizer for parameters that are not known yet: what `fit` takes. */
export type OptimizerFactory = (params: ParamsOrGroups<{ lr?: number }>) => Optimizer;

/** A group as the optimizer keeps it. */
interface Group<Options extends object> {
  readonly params: readonly Parameter[];
  options: Filled<Options>;
  /** Names of the state that each parameter has. */
  readonly stateNames: readonly string[];
  /** Steps taken by each parameter. */
  readonly steps: number[];
  readonly state: (Record<string, Variable> | null)[];
  /** One row of numbers for each parameter: one that skipped steps has its own corrections. */
  hyper: Variable | null;
  /** What it holds. */
  written: Float32Array | null;
}

/**
 * What all optimizers share: groups of parameters with their options, gradients, state, and steps that are planned
 * like any other computation. A new one gives its formula, `rule`.
 * @example
 * const optimizer = new SGD(new Linear(2, 1).parameters(), { lr: 0.1 });
 * optimizer instanceof Optimizer // true
 */
export abstract class Optimizer<Options extends OptimizerOptions = OptimizerOptions> {
  readonly #defaults: Filled<Options>;
  readonly #groups: Group<Options>[] = [];
  readonly #paramGroups: ParamGroup<Options>[] = [];

  /**
   * @param params   parameters, or groups of them with options of their own
   * @param options  for all groups that do not say otherwise
   * @param defaults every option's default
   */
  constructor(params: ParamsOrGroups<Options>, options: Options, defaults: Filled<Options>) {
    checkOptions(this.#name, options, Object.keys(defaults));
    this.#defaults = fillIn(options, defaults);
    this.check(this.#defaults);
    for (const group of groupsOf(this.#name, params)) this.addParamGroup(group);
  }

  /** Throws an OptionError unless the options of a group are possible. */
  protected abstract check(options: Filled<Options>): void;

  /** Names of the state of a parameter in a group with these options. */
  protected abstract stateNames(options: Filled<Options>): readonly string[];

  /** Value of all state before the first step. */
  protected stateStart(_options: Filled<Options>): number {
    return 0;
  }

  /** Options that may change between steps: `hyperValues` puts them where the rule reads them. */
  protected get changeable(): readonly string[] {
    return ["lr"];
  }

  /** Numbers for a parameter's step, counted from 1. Computed in float64, stored in float32. */
  protected abstract hyperValues(
    options: Filled<Options>,
    step: number,
  ): Readonly<Record<string, number>>;

  /** The formula for one parameter, built from ops. */
  protected abstract rule(context: RuleContext<Options>): RuleResult;

  /** All parameters, group after group. */
  get params(): readonly Parameter[] {
    return this.#groups.flatMap(({ params }) => params);
  }

  /** The groups: their parameters and options. `group.lr = 0.01` takes effect at the next step. */
  get paramGroups(): readonly ParamGroup<Options>[] {
    return this.#paramGroups;
  }

  /** Learning rate of the first group. Setting it sets that of all groups, from the next step on. */
  get lr(): number {
    return (this.#groups[0] as Group<Options>).options.lr as number;
  }

  set lr(value: number) {
    for (const group of this.#groups) this.#check({ ...group.options, lr: value });
    for (const group of this.#groups) this.#change(group, "lr", value);
  }

  /** Steps taken so far by the parameter that has taken most. */
  get stepCount(): number {
    return Math.max(...this.#groups.flatMap(({ steps }) => steps));
  }

  get #name(): string {
    return this.constructor.name;
  }

  /**
   * Adds parameters that are to be learned from now on, as when a frozen part of a network is set free.
   * @throws OptionError for unknown options, impossible values, or a parameter that is in a group already
   * @example
   * const [features, top] = [new Linear(4, 2), new Linear(2, 1)];
   * const optimizer = new SGD(top.parameters(), { lr: 0.1 });
   * optimizer.addParamGroup({ params: features.parameters(), lr: 0.001 });
   */
  addParamGroup(group: GroupOptions<Partial<Options>>): void {
    const { params, options } = splitGroup<Options>(this.#name, group, this.#defaults);
    this.#check(options);
    const known = new Set<Parameter>(this.params);
    for (const param of params) {
      if (known.has(param)) {
        throw new OptionError(`${this.#name}: a parameter is given twice`, {
          facts: [{ name: "parameter", value: param.toString() }],
          hint: "each parameter belongs to one group",
        });
      }
      known.add(param);
    }
    const own: Group<Options> = {
      params,
      options,
      stateNames: this.stateNames(options),
      steps: params.map(() => 0),
      state: params.map(() => null),
      hyper: null,
      written: null,
    };
    this.#groups.push(own);
    const change = (name: string, value: unknown): void => this.#change(own, name, value);
    const shown = paramGroup(this.#name, params, () => own.options, this.changeable, change);
    this.#paramGroups.push(shown);
  }

  #check(options: Filled<Options>): void {
    checkNumber(this.#name, "lr", options.lr as number, 0);
    this.check(options);
  }

  #change(group: Group<Options>, name: string, value: unknown): void {
    const options = { ...group.options, [name]: value };
    this.#checkChange(group, options);
    group.options = options;
  }

  #checkChange(group: Group<Options>, options: Filled<Options>): void {
    this.#check(options);
    const missing = this.stateNames(options).find((name) => !group.stateNames.includes(name));
    if (missing === undefined) return;
    throw new OptionError(`${this.#name}: this group has no ${missing}, which these options need`, {
      hint: "make the optimizer with a momentum above 0",
    });
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
   * Writes the numbers of the coming step (learning rates, bias corrections) where `updates` reads them.
   * A captured step calls it before each run.
   * @param active which parameters take part in the step (default: all)
   */
  beginStep(active?: readonly boolean[]): void {
    let first = 0;
    for (const group of this.#groups) {
      const from = first;
      first += group.params.length;
      const takesPart = (row: number): boolean => active === undefined || !!active[from + row];
      if (group.params.some((_, row) => takesPart(row))) this.#beginGroup(group, takesPart);
    }
  }

  #beginGroup(group: Group<Options>, takesPart: (row: number) => boolean): void {
    const hyper = this.#hyperOf(group);
    const values = new Float32Array(hyper.numel);
    const columns = values.length / group.params.length;
    for (const [row, step] of group.steps.entries()) {
      if (!takesPart(row)) continue;
      group.steps[row] = step + 1;
      values.set(Object.values(this.hyperValues(group.options, step + 1)), row * columns);
    }
    // Often they are those of the step before: what is there already need not travel again.
    if (group.written?.every((value, i) => value === values[i]) === true) return;
    hyper.write(values);
    group.written = values;
  }

  /**
   * New values of the parameters and of the state after a step with these gradients; nothing is computed yet.
   * @param grads one for each parameter, in order; `null` leaves the parameter as it is
   */
  updates(grads: readonly (Tensor | null)[]): Update[] {
    const { length } = this.params;
    if (grads.length !== length) {
      throw new OptionError(`${this.#name}: ${grads.length} gradients for ${length} parameters`);
    }
    const next = grads.values();
    return noGrad(() =>
      inPhase("update", () =>
        this.#groups.flatMap((group) =>
          group.params.flatMap((_, row) =>
            this.#updatesOf(group, row, next.next().value as Tensor | null),
          ),
        ),
      ),
    );
  }

  #updatesOf(group: Group<Options>, row: number, grad: Tensor | null): Update[] {
    if (grad === null) return [];
    const { options } = group;
    const param = group.params[row] as Parameter;
    const state = this.#stateOf(group, row);
    const ownRow = this.#hyperOf(group).select(0, row);
    const names = Object.keys(this.hyperValues(options, 1));
    const hyper = Object.fromEntries(names.map((name, column) => [name, ownRow.select(0, column)]));
    const result = this.rule({ param, grad, state, hyper, options });
    const stateUpdates = group.stateNames.map(
      (name): Update => [state[name] as Variable, result.state[name] as Tensor],
    );
    return [[param, result.param], ...stateUpdates];
  }

  /** State of a parameter, made when first asked for. */
  #stateOf(group: Group<Options>, row: number): Record<string, Variable> {
    const { shape } = group.params[row] as Parameter;
    const start = this.stateStart(group.options);
    group.state[row] ??= Object.fromEntries(
      group.stateNames.map((name) => [
        name,
        new Variable(Tensor.ofData(new Float32Array(sizeOf(shape)).fill(start), shape, "float32")),
      ]),
    );
    return group.state[row];
  }

  #hyperOf(group: Group<Options>): Variable {
    if (group.hyper === null) {
      const columns = Object.keys(this.hyperValues(group.options, 1)).length;
      const shape = [group.params.length, columns];
      group.hyper = new Variable(Tensor.ofData(new Float32Array(sizeOf(shape)), shape, "float32"));
    }
    return group.hyper;
  }

  /** What may differ from step to step, for each group: `restoreSettings` sets it again. */
  settings(): readonly Readonly<Record<string, unknown>>[] {
    return this.#groups.map(({ options }) => {
      const values = options as Readonly<Record<string, unknown>>;
      return Object.fromEntries(this.changeable.map((name) => [name, values[name]]));
    });
  }

  /** Sets what `settings` gave; groups that came later stay as they are. */
  restoreSettings(settings: readonly Readonly<Record<string, unknown>>[]): void {
    for (const [i, values] of settings.entries()) {
      const group = this.#groups[i] as Group<Options>;
      const options = { ...group.options, ...values };
      this.#checkChange(group, options);
      group.options = options;
    }
  }

  /** All that is needed to go on later. The tensors are the live ones, not copies. */
  stateDict(): OptimizerState {
    const tensors = new Map<string, Tensor>();
    let first = 0;
    const paramGroups = this.#groups.map((group) => {
      const params = group.params.map((_, row) => first + row);
      first += params.length;
      for (const [row, number] of params.entries()) {
        for (const [name, value] of Object.entries(this.#stateOf(group, row)))
          tensors.set(`${number}.${name}`, value);
      }
      return { params, options: group.options as Readonly<Record<string, unknown>> };
    });
    const steps = this.#groups.flatMap((group) => group.steps);
    return { type: this.#name, paramGroups, steps, tensors };
  }

  /**
   * Goes on from a saved state; nothing is changed unless everything fits. Step counts and the options that may
   * change between steps (learning rate, momentum) are taken over; the other options must be the same.
   * @throws FormatError that lists everything that does not fit
   */
  loadStateDict(saved: OptimizerState): void {
    const own = this.stateDict();
    checkSavedState(own, saved, this.changeable, (i, options) => {
      try {
        this.#checkChange(this.#groups[i] as Group<Options>, options as Filled<Options>);
        return null;
      } catch (error) {
        if (error instanceof FoveaError) return error.headline;
        throw error;
      }
    });
    const steps = saved.steps.values();
    for (const [i, group] of this.#groups.entries()) {
      group.options = saved.paramGroups[i]?.options as Filled<Options>;
      for (const row of group.steps.keys()) group.steps[row] = steps.next().value as number;
    }
    const updates = [...own.tensors].flatMap(([name, variable]): Update[] => {
      const value = saved.tensors.get(name) as Tensor;
      return value === variable ? [] : [[variable as Variable, copyOf(value)]];
    });
    engine().assign(updates);
  }
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
