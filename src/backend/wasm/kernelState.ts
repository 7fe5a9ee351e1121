// What the emitter knows while it prints one kernel: the function being written, which register
// holds what, and the vector constants that loops use.
import type {
  Buffer,
  IndexVariable,
  Kernel,
  Local,
  Statement,
  Value,
  ValueType,
} from "../../kernel/ir.ts";
import { evaluatedBy, within } from "../../kernel/walk.ts";
import { bytesOfFloat, bytesOfInt, FunctionWriter } from "./assembler.ts";
import type { ValueTypeName } from "./opcodes.ts";
import { type Pointer, Pointers } from "./pointers.ts";

/** What the engine offers. */
export interface WasmFeatures {
  /** Vectors of four floats. */
  readonly simd: boolean;
  /** Fused multiply-add and lane selection. */
  readonly relaxedSimd: boolean;
}

/** Registers are found by the identity of what they hold. */
type Holder = Local | IndexVariable | Pointer | Buffer;

/** The state of one kernel's translation. */
export class KernelState {
  readonly f: FunctionWriter;
  readonly relaxed: boolean;
  readonly pointers: Pointers;
  readonly #name: string;
  readonly #registers = new Map<string | Pointer, number>();
  /** What was put into registers in each open block. */
  readonly #scopes: (string | Pointer)[][] = [[]];
  readonly #constants = new Map<string, number>();

  constructor(kernel: Kernel, features: WasmFeatures) {
    this.f = new FunctionWriter(["i32", ...kernel.buffers.map(() => "i32" as const)]);
    this.relaxed = features.relaxedSimd;
    this.pointers = new Pointers(kernel);
    this.#name = kernel.name;
    this.#registers.set(keyOf(kernel.chunk), 0);
    kernel.buffers.forEach((buffer, i) => {
      this.#registers.set(keyOf(buffer), i + 1);
    });
    // V8 rebuilds a vector constant at each use, in three instructions; a register costs none.
    for (const bytes of loopConstants(kernel.body)) {
      const register = this.f.newLocal("v128");
      this.f.bytes16("v128.const", bytes).set(register);
      this.#constants.set(String(bytes), register);
    }
  }

  /** The register of something bound in an open block. */
  register(holder: Holder): number {
    const register = this.#registers.get(keyOf(holder));
    if (register === undefined) {
      const what =
        "name" in holder ? holder.name : "id" in holder ? `register ${holder.id}` : "pointer";
      throw new Error(`kernel ${this.#name}: ${what} is used outside the block that binds it`);
    }
    return register;
  }

  /** A new register, until the block closes. */
  bind(holder: Holder, type: ValueTypeName): number {
    const key = keyOf(holder);
    if (this.#registers.has(key))
      throw new Error(`kernel ${this.#name}: a register is bound twice`);
    const register = this.f.newLocal(type);
    this.#registers.set(key, register);
    (this.#scopes[this.#scopes.length - 1] as (string | Pointer)[]).push(key);
    return register;
  }

  /** A block of statements: registers bound inside are free again after it. */
  scope(body: () => void): void {
    this.#scopes.push([]);
    body();
    for (const key of this.#scopes.pop() ?? []) {
      this.f.releaseLocal(this.#registers.get(key) as number);
      this.#registers.delete(key);
    }
  }

  /** Registers for the length of one expression. */
  temporary(type: ValueTypeName, body: (register: number) => void): void {
    const register = this.f.newLocal(type);
    body(register);
    this.f.releaseLocal(register);
  }

  vectorConstant(bytes: Uint8Array): void {
    const register = this.#constants.get(String(bytes));
    if (register === undefined) this.f.bytes16("v128.const", bytes);
    else this.f.get(register);
  }

  unsupported(what: string): Error {
    return new Error(`kernel ${this.#name}: ${what}`);
  }
}

function keyOf(holder: Holder): string | Pointer {
  if ("bias" in holder) return holder;
  if ("element" in holder) return `buffer ${holder.id}`;
  return "type" in holder ? `local ${holder.id}` : `index ${holder.id}`;
}

/** The wasm type of a value; scalar masks are i32, 0 or 1. */
export function wasmType({ kind, lanes }: ValueType): ValueTypeName {
  if (lanes === 4) return "v128";
  if (lanes !== 1) throw new Error(`kernel: wasm has vectors of 4 lanes, not ${lanes}`);
  return kind === "float" ? "f32" : "i32";
}

/** A number in each of four lanes. A true mask lane is all ones. */
export function splatBytes(value: number, kind: ValueType["kind"]): Uint8Array {
  const lane =
    kind === "float" ? bytesOfFloat(value) : bytesOfInt(kind === "mask" ? -value : value);
  return Uint8Array.from({ length: 16 }, (_, i) => lane[i % 4] as number);
}

export const laneIndexBytes = Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);

/** The vector constant that printing this value needs, besides those of its operands. */
export function constantOf(value: Value): Uint8Array | null {
  if (value.type.lanes === 1) return null;
  if (value.op === "const") return splatBytes(value.value, value.type.kind);
  if (value.op === "laneIndex") return laneIndexBytes;
  if (value.op === "convert" && value.a.type.kind === "mask" && value.type.kind === "float") {
    return splatBytes(1, "float");
  }
  return null;
}

/** The vector constants inside loops. All zeros and all ones take one instruction anyway. */
function loopConstants(body: readonly Statement[]): Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  const visit = (statements: readonly Statement[], inLoop: boolean): void => {
    for (const statement of statements) {
      const value = evaluatedBy(statement);
      for (const part of inLoop && value !== null ? within(value) : []) {
        const bytes = constantOf(part);
        if (bytes === null || bytes.every((byte) => byte === 0)) continue;
        if (bytes.some((byte) => byte !== 255)) found.set(String(bytes), bytes);
      }
      if (statement.op === "for") visit(statement.body, true);
      if (statement.op === "if") visit(statement.body, inLoop);
    }
  };
  visit(body, false);
  return [...found.values()];
}
