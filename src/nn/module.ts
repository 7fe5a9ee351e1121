// The base of all layers and networks. A module is an ordinary class: parameters, buffers and
// child modules are found among its own fields, so nothing has to be registered.

import { copyOf } from "../ops/copyOf.ts";
import { engine } from "../tensor/engine.ts";
import { type Fact, nearest, OptionError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { Parameter, type Tensor, Variable } from "../tensor/tensor.ts";
import { runModule } from "./running.ts";

/**
 * Base class of layers and networks, as `torch.nn.Module`.
 *
 * Fields that hold a `Parameter`, a `Variable` (a buffer), a `Module`, or an array of modules are
 * part of the network. Private `#fields` are not seen.
 *
 * @example
 * class Twice extends Module {
 *   readonly inner = new Linear(4, 4);
 *   override forward(x: Tensor): Tensor {
 *     return this.inner.forward(this.inner.forward(x));
 *   }
 * }
 */
export abstract class Module {
  /** True while training; layers such as dropout behave differently then. Set by `train()` and `eval()`. */
  training = true;

  constructor() {
    // Every call goes through `runModule`, also calls of subclasses' own `forward`.
    const forward = this.forward;
    Object.defineProperty(this, "forward", {
      value: (...inputs: Tensor[]) => runModule(this, forward, inputs),
      writable: true,
      configurable: true,
    });
  }

  /** Computes the output from the input. */
  abstract forward(...inputs: Tensor[]): Tensor;

  /** What differs from the defaults, for `toString`: `1 -> 6, kernel 5x5, padding 2`. */
  extraRepr(): string {
    return "";
  }

  /** Fields in which parameters, buffers and children are looked for. */
  protected fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /** Child modules with their names; children in an array are named `field.index`. */
  *namedChildren(): Generator<[string, Module]> {
    for (const [name, value] of this.fields()) {
      if (value instanceof Module) yield [name, value];
      else if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) {
          if (item instanceof Module) yield [`${name}.${index}`, item];
        }
      }
    }
  }

  /**
   * Puts another module in the place of a child.
   * @param name as `namedChildren` gives it
   * @throws OptionError if there is no such child
   * @example
   * const net = new Sequential(new Linear(4, 8), new Linear(8, 10));
   * net.replaceChild("1", new Linear(8, 2));
   * net.at(1).describe() // "Linear 8 -> 2"
   */
  replaceChild(name: string, module: Module): void {
    for (const [known] of this.namedChildren()) {
      if (known !== name) continue;
      const fields = new Map(this.fields());
      const dot = name.lastIndexOf(".");
      const holder = fields.has(name) ? this : fields.get(name.slice(0, dot));
      const key = fields.has(name) ? name : name.slice(dot + 1);
      (holder as Record<string, unknown>)[key] = module;
      return;
    }
    throw new OptionError(`replaceChild: there is no child "${name}"`);
  }

  /** The modules directly inside. */
  children(): Module[] {
    return Array.from(this.namedChildren(), ([, child]) => child);
  }

  /** Name of a child in this module, or dotted path of a module further inside, if it is one. */
  nameOf(child: Module): string | undefined {
    for (const [name, candidate] of this.namedChildren()) if (candidate === child) return name;
    // Not directly inside: in a container that is not called itself, such as a ModuleList.
    for (const [path, candidate] of this.namedModules()) if (candidate === child) return path;
    return undefined;
  }

  /** This module ("") and all below it with their dotted paths; a shared module appears once. */
  *namedModules(prefix = "", seen = new Set<Module>()): Generator<[string, Module]> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [prefix, this];
    for (const [name, child] of this.namedChildren())
      yield* child.namedModules(join(prefix, name), seen);
  }

  /** This module and all inside, each once. */
  modules(): Module[] {
    return Array.from(this.namedModules(), ([, module]) => module);
  }

  /**
   * The module at a dotted path; "" is this one.
   * @throws OptionError if there is none, with the nearest name
   * @example new Sequential({ head: new Linear(2, 1) }).getSubmodule("head").describe() // "Linear 2 -> 1"
   */
  getSubmodule(path: string): Module {
    const below = (module: Module, names: readonly string[]): Module | undefined => {
      if (names.length === 0) return module;
      // The name of a child in an array has a dot itself.
      for (const count of [1, 2]) {
        const name = names.slice(0, count).join(".");
        for (const [candidate, child] of module.namedChildren()) {
          if (candidate !== name || count > names.length) continue;
          const found = below(child, names.slice(count));
          if (found !== undefined) return found;
        }
      }
      return undefined;
    };
    const found = below(this, path === "" ? [] : path.split("."));
    if (found !== undefined) return found;
    const near = nearest(
      path,
      Array.from(this.namedModules(), ([name]) => name),
    );
    throw new OptionError(`getSubmodule: there is no module "${path}"`, {
      ...(near === undefined || near === "" ? {} : { hint: `did you mean "${near}"?` }),
    });
  }

  /** Parameters and buffers with their dotted paths, a shared one under each of its paths. */
  *#namedState(prefix = "", above: readonly Module[] = []): Generator<[string, Variable]> {
    if (above.includes(this)) return;
    for (const [name, value] of this.fields()) {
      if (value instanceof Variable) yield [join(prefix, name), value];
    }
    for (const [name, child] of this.namedChildren())
      yield* child.#namedState(join(prefix, name), [...above, this]);
  }

  /**
   * Parameters with their dotted paths, such as `"0.weight"`; a shared one appears once.
   * @example Array.from(new Linear(2, 1).namedParameters(), ([name]) => name) // ["weight", "bias"]
   */
  *namedParameters(): Generator<[string, Parameter]> {
    const seen = new Set<Variable>();
    for (const [name, value] of this.#namedState()) {
      if (!(value instanceof Parameter) || seen.has(value)) continue;
      seen.add(value);
      yield [name, value];
    }
  }

  /** All parameters, of modules inside too, each once. */
  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** Variables that are not learned (running statistics), with their dotted paths. */
  *namedBuffers(): Generator<[string, Variable]> {
    const seen = new Set<Variable>();
    for (const [name, value] of this.#namedState()) {
      if (value instanceof Parameter || seen.has(value)) continue;
      seen.add(value);
      yield [name, value];
    }
  }

  /** All buffers, of modules inside too, each once. */
  buffers(): Variable[] {
    return Array.from(this.namedBuffers(), ([, buffer]) => buffer);
  }

  /** Switches this module and all below it to training, or with `false` to evaluation. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Switches to evaluation: `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Sets whether gradients are computed for all parameters: `false` freezes the module. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Forgets the gradients that `backward()` collected. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Calls `body` with every module below this one, innermost first, then with this one. */
  apply(body: (module: Module) => void): this {
    for (const child of this.children()) child.apply(body);
    body(this);
    return this;
  }

  /** All parameters and buffers by path: what is saved. They are the live ones, not copies. */
  stateDict(): Map<string, Variable> {
    return new Map(this.#namedState());
  }

  /**
   * Takes over values saved by `stateDict`; nothing is changed unless everything fits.
   * @param state   values by path
   * @param options strict: refuse missing and unexpected names (default true)
   * @returns names that the state lacks, and names that this module does not have: both empty if strict
   * @throws ShapeError that lists all names that are missing or unexpected and all shapes that differ
   * @example
   * const net = new Linear(2, 1);
   * net.loadStateDict(new Map([["weight", Tensor.zeros([1, 2])]]), { strict: false }).missing // ["bias"]
   */
  loadStateDict(
    state: ReadonlyMap<string, Tensor>,
    { strict = true }: { readonly strict?: boolean } = {},
  ): { readonly missing: string[]; readonly unexpected: string[] } {
    const own = this.stateDict();
    const faults = stateFaults(own, state).filter((fault) => strict || fault.name === "shape");
    if (faults.length > 0) {
      const missing = [...own.keys()].find((name) => !state.has(name));
      const near =
        missing === undefined
          ? undefined
          : nearest(
              missing,
              [...state.keys()].filter((name) => !own.has(name)),
            );
      throw new ShapeError(`loadStateDict: the state does not fit this ${this.constructor.name}`, {
        facts: faults,
        hint:
          near === undefined
            ? "was it saved from another network?"
            : `is "${near}" meant as "${missing}"?`,
      });
    }
    const updates = [...own].flatMap(([name, variable]) => {
      const value = state.get(name);
      return value === undefined || value === variable ? [] : [[variable, copyOf(value)] as const];
    });
    engine().assign(updates);
    return {
      missing: [...own.keys()].filter((name) => !state.has(name)),
      unexpected: [...state.keys()].filter((name) => !own.has(name)),
    };
  }

  /** One line for error texts: `Conv2d 3 -> 16, kernel 3x3`. */
  describe(): string {
    return [this.constructor.name, this.extraRepr()].filter((text) => text !== "").join(" ");
  }

  /** The tree of modules, as PyTorch prints it. */
  toString(): string {
    const extra = this.extraRepr();
    const children = Array.from(
      this.namedChildren(),
      ([name, child]) => `  (${name}): ${indent(child.toString())}`,
    );
    if (children.length === 0) return `${this.constructor.name}(${extra})`;
    const lines = extra === "" ? children : [`  ${extra}`, ...children];
    return [`${this.constructor.name}(`, ...lines, ")"].join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** What keeps `state` from being loaded into `own`, one fact each. */
export function stateFaults(
  own: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  state: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): Fact[] {
  const faults: Fact[] = [];
  for (const [name, { shape }] of own) {
    const found = state.get(name);
    if (found === undefined)
      faults.push({ name: "missing", value: `${name} ${formatShape(shape)}` });
    else if (!sameShape(shape, found.shape)) {
      faults.push({
        name: "shape",
        value: `${name} ${formatShape(found.shape)}, needed ${formatShape(shape)}`,
      });
    }
  }
  for (const [name, { shape }] of state) {
    if (!own.has(name)) faults.push({ name: "unexpected", value: `${name} ${formatShape(shape)}` });
  }
  return faults;
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}
