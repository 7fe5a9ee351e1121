// Strength reduction: which pointer registers a kernel needs, so that no loop multiplies an index.
//
// The address of buffer[c + f₁·v₁ + … + fₙ·vₙ] is a chain of pointers, one for each variable from the
// outermost in: pₖ = pₖ₋₁ + fₖ·vₖ. A loop sets its pointers from those outside it and moves them by
// f·step after each pass. Accesses that differ by a constant share a pointer and use offsets.
import type {
  Buffer,
  ElementType,
  Index,
  IndexVariable,
  Kernel,
  Statement,
} from "../../kernel/ir.ts";
import { type Access, accessesOf } from "../../kernel/walk.ts";

/**
 * Greatest distance in bytes that one pointer serves. A pointer stands at the lowest address of its
 * accesses, though not each of them may run: memory below all buffers must be at least as large.
 */
export const pointerReach = 1 << 22;

/** A register that follows one variable. */
export interface Pointer {
  readonly buffer: Buffer | null;
  /** The pointer that this one starts from; null for the buffer's address (0 for a number). */
  readonly parent: Pointer | null;
  /** Null for one that is constant while the kernel runs. */
  readonly variable: IndexVariable | null;
  /** Bytes for each step of the variable. */
  readonly factor: number;
  /** Bytes from the address without constants. */
  readonly bias: number;
}

/** Where an access finds its element: so many bytes after a pointer, or after the buffer's start. */
export interface Place {
  readonly pointer: Pointer | null;
  readonly offset: number;
}

/** Bytes of one element in memory. */
export function elementBytes(element: ElementType): number {
  return element === "uint8" ? 1 : 4;
}

/** Can the number be taken from a variable's own register? */
export function isPlain(index: Index): boolean {
  return index.terms.length === 0 || (index.terms.length === 1 && index.terms[0]?.factor === 1);
}

interface Term {
  readonly variable: IndexVariable;
  readonly factor: number;
}

/** Accesses of one buffer whose indices differ by a constant. */
interface Group {
  readonly buffer: Buffer | null;
  readonly terms: readonly Term[];
  readonly constants: Set<number>;
  pointers: Pointer[] | null;
}

/** The pointers of one kernel. */
export class Pointers {
  readonly #groups = new Map<string, Group>();
  /** Order of definition of the index variables, outermost first; variables in scope form a chain. */
  readonly #order = new Map<number, number>();
  readonly #byVariable = new Map<number, Pointer[]>();
  readonly #constant: Pointer[] = [];

  constructor(kernel: Kernel) {
    this.#define(kernel.chunk);
    this.#collect(kernel.body);
    for (const group of [...this.#groups.values()]) this.#pointersOf(group);
  }

  /** Pointers to set when a variable has got its value, each after its parent. */
  of(variable: IndexVariable): readonly Pointer[] {
    return this.#byVariable.get(variable.id) ?? [];
  }

  /** Pointers that depend on no variable. */
  get constant(): readonly Pointer[] {
    return this.#constant;
  }

  find({ buffer, index }: Access): Place {
    const group = this.#groups.get(this.#key(buffer, this.#sorted(index)));
    if (group === undefined) throw new Error("kernel: an access that was not collected");
    const constant = index.constant * bytesOf(buffer);
    const pointers = group.pointers as Pointer[];
    if (pointers.length === 0) return { pointer: null, offset: constant };
    // Biases ascend: the last one not above the constant is near enough.
    const pointer = (pointers.findLast(({ bias }) => bias <= constant) ?? pointers[0]) as Pointer;
    return { pointer, offset: constant - pointer.bias };
  }

  #collect(statements: readonly Statement[]): void {
    for (const statement of statements) {
      for (const access of accessesOf(statement)) {
        if (access.buffer === null && isPlain(access.index)) continue;
        const group = this.#group(access.buffer, this.#sorted(access.index));
        group.constants.add(access.index.constant * bytesOf(access.buffer));
      }
      if (statement.op === "for" || statement.op === "letIndex") this.#define(statement.variable);
      if (statement.op === "for" || statement.op === "if") this.#collect(statement.body);
    }
  }

  #define(variable: IndexVariable): void {
    if (this.#order.has(variable.id)) {
      throw new Error(`kernel: index variable ${variable.name} is bound twice`);
    }
    this.#order.set(variable.id, this.#order.size);
  }

  #sorted(index: Index): readonly Term[] {
    const orderOf = ({ variable }: Term): number => {
      const order = this.#order.get(variable.id);
      if (order === undefined)
        throw new Error(`kernel: ${variable.name} is used before it is bound`);
      return order;
    };
    return index.terms.toSorted((a, b) => orderOf(a) - orderOf(b));
  }

  #key(buffer: Buffer | null, terms: readonly Term[]): string {
    const parts = terms.map(({ variable, factor }) => `${variable.id}*${factor}`);
    return `${buffer?.id ?? "number"}:${parts.join("+")}`;
  }

  #group(buffer: Buffer | null, terms: readonly Term[]): Group {
    const key = this.#key(buffer, terms);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { buffer, terms, constants: new Set(), pointers: null };
      this.#groups.set(key, group);
    }
    return group;
  }

  #pointersOf(group: Group): readonly Pointer[] {
    if (group.pointers !== null) return group.pointers;
    const { buffer, terms } = group;
    const last = terms[terms.length - 1];
    const parent = last === undefined ? null : this.#parentOf(buffer, terms.slice(0, -1));
    const base = { buffer, parent, variable: last?.variable ?? null };
    const factor = (last?.factor ?? 0) * bytesOf(buffer);
    group.pointers = biasesOf(group).map((bias) => ({ ...base, factor, bias }));
    if (last === undefined) this.#constant.push(...group.pointers);
    else {
      const list = this.#byVariable.get(last.variable.id) ?? [];
      this.#byVariable.set(last.variable.id, [...list, ...group.pointers]);
    }
    return group.pointers;
  }

  #parentOf(buffer: Buffer | null, terms: readonly Term[]): Pointer | null {
    if (terms.length === 0) return null;
    return this.#pointersOf(this.#group(buffer, terms))[0] as Pointer;
  }
}

/** The constants that are folded into pointers, ascending, so that all offsets are within reach. */
function biasesOf({ buffer, terms, constants }: Group): readonly number[] {
  // Numbers take any constant; a buffer's start is a pointer for constants from 0 on.
  if (buffer === null) return [0];
  const sorted = [...constants].sort((a, b) => a - b);
  const lowest = sorted[0];
  if (lowest === undefined) return [0];
  if (terms.length === 0 && lowest >= 0) return [];
  const biases = [lowest];
  for (const constant of sorted) {
    if (constant - (biases[biases.length - 1] as number) >= pointerReach) biases.push(constant);
  }
  return biases;
}

function bytesOf(buffer: Buffer | null): number {
  return buffer === null ? 1 : elementBytes(buffer.element);
}
