// Writes WebAssembly modules in their binary form.
import { type Opcode, opcodes } from "./opcodes.ts";

export type ValType = "i32" | "f32" | "v128";

const valTypes: Readonly<Record<ValType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** A growing array of bytes. */
class Bytes {
  #data = new Uint8Array(256);
  #length = 0;

  byte(value: number): this {
    if (this.#length === this.#data.length) this.#grow(1);
    this.#data[this.#length++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    if (this.#length + values.length > this.#data.length) this.#grow(values.length);
    this.#data.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  /** LEB128, unsigned. */
  unsigned(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(rest);
  }

  /** LEB128, signed, 32 bits. */
  signed(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
      this.byte(done ? low : low | 0x80);
      if (done) return this;
    }
  }

  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.unsigned(encoded.length).bytes(encoded);
  }

  get view(): Uint8Array {
    return this.#data.subarray(0, this.#length);
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#data.length * 2, this.#length + more));
    larger.set(this.#data);
    this.#data = larger;
  }
}

/** The body of one function under construction: its locals and instructions. */
export class FunctionBody {
  readonly params: readonly ValType[];
  readonly #code = new Bytes();
  readonly #locals: ValType[] = [];

  constructor(params: readonly ValType[]) {
    this.params = params;
  }

  /** A new local; its index. */
  local(type: ValType): number {
    this.#locals.push(type);
    return this.params.length + this.#locals.length - 1;
  }

  op(name: Opcode): this {
    const code = opcodes[name];
    if (typeof code === "number") this.#code.byte(code);
    else this.#code.byte(code[0]).unsigned(code[1]);
    return this;
  }

  get(local: number): this {
    this.op("local.get").#code.unsigned(local);
    return this;
  }

  set(local: number): this {
    this.op("local.set").#code.unsigned(local);
    return this;
  }

  tee(local: number): this {
    this.op("local.tee").#code.unsigned(local);
    return this;
  }

  i32(value: number): this {
    this.op("i32.const").#code.signed(value);
    return this;
  }

  f32(value: number): this {
    this.op("f32.const").#code.bytes(new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  v128(lanes: Float32Array | Int32Array): this {
    this.op("v128.const").#code.bytes(new Uint8Array(lanes.buffer, lanes.byteOffset, 16));
    return this;
  }

  /** A load or store; the address is on the stack. `align` is log2 of what may be assumed. */
  memory(name: Opcode, offset: number, align: number): this {
    this.op(name).#code.unsigned(align).unsigned(offset);
    return this;
  }

  /** An immediate byte: a lane, a shuffle index. */
  immediate(value: number): this {
    this.#code.byte(value);
    return this;
  }

  /** block, loop or if without a result. */
  open(name: "block" | "loop" | "if"): this {
    this.op(name).#code.byte(0x40);
    return this;
  }

  branch(name: "br" | "br_if", depth: number): this {
    this.op(name).#code.unsigned(depth);
    return this;
  }

  call(index: number): this {
    this.op("call").#code.unsigned(index);
    return this;
  }

  /** −1 as an i64: no time limit. */
  forever(): this {
    this.op("i64.const").#code.byte(0x7f);
    return this;
  }

  encode(): Uint8Array {
    const runs: { type: ValType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const body = new Bytes().unsigned(runs.length);
    for (const { type, count } of runs) body.unsigned(count).byte(valTypes[type]);
    body.bytes(this.#code.view).byte(opcodes.end);
    return new Bytes().unsigned(body.view.length).bytes(body.view).view;
  }
}

/** A module that imports one memory (`env.memory`) and exports functions by name. */
export class ModuleBuilder {
  readonly #functions: FunctionBody[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  readonly #shared: boolean;

  constructor(shared: boolean) {
    this.#shared = shared;
  }

  /** Adds a function without results; its index. */
  add(body: FunctionBody, exportName?: string): number {
    const index = this.#functions.push(body) - 1;
    if (exportName !== undefined) this.#exports.push({ name: exportName, index });
    return index;
  }

  encode(): Uint8Array {
    const types = new Map<string, number>();
    for (const { params } of this.#functions) if (!types.has(params.join())) types.set(params.join(), types.size);
    const module = new Bytes().bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, write: (bytes: Bytes) => void): void => {
      const content = new Bytes();
      write(content);
      module.byte(id).unsigned(content.view.length).bytes(content.view);
    };
    section(1, (bytes) => {
      bytes.unsigned(types.size);
      for (const key of types.keys()) {
        const params = key === "" ? [] : (key.split(",") as ValType[]);
        bytes.byte(0x60).unsigned(params.length).bytes(params.map((type) => valTypes[type])).unsigned(0);
      }
    });
    section(2, (bytes) => {
      bytes.unsigned(1).name("env").name("memory").byte(2);
      if (this.#shared) bytes.byte(3).unsigned(1).unsigned(65536);
      else bytes.byte(1).unsigned(1).unsigned(65536);
    });
    section(3, (bytes) => {
      bytes.unsigned(this.#functions.length);
      for (const { params } of this.#functions) bytes.unsigned(types.get(params.join()) as number);
    });
    section(7, (bytes) => {
      bytes.unsigned(this.#exports.length);
      for (const { name, index } of this.#exports) bytes.name(name).byte(0).unsigned(index);
    });
    section(10, (bytes) => {
      bytes.unsigned(this.#functions.length);
      for (const body of this.#functions) bytes.bytes(body.encode());
    });
    return module.view;
  }
}
