// What registers and indices are called in generated text: numbered as they are bound.
import type { IndexVariable, Kernel, Local } from "../kernel/ir.ts";

export class RegisterNames {
  readonly #kernel: Kernel;
  readonly #letter: string;
  readonly #count = { register: 0, index: 1 };
  #bound: Map<number, string>;

  /** @param letter what names of indices begin with; that of the chunk is the first */
  constructor(kernel: Kernel, letter: string) {
    this.#kernel = kernel;
    this.#letter = letter;
    this.#bound = new Map([[kernel.chunk.id, `${letter}0`]]);
  }

  bind(holder: Local | IndexVariable): string {
    const name =
      "type" in holder ? `v${this.#count.register++}` : `${this.#letter}${this.#count.index++}`;
    this.#bound.set(holder.id, name);
    return name;
  }

  of({ id }: Local | IndexVariable): string {
    const name = this.#bound.get(id);
    if (name !== undefined) return name;
    throw new Error(`kernel ${this.#kernel.name}: a register is used before it is bound`);
  }

  /** What is called how at present, to come back to with `recall`. */
  known(): ReadonlyMap<number, string> {
    return new Map(this.#bound);
  }

  recall(known: ReadonlyMap<number, string>): void {
    this.#bound = new Map(known);
  }
}
