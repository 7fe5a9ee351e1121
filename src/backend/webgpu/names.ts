// What things are called in a shader: registers v0, v1, …, indices n0 (the chunk), n1, … as they come.
import type { Buffer, Index, IndexVariable, Kernel, Local } from "../../kernel/ir.ts";
import { statementsWithin } from "../../kernel/walk.ts";
import { RegisterNames } from "../registerNames.ts";
import { type Names, wgslIndex } from "./emitValue.ts";

/** Where a kernel's buffer lies. */
export type Space = "heap" | "arena";

export class KernelNames implements Names {
  readonly #numbers: ReadonlyMap<number, number>;
  readonly #starts = new Map<number, number>();
  readonly #spaces: readonly Space[];
  readonly #atomic: ReadonlySet<Space>;
  readonly #registers: RegisterNames;
  readonly #set = new Set<number>();
  #depth = 1;

  constructor(kernel: Kernel, spacesOf: readonly Space[], atomic: ReadonlySet<Space>) {
    this.#numbers = new Map(kernel.buffers.map(({ id }, i) => [id, i]));
    this.#spaces = spacesOf;
    this.#atomic = atomic;
    for (const statement of statementsWithin(kernel.body))
      if (statement.op === "set") this.#set.add(statement.local.id);
    this.#registers = new RegisterNames(kernel, "n");
  }

  /** What lines of the innermost block begin with. */
  get indent(): string {
    return "  ".repeat(this.#depth);
  }

  inBlock(print: () => void): void {
    this.#depth++;
    print();
    this.#depth--;
  }

  /** Is this register assigned again? */
  changes(local: Local): boolean {
    return this.#set.has(local.id);
  }

  local = (local: Local): string => this.#registers.of(local);

  variable = (variable: IndexVariable): string => this.#registers.of(variable);

  address = (buffer: Buffer, { constant, terms }: Index): string => {
    const number = this.#numberOf(buffer);
    const start = this.#starts.get(number) ?? constant;
    this.#starts.set(number, start);
    const rest = { constant: constant - start, terms };
    return rest.constant === 0 && terms.length === 0
      ? `b${number}`
      : `(b${number} + u32(${wgslIndex(this, rest)}))`;
  };

  word = (buffer: Buffer, address: string): string => {
    const space = this.spaceOf(buffer);
    return this.#atomic.has(space) ? `atomicLoad(&${space}[${address}])` : `${space}[${address}]`;
  };

  /** For each buffer the element from which addresses are counted: the constant in its first one. */
  get starts(): number[] {
    return Array.from(this.#numbers.values(), (number) => this.#starts.get(number) ?? 0);
  }

  /** A statement that stores a word. */
  assign(buffer: Buffer, address: string, word: string): string {
    const space = this.spaceOf(buffer);
    return this.#atomic.has(space)
      ? `atomicStore(&${space}[${address}], ${word});`
      : `${space}[${address}] = ${word};`;
  }

  spaceOf(buffer: Buffer): Space {
    return this.#spaces[this.#numberOf(buffer)] as Space;
  }

  /** What is called how at present, to come back to with `recall`. */
  known(): ReadonlyMap<number, string> {
    return this.#registers.known();
  }

  recall(known: ReadonlyMap<number, string>): void {
    this.#registers.recall(known);
  }

  bind(holder: Local | IndexVariable): string {
    return this.#registers.bind(holder);
  }

  #numberOf({ id }: Buffer): number {
    return this.#numbers.get(id) as number;
  }
}
