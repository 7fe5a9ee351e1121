// An exponential moving average of a network's parameters, which usually does better than the parameters of the
// last step.
import "../ops/index.ts";
import { copyOf } from "../ops/copyOf.ts";
import { engine } from "../tensor/engine.ts";
import { checkOptions, type Fact, FormatError, FoveaError, OptionError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { noGrad } from "../tensor/state.ts";
import { Parameter, Tensor, Variable } from "../tensor/tensor.ts";
import { checkNumber, type Update } from "./optimizer.ts";

export interface ExponentialMovingAverageOptions {
  /** Share of the average that is kept in each update (default 0.999). */
  readonly decay?: number;
  /** Keep less at first: min(decay, (1 + t) / (10 + t)) after t updates (default false). */
  readonly warmUp?: boolean;
}

/** What has parameters and buffers by name: a module. */
export interface Averaged {
  stateDict(): ReadonlyMap<string, Variable>;
}

/** Everything an average remembers. The tensors are the live ones, not copies. */
export interface AverageState {
  readonly options: Readonly<Required<ExponentialMovingAverageOptions>>;
  /** Updates so far. */
  readonly updates: number;
  /** Averages by the names of the network's `stateDict()`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Keeps an exponential moving average of a network's parameters, as `torch.optim.swa_utils.AveragedModel` with such
 * an `avg_fn`. Buffers (running statistics) are copied.
 *
 *     average = decay·average + (1 − decay)·parameter          first the parameters themselves
 *
 * `fit` takes it as its option `ema`: the average is then part of the compiled step, validation sees the averages,
 * and checkpoints hold them.
 *
 * @param net the network; it keeps the parameters that are learned, except between `apply()` and `restore()`
 * @throws OptionError for unknown options or impossible values
 * @example
 * const net = new Linear(2, 1);
 * const optimizer = new SGD(net.parameters(), { lr: 0.1 });
 * const ema = new ExponentialMovingAverage(net, { decay: 0.99 });
 * net.forward(Tensor.ones([1, 2])).sum().backward();
 * optimizer.step();
 * ema.update();
 * // The network computes with the averages, then with its own parameters again.
 * ema.apply();
 * ema.restore();
 * @see Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging"
 */
export class ExponentialMovingAverage {
  readonly #net: Averaged;
  readonly #options: Readonly<Required<ExponentialMovingAverageOptions>>;
  readonly #averages: ReadonlyMap<string, Variable>;
  /** What is kept, and what is taken from the parameters: they change while the average warms up. */
  readonly #shares = new Variable(Tensor.ofData(new Float32Array(2), [2], "float32"));
  #updates = 0;
  #applied = false;

  constructor(net: Averaged, options: ExponentialMovingAverageOptions = {}) {
    const name = "ExponentialMovingAverage";
    checkOptions(name, options, ["decay", "warmUp"]);
    const { decay = 0.999, warmUp = false } = options;
    checkNumber(name, "decay", decay, 0, 1);
    if (typeof warmUp !== "boolean") {
      throw new OptionError(`${name}: warmUp must be true or false, got ${String(warmUp)}`);
    }
    this.#net = net;
    this.#options = { decay, warmUp };
    this.#averages = new Map(
      Array.from(net.stateDict(), ([path, value]) => [path, new Variable(copyOf(value))]),
    );
  }

  /** Updates so far. */
  get updateCount(): number {
    return this.#updates;
  }

  /** Is the network computing with the averages? */
  get isApplied(): boolean {
    return this.#applied;
  }

  /** Takes the network's present values into the averages: after each `optimizer.step()`. */
  update(): void {
    this.beginUpdate();
    engine().assign(this.updates([]));
  }

  /** Writes the numbers of the coming update where `updates` reads them. A captured step calls it before each run. */
  beginUpdate(): void {
    this.#checkNotApplied("update");
    const { decay, warmUp } = this.#options;
    const kept = warmUp ? Math.min(decay, (1 + this.#updates) / (10 + this.#updates)) : decay;
    this.#updates++;
    this.#shares.write(Float32Array.of(kept, 1 - kept));
  }

  /**
   * New values of the averages; nothing is computed yet.
   * @param changes new values that the network's variables get at the same time
   */
  updates(changes: readonly Update[]): Update[] {
    const next = new Map<Variable, Tensor>(changes);
    const [kept, fresh] = [this.#shares.select(0, 0), this.#shares.select(0, 1)];
    return noGrad(() =>
      this.#pairs().map(([variable, average]): Update => {
        const value = next.get(variable) ?? variable;
        if (!(variable instanceof Parameter)) return [average, copyOf(value)];
        return [average, average.mul(kept).add(value.mul(fresh))];
      }),
    );
  }

  /**
   * Exchanges the network's values for the averages, for evaluating or saving it.
   * @returns something that `using` disposes of by `restore()`
   */
  apply(): Disposable {
    this.#checkNotApplied("apply");
    this.#swap();
    this.#applied = true;
    return { [Symbol.dispose]: () => this.restore() };
  }

  /** Gives the network its own values again; does nothing if it has them. */
  restore(): void {
    if (!this.#applied) return;
    this.#swap();
    this.#applied = false;
  }

  #swap(): void {
    engine().assign(
      this.#pairs().flatMap(([variable, average]): Update[] => [
        [variable, copyOf(average)],
        [average, copyOf(variable)],
      ]),
    );
  }

  /** All that is needed to go on later. */
  stateDict(): AverageState {
    this.#checkNotApplied("stateDict");
    return { options: this.#options, updates: this.#updates, tensors: this.#averages };
  }

  /**
   * Goes on from a saved state; nothing is changed unless everything fits.
   * @throws FormatError that lists everything that does not fit
   */
  loadStateDict(saved: AverageState): void {
    const own = this.stateDict();
    const faults: Fact[] = [];
    for (const name of ["decay", "warmUp"] as const) {
      if (saved.options[name] === own.options[name]) continue;
      const value = `${name} ${saved.options[name]}, this has ${own.options[name]}`;
      faults.push({ name: "option", value });
    }
    for (const [path, { shape, dtype }] of own.tensors) {
      const found = saved.tensors.get(path);
      if (found === undefined) faults.push({ name: "missing", value: path });
      else if (!sameShape(found.shape, shape) || found.dtype !== dtype) {
        const there = `${found.dtype} ${formatShape(found.shape)}`;
        const value = `${path} ${there}, needed ${dtype} ${formatShape(shape)}`;
        faults.push({ name: "shape", value });
      }
    }
    for (const path of saved.tensors.keys()) {
      if (!own.tensors.has(path)) faults.push({ name: "unexpected", value: path });
    }
    if (faults.length > 0) {
      throw new FormatError("ExponentialMovingAverage: the saved state does not fit", {
        facts: faults,
      });
    }
    this.#updates = saved.updates;
    const changed = [...this.#averages].flatMap(([path, average]): Update[] => {
      const value = saved.tensors.get(path) as Tensor;
      return value === average ? [] : [[average, copyOf(value)]];
    });
    engine().assign(changed);
  }

  #pairs(): (readonly [Variable, Variable])[] {
    const live = this.#net.stateDict();
    return Array.from(this.#averages, ([path, average]) => {
      const variable = live.get(path);
      if (variable !== undefined) return [variable, average] as const;
      throw new FoveaError(`ExponentialMovingAverage: the network no longer has ${path}`, {
        hint: "make the average after the network has its final layers",
      });
    });
  }

  #checkNotApplied(what: string): void {
    if (!this.#applied) return;
    throw new FoveaError(`ExponentialMovingAverage: ${what} while the averages are applied`, {
      hint: "call restore() first",
    });
  }
}
