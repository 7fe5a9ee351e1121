// Containers that only hold modules or parameters, for networks whose `forward` is written by hand.
import { OptionError } from "../tensor/errors.ts";
import { Parameter, type Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** Throws unless the value is a module and the name can be part of a path. */
export function checkChild(where: string, name: string, child: unknown): void {
  if (!(child instanceof Module)) {
    throw new OptionError(`${where}: layer ${name} is not a module, got ${describeValue(child)}`, {
      ...(typeof child === "function" ? { hint: `create it: new ${where}(new ReLU())` } : {}),
    });
  }
  if (name === "" || name.includes(".")) {
    throw new OptionError(`${where}: "${name}" cannot be a layer's name`, {
      hint: "dots separate names in paths",
    });
  }
}

function describeValue(value: unknown): string {
  if (typeof value === "function") return `the class or function ${value.name}`;
  return value === null || typeof value !== "object"
    ? String(value)
    : `a ${value.constructor.name}`;
}

/** What containers without a meaning of their own answer when they are called. */
function notCallable(name: string): never {
  throw new OptionError(`${name}: a container has no forward`, {
    hint: "call the modules in it, or use Sequential",
  });
}

/**
 * Modules in order, as `torch.nn.ModuleList`; named "0", "1", … in paths. It only holds them.
 * @throws OptionError if something given is not a module
 * @example new ModuleList([new Linear(2, 3), new Linear(3, 1)]).length // 2
 */
export class ModuleList extends Module implements Iterable<Module> {
  readonly #modules: Module[] = [];

  constructor(modules: Iterable<Module> = []) {
    super();
    this.extend(modules);
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.#modules.map((module, i) => [String(i), module] as const);
  }

  get length(): number {
    return this.#modules.length;
  }

  /** The module at a position; negative positions count from the end. */
  at(index: number): Module | undefined {
    return this.#modules.at(index);
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    return this.extend([module]);
  }

  override replaceChild(name: string, module: Module): void {
    const index = this.#modules.findIndex((_, i) => String(i) === name);
    if (index < 0) throw new OptionError(`replaceChild: there is no child "${name}"`);
    checkChild("ModuleList", name, module);
    this.#modules[index] = module;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<Module>): this {
    for (const module of modules) {
      checkChild("ModuleList", String(this.#modules.length), module);
      this.#modules.push(module);
    }
    return this;
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.#modules.values();
  }

  override forward(): Tensor {
    return notCallable("ModuleList");
  }
}

/**
 * Modules by name, as `torch.nn.ModuleDict`. It only holds them.
 * @throws OptionError if something given is not a module, or a name has a dot in it
 * @example [...new ModuleDict({ left: new ReLU(), right: new Tanh() }).keys()] // ["left", "right"]
 */
export class ModuleDict extends Module implements Iterable<readonly [string, Module]> {
  readonly #modules = new Map<string, Module>();

  constructor(modules: Readonly<Record<string, Module>> = {}) {
    super();
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.#modules;
  }

  get size(): number {
    return this.#modules.size;
  }

  /** The module of this name. */
  get(name: string): Module | undefined {
    return this.#modules.get(name);
  }

  /** Is there a module of this name? */
  has(name: string): boolean {
    return this.#modules.has(name);
  }

  /** Adds a module, or replaces the one of this name. */
  set(name: string, module: Module): this {
    checkChild("ModuleDict", name, module);
    this.#modules.set(name, module);
    return this;
  }

  override replaceChild(name: string, module: Module): void {
    if (!this.has(name)) throw new OptionError(`replaceChild: there is no child "${name}"`);
    this.set(name, module);
  }

  /** Takes the module of this name out; false if there was none. */
  delete(name: string): boolean {
    return this.#modules.delete(name);
  }

  /** The names, in order. */
  keys(): Iterator<string> & Iterable<string> {
    return this.#modules.keys();
  }

  /** The modules, in order. */
  values(): Iterator<Module> & Iterable<Module> {
    return this.#modules.values();
  }

  [Symbol.iterator](): Iterator<readonly [string, Module]> {
    return this.#modules.entries();
  }

  override forward(): Tensor {
    return notCallable("ModuleDict");
  }
}

/**
 * Parameters in order, as `torch.nn.ParameterList`; named "0", "1", … in paths.
 * @throws OptionError if something given is not a parameter
 * @example new ParameterList([new Parameter(Tensor.zeros([2]))]).length // 1
 */
export class ParameterList extends Module implements Iterable<Parameter> {
  readonly #parameters: Parameter[] = [];

  constructor(parameters: Iterable<Parameter> = []) {
    super();
    for (const parameter of parameters) this.append(parameter);
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.#parameters.map((parameter, i) => [String(i), parameter] as const);
  }

  get length(): number {
    return this.#parameters.length;
  }

  /** The parameter at a position; negative positions count from the end. */
  at(index: number): Parameter | undefined {
    return this.#parameters.at(index);
  }

  /** Adds a parameter at the end. */
  append(parameter: Parameter): this {
    if (!(parameter instanceof Parameter)) {
      throw new OptionError(
        `ParameterList: element ${this.length} is not a parameter, got ${describeValue(parameter)}`,
      );
    }
    this.#parameters.push(parameter);
    return this;
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.#parameters.values();
  }

  override forward(): Tensor {
    return notCallable("ParameterList");
  }
}
