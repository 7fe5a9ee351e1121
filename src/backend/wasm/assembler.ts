// Encodes WebAssembly modules: bytes with LEB128 numbers, one function's code, and the sections of
// a module. It knows the binary format and nothing of kernels.
import { type Instruction, instructions, type ValueTypeName, valueTypes } from "./opcodes.ts";

/** A growing list of bytes. */
export class Bytes {
  readonly data: number[] = [];

  byte(value: number): this {
    this.data.push(value);
    return this;
  }

  /** Unsigned LEB128. */
  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.data.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.data.push(rest);
    return this;
  }

  /** Signed LEB128 of a 32-bit integer. */
  signed(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if (rest === (low & 0x40 ? -1 : 0)) {
        this.data.push(low);
        return this;
      }
      this.data.push(low | 0x80);
    }
  }

  append(bytes: Iterable<number>): this {
    for (const byte of bytes) this.data.push(byte);
    return this;
  }

  /** A length in front of the bytes. */
  sized(bytes: Bytes): this {
    return this.unsigned(bytes.data.length).append(bytes.data);
  }

  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.unsigned(encoded.length).append(encoded);
  }
}

/** An open block, as the target of a branch. */
export interface Label {
  readonly depth: number;
}

/** Writes the code of one function. Locals can be given back, and are then used again. */
export class FunctionWriter {
  readonly params: readonly ValueTypeName[];
  readonly locals: ValueTypeName[] = [];
  readonly code = new Bytes();
  readonly #free = new Map<ValueTypeName, number[]>();
  #depth = 0;

  constructor(params: readonly ValueTypeName[]) {
    this.params = params;
  }

  newLocal(type: ValueTypeName): number {
    const free = this.#free.get(type)?.pop();
    if (free !== undefined) return free;
    this.locals.push(type);
    return this.params.length + this.locals.length - 1;
  }

  releaseLocal(local: number): void {
    const type = this.locals[local - this.params.length] as ValueTypeName;
    const free = this.#free.get(type);
    if (free === undefined) this.#free.set(type, [local]);
    else free.push(local);
  }

  op(name: Instruction<"none">): this {
    return this.#opcode(instructions.none[name]);
  }

  get(local: number): this {
    return this.index("local.get", local);
  }

  set(local: number): this {
    return this.index("local.set", local);
  }

  tee(local: number): this {
    return this.index("local.tee", local);
  }

  index(name: Exclude<Instruction<"index">, "br" | "br_if">, index: number): this {
    this.#opcode(instructions.index[name]).code.unsigned(index);
    return this;
  }

  i32(value: number): this {
    this.#opcode(instructions.i32["i32.const"]).code.signed(value);
    return this;
  }

  i64(value: number): this {
    // Only used for timeouts in nanoseconds, which need more than 32 bits.
    let rest = BigInt(value);
    this.#opcode(instructions.i64["i64.const"]);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if (rest === (low & 0x40 ? -1n : 0n)) {
        this.code.byte(low);
        return this;
      }
      this.code.byte(low | 0x80);
    }
  }

  f32(value: number): this {
    this.#opcode(instructions.f32["f32.const"]).code.append(bytesOfFloat(value));
    return this;
  }

  /** `v128.const`, or a shuffle by lane numbers. */
  bytes16(name: Instruction<"bytes">, bytes: Iterable<number>): this {
    this.#opcode(instructions.bytes[name]).code.append(bytes);
    return this;
  }

  /** No alignment is promised: engines on today's processors do not use the hint. */
  memory(name: Instruction<"memory">, offset = 0): this {
    this.#opcode(instructions.memory[name]).code.unsigned(0).unsigned(offset);
    return this;
  }

  memoryLane(name: Instruction<"memoryLane">, offset: number, lane: number): this {
    this.#opcode(instructions.memoryLane[name]).code.unsigned(0).unsigned(offset).byte(lane);
    return this;
  }

  atomic(name: Instruction<"atomic">, offset = 0): this {
    this.#opcode(instructions.atomic[name]).code.unsigned(2).unsigned(offset);
    return this;
  }

  lane(name: Instruction<"lane">, lane: number): this {
    this.#opcode(instructions.lane[name]).code.byte(lane);
    return this;
  }

  memoryFill(): this {
    this.#opcode(instructions.fill["memory.fill"]).code.byte(0);
    return this;
  }

  /** Opens a block, loop or if; close it with `end`. */
  open(name: Instruction<"block">): Label {
    this.#opcode(instructions.block[name]).code.byte(0x40);
    return { depth: this.#depth++ };
  }

  end(): this {
    this.#depth--;
    return this.op("end");
  }

  branch(name: "br" | "br_if", label: Label): this {
    this.#opcode(instructions.index[name]).code.unsigned(this.#distance(label));
    return this;
  }

  branchTable(labels: readonly Label[], otherwise: Label): this {
    this.#opcode(instructions.labels.br_table).code.unsigned(labels.length);
    for (const label of [...labels, otherwise]) this.code.unsigned(this.#distance(label));
    return this;
  }

  /** The body as the code section holds it: declarations of locals, code, end. */
  body(): Bytes {
    const runs: { type: ValueTypeName; count: number }[] = [];
    for (const type of this.locals) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const body = new Bytes().unsigned(runs.length);
    for (const { type, count } of runs) body.unsigned(count).byte(valueTypes[type]);
    return body.append(this.code.data).byte(instructions.none.end);
  }

  #distance(label: Label): number {
    return this.#depth - 1 - label.depth;
  }

  #opcode(opcode: number): this {
    if (opcode < 0x100) this.code.byte(opcode);
    else this.code.byte(opcode >>> 16).unsigned(opcode & 0xffff);
    return this;
  }
}

/** The four bytes of a float, little-endian. */
export function bytesOfFloat(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}

/** The four bytes of a 32-bit integer, little-endian. */
export function bytesOfInt(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}
