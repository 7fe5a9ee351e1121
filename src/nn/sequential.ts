// Layers one after another.
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkChild } from "./containers.ts";
import { Module } from "./module.ts";

/**
 * Passes the input through all layers in order, as `torch.nn.Sequential`.
 * @param layers the layers, named "0", "1", …; or one record of named layers
 * @throws OptionError if something given is not a module, or a name has a dot in it
 * @example
 * new Sequential(new Conv2d(1, 6, 5), new ReLU());
 * new Sequential({ conv: new Conv2d(1, 6, 5), activation: new ReLU() });
 */
export class Sequential extends Module {
  readonly #layers: Map<string, Module>;

  constructor(...layers: readonly Module[] | readonly [Readonly<Record<string, Module>>]) {
    super();
    const [first] = layers;
    const named = layers.length === 1 && !(first instanceof Module) && isRecord(first);
    this.#layers = new Map(Object.entries(named ? first : layers) as [string, Module][]);
    for (const [name, layer] of this.#layers) checkChild("Sequential", name, layer);
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.#layers;
  }

  override replaceChild(name: string, module: Module): void {
    if (!this.#layers.has(name)) {
      throw new OptionError(`replaceChild: there is no child "${name}"`);
    }
    checkChild("Sequential", name, module);
    this.#layers.set(name, module);
  }

  get length(): number {
    return this.#layers.size;
  }

  /** The layer at a position; negative positions count from the end. */
  at(index: number): Module | undefined {
    return [...this.#layers.values()].at(index);
  }

  /** The layer of this name. */
  get(name: string): Module | undefined {
    return this.#layers.get(name);
  }

  /** Adds a layer at the end, named by its position. */
  append(layer: Module): this {
    const name = String(this.length);
    checkChild("Sequential", name, layer);
    if (this.#layers.has(name)) {
      throw new OptionError(`Sequential: there is a layer named "${name}" already`);
    }
    this.#layers.set(name, layer);
    return this;
  }

  /**
   * The layers from `start` up to `end` as a network of their own, as `net[start:end]`: the same layers, not copies.
   * Layers that were named keep their names, others are counted anew.
   */
  slice(start?: number, end?: number): Sequential {
    const isNamed = [...this.#layers.keys()].some((name, i) => name !== String(i));
    const part = new Sequential();
    for (const [name, layer] of [...this.#layers].slice(start, end))
      part.#layers.set(isNamed ? name : String(part.length), layer);
    return part;
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.#layers.values();
  }

  override forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.#layers.values()) y = layer.forward(y);
    return y;
  }
}

function isRecord(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
