// Layers one after another.
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
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
  readonly #layers: ReadonlyMap<string, Module>;

  constructor(...layers: readonly Module[] | readonly [Readonly<Record<string, Module>>]) {
    super();
    const [first] = layers;
    const named = layers.length === 1 && !(first instanceof Module) && isRecord(first);
    this.#layers = new Map(Object.entries(named ? first : layers) as [string, Module][]);
    for (const [name, layer] of this.#layers) {
      if (!(layer instanceof Module)) {
        throw new OptionError(
          `Sequential: layer ${name} is not a module, got ${describeValue(layer)}`,
          {
            ...(typeof layer === "function"
              ? { hint: "create it: new Sequential(new ReLU())" }
              : {}),
          },
        );
      }
      if (name === "" || name.includes(".")) {
        throw new OptionError(`Sequential: "${name}" cannot be a layer's name`, {
          hint: "dots separate names in paths",
        });
      }
    }
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.#layers;
  }

  get length(): number {
    return this.#layers.size;
  }

  /** The layer at a position; negative positions count from the end. */
  at(index: number): Module | undefined {
    return [...this.#layers.values()].at(index);
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

function describeValue(value: unknown): string {
  if (typeof value === "function") return `the class or function ${value.name}`;
  return value === null || typeof value !== "object"
    ? String(value)
    : `a ${value.constructor.name}`;
}
