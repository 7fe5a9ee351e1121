// Addresses without multiplications in loops. Each access of a kernel is a buffer, an affine index
// and a constant. The affine part is followed by a pointer: a local that is moved when a variable
// moves. Accesses that differ by a constant share a pointer and keep the constant as an immediate.
import type { Buffer, Index, IndexVariable, Kernel, Statement, Value } from "../../kernel/ir.ts";

/** A pointer: the address for the first variables of an index, in the order in which they are bound. */
export interface Pointer {
  readonly local: number;
  readonly parent: Pointer | null;
  readonly variable: IndexVariable;
  /** Bytes by which the pointer moves when the variable grows by one. */
  readonly stride: number;
  /** Added once, so that the offsets of all accesses through it are not negative. */
  readonly bias: number;
  /** Local of the buffer's base address. */
  readonly base: number;
}

/** Where an access finds its address. */
export interface Address {
  readonly local: number;
  readonly offset: number;
}

const bytesOf = { float32: 4, int32: 4, uint8: 1 } as const;

export class Pointers {
  readonly #order = new Map<IndexVariable, number>();
  readonly #base: (buffer: Buffer) => number;
  readonly #newLocal: () => number;
  /** Smallest constant of all accesses with the same buffer and terms. */
  readonly #least = new Map<string, number>();
  readonly #pointers = new Map<string, Pointer>();
  readonly #byVariable = new Map<IndexVariable, Pointer[]>();

  constructor(kernel: Kernel, base: (buffer: Buffer) => number, newLocal: () => number) {
    this.#base = base;
    this.#newLocal = newLocal;
    this.#bind(kernel.chunk);
    const accesses: { buffer: Buffer; index: Index }[] = [];
    this.#scan(kernel.body, accesses);
    for (const { buffer, index } of accesses) {
      const key = this.#key(buffer, index);
      this.#least.set(key, Math.min(this.#least.get(key) ?? 0, index.constant));
    }
    for (const { buffer, index } of accesses) this.#pointerFor(buffer, index);
  }

  /** Pointers that move with a variable, each after its parent. */
  movedBy(variable: IndexVariable): readonly Pointer[] {
    return this.#byVariable.get(variable) ?? [];
  }

  address(buffer: Buffer, index: Index): Address {
    const bytes = bytesOf[buffer.element];
    const pointer = this.#pointerFor(buffer, index);
    if (pointer === null) return { local: this.#base(buffer), offset: index.constant * bytes };
    return { local: pointer.local, offset: index.constant * bytes - pointer.bias };
  }

  #pointerFor(buffer: Buffer, index: Index): Pointer | null {
    const terms = this.#sorted(index);
    const bias = (this.#least.get(this.#key(buffer, index)) ?? 0) * bytesOf[buffer.element];
    let parent: Pointer | null = null;
    let key = `${buffer.id}`;
    terms.forEach(({ variable, factor }, i) => {
      key += `+${factor}v${variable.id}`;
      const own = i === terms.length - 1 ? bias : 0;
      const full = `${key}#${own}`;
      let pointer = this.#pointers.get(full);
      if (pointer === undefined) {
        pointer = { local: this.#newLocal(), parent, variable, stride: factor * bytesOf[buffer.element], bias: own, base: this.#base(buffer) };
        this.#pointers.set(full, pointer);
        const moved = this.#byVariable.get(variable);
        if (moved === undefined) this.#byVariable.set(variable, [pointer]);
        else moved.push(pointer);
      }
      parent = pointer;
    });
    return parent;
  }

  #sorted({ terms }: Index): Index["terms"] {
    const at = (variable: IndexVariable): number => {
      const order = this.#order.get(variable);
      if (order === undefined) throw new Error(`wasm: index variable ${variable.name} is not bound`);
      return order;
    };
    return terms.toSorted((a, b) => at(a.variable) - at(b.variable));
  }

  #key(buffer: Buffer, { terms }: Index): string {
    return `${buffer.id}${terms.map(({ variable, factor }) => `+${factor}v${variable.id}`).join("")}`;
  }

  #bind(variable: IndexVariable): void {
    this.#order.set(variable, this.#order.size);
  }

  /** Variables in the order in which they are bound, and all accesses. */
  #scan(statements: readonly Statement[], accesses: { buffer: Buffer; index: Index }[]): void {
    const visit = (v: Value): void => {
      switch (v.op) {
        case "load":
          accesses.push(v);
          break;
        case "gather":
          for (const index of v.indices) accesses.push({ buffer: v.buffer, index });
          break;
        case "splat":
          visit(v.value);
          break;
        case "unary":
        case "shift":
        case "convert":
        case "bits":
        case "lane":
          visit(v.a);
          break;
        case "binary":
        case "compare":
          visit(v.a);
          visit(v.b);
          break;
        case "fma":
          visit(v.a);
          visit(v.b);
          visit(v.c);
          break;
        case "select":
          visit(v.mask);
          visit(v.a);
          visit(v.b);
          break;
        case "const":
        case "local":
        case "index":
        case "laneIndex":
          break;
        default:
          v satisfies never;
      }
    };
    for (const s of statements) {
      switch (s.op) {
        case "let":
        case "set":
          visit(s.value);
          break;
        case "store":
          accesses.push(s);
          visit(s.value);
          break;
        case "letIndex":
          visit(s.value);
          this.#bind(s.variable);
          break;
        case "if":
          visit(s.condition);
          this.#scan(s.body, accesses);
          break;
        case "for":
          this.#bind(s.variable);
          this.#scan(s.body, accesses);
          break;
        default:
          s satisfies never;
      }
    }
  }
}
