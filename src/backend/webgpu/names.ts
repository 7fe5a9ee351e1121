// What things are called in a shader: registers v0, v1, …, indices n0 (the chunk), n1, … as they come.
import type { Buffer, Index, IndexVariable, Kernel, Local, Statement } from "../../kernel/ir.ts";
import { blocksOf } from "../../kernel/walk.ts";
import { RegisterNames } from "../registerNames.ts";
import { type Names, wgslIndex } from "./emitValue.ts";

/** Where a kernel's buffer lies. */
export type Space = "heap" | "arena";

export class KernelNames implements Names {
  readonly #kernel: Kernel;
  readonly #spaces: readonly Space[];
  readonly #atomic: ReadonlySet<Space>;
  readonly #registers: RegisterNames;
  readonly #set: ReadonlySet<number>;
  #depth = 1;

  constructor(kernel: Kernel, spacesOf: readonly Space[], atomic: ReadonlySet<Space>) {
    this.#kernel = kernel;
    this.#spaces = spacesOf;
    this.#atomic = atomic;
    this.#set = new Set(setLocals(kernel.body));
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

  address = (buffer: Buffer, index: Index): string =>
    `(b${this.#numberOf(buffer)} + u32(${wgslIndex(this, index)}))`;

  word = (buffer: Buffer, address: string): string => {
    const space = this.spaceOf(buffer);
    return this.#atomic.has(space) ? `atomicLoad(&${space}[${address}])` : `${space}[${address}]`;
  };

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
    return this.#kernel.buffers.findIndex((buffer) => buffer.id === id);
  }
}

function* setLocals(statements: readonly Statement[]): Generator<number> {
  for (const statement of statements) {
    if (statement.op === "set") yield statement.local.id;
    for (const block of blocksOf(statement)) yield* setLocals(block);
  }
}
