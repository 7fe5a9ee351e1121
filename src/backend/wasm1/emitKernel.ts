// Kernel -> WebAssembly function (chunk, base address of each buffer). Statements and operands come
// out in the order in which they were written: the engine's compiler keeps that order too.
import type { Index, IndexVariable, Kernel, Local, Statement, Value, ValueType } from "../../kernel/ir.ts";
import { FunctionBody, type ValType } from "./assembler.ts";
import type { Opcode } from "./opcodes.ts";
import { type Pointer, Pointers } from "./pointers.ts";

export interface EmitOptions {
  /** f32x4.relaxed_madd may be used. */
  readonly relaxed: boolean;
}

export function emitKernel(kernel: Kernel, options: EmitOptions): FunctionBody {
  return new KernelEmitter(kernel, options).emit();
}

function valType({ kind, lanes }: ValueType): ValType {
  return lanes > 1 ? "v128" : kind === "float" ? "f32" : "i32";
}

class KernelEmitter {
  readonly #kernel: Kernel;
  readonly #relaxed: boolean;
  readonly #f: FunctionBody;
  readonly #pointers: Pointers;
  readonly #variables = new Map<IndexVariable, number>();
  readonly #locals = new Map<Local, number>();
  /** Vector constants live in locals: the engine would build them anew at each use. */
  readonly #constants = new Map<string, { local: number; lanes: Float32Array | Int32Array }>();
  readonly #scratch: [number, number];

  constructor(kernel: Kernel, { relaxed }: EmitOptions) {
    this.#kernel = kernel;
    this.#relaxed = relaxed;
    this.#f = new FunctionBody(["i32", ...kernel.buffers.map(() => "i32" as const)]);
    this.#variables.set(kernel.chunk, 0);
    const base = new Map(kernel.buffers.map((buffer, i) => [buffer.id, i + 1]));
    this.#pointers = new Pointers(kernel, (buffer) => base.get(buffer.id) as number, () => this.#f.local("i32"));
    this.#scratch = [this.#f.local("i32"), this.#f.local("i32")];
  }

  emit(): FunctionBody {
    this.#collectConstants(this.#kernel.body);
    for (const { local, lanes } of this.#constants.values()) this.#f.v128(lanes).set(local);
    this.#place(this.#kernel.chunk, null);
    this.#block(this.#kernel.body);
    return this.#f;
  }

  // statements

  #block(statements: readonly Statement[]): void {
    for (const s of statements) this.#statement(s);
  }

  #statement(s: Statement): void {
    switch (s.op) {
      case "let": {
        const local = this.#f.local(valType(s.local.type));
        this.#locals.set(s.local, local);
        this.#value(s.value);
        this.#f.set(local);
        break;
      }
      case "set":
        this.#value(s.value);
        this.#f.set(this.#local(s.local));
        break;
      case "store":
        this.#store(s);
        break;
      case "letIndex": {
        const local = this.#f.local("i32");
        this.#variables.set(s.variable, local);
        this.#value(s.value);
        this.#f.set(local);
        this.#place(s.variable, null);
        break;
      }
      case "if":
        this.#value(s.condition);
        this.#f.open("if");
        this.#block(s.body);
        this.#f.op("end");
        break;
      case "for":
        this.#for(s);
        break;
      default:
        s satisfies never;
    }
  }

  #for({ variable, from, to, limit, step, body }: Extract<Statement, { op: "for" }>): void {
    const f = this.#f;
    const counter = f.local("i32");
    this.#variables.set(variable, counter);
    this.#index(from);
    f.set(counter);
    const known = to.terms.length === 0 ? Math.min(to.constant, limit ?? Number.POSITIVE_INFINITY) : null;
    const end = known === null ? f.local("i32") : -1;
    if (known === null) {
      this.#index(to);
      if (limit !== undefined) {
        f.tee(end).i32(limit).get(end).i32(limit).op("i32.lt_s").op("select");
      }
      f.set(end);
    }
    const pushEnd = (): FunctionBody => (known === null ? f.get(end) : f.i32(known));
    const surelyRuns = known !== null && from.terms.length === 0 && from.constant < known;
    if (!surelyRuns) {
      f.open("block").get(counter);
      pushEnd().op("i32.ge_s").branch("br_if", 0);
    }
    this.#place(variable, from);
    f.open("loop");
    this.#block(body);
    for (const { local, stride } of this.#pointers.movedBy(variable)) f.get(local).i32(stride * step).op("i32.add").set(local);
    f.get(counter).i32(step).op("i32.add").tee(counter);
    pushEnd().op("i32.lt_s").branch("br_if", 0).op("end");
    if (!surelyRuns) f.op("end");
  }

  /** Sets the pointers that move with a variable to where its present value leads. */
  #place(variable: IndexVariable, start: Index | null): void {
    for (const pointer of this.#pointers.movedBy(variable)) this.#placePointer(pointer, start);
  }

  #placePointer({ local, parent, variable, stride, bias, base }: Pointer, start: Index | null): void {
    const f = this.#f;
    f.get(parent?.local ?? base);
    if (start !== null && start.terms.length === 0) {
      const bytes = start.constant * stride + bias;
      if (bytes !== 0) f.i32(bytes).op("i32.add");
    } else {
      f.get(this.#variable(variable)).i32(stride).op("i32.mul").op("i32.add");
      if (bias !== 0) f.i32(bias).op("i32.add");
    }
    f.set(local);
  }

  #store({ buffer, index, value }: Extract<Statement, { op: "store" }>): void {
    const f = this.#f;
    const { local, offset } = this.#pointers.address(buffer, index);
    f.get(local);
    this.#value(value);
    const { kind, lanes } = value.type;
    if (lanes === 1) {
      if (buffer.element === "uint8") f.memory("i32.store8", offset, 0);
      else f.memory(kind === "float" ? "f32.store" : "i32.store", offset, 2);
      return;
    }
    if (kind === "mask") this.#constant(1, "int").op("v128.and");
    if (buffer.element !== "uint8") {
      f.memory("v128.store", offset, 2);
      return;
    }
    // The low bytes of the four lanes, side by side.
    const vector = f.local("v128");
    f.tee(vector).get(vector).op("i8x16.shuffle");
    for (let i = 0; i < 16; i++) f.immediate((i % 4) * 4);
    f.memory("v128.store32_lane", offset, 0).immediate(0);
  }

  // values

  #value(v: Value): void {
    const f = this.#f;
    const vector = v.type.lanes > 1;
    switch (v.op) {
      case "const":
        if (vector) this.#constant(v.value, v.type.kind);
        else if (v.type.kind === "float") f.f32(v.value);
        else f.i32(v.value);
        break;
      case "local":
        f.get(this.#local(v.local));
        break;
      case "load":
        this.#load(v);
        break;
      case "gather":
        this.#gather(v);
        break;
      case "splat":
        this.#splat(v.value);
        break;
      case "unary":
        this.#value(v.a);
        f.op(unaryOp(v.operation, v.type));
        break;
      case "binary":
        this.#binary(v);
        break;
      case "shift":
        this.#value(v.a);
        f.i32(v.bits).op(vector ? (v.direction === "left" ? "i32x4.shl" : "i32x4.shr_u") : v.direction === "left" ? "i32.shl" : "i32.shr_u");
        break;
      case "fma":
        this.#fma(v);
        break;
      case "compare":
        this.#value(v.a);
        this.#value(v.b);
        f.op(compareOp(v.comparison, v.a.type));
        break;
      case "select":
        this.#value(v.a);
        this.#value(v.b);
        this.#value(v.mask);
        f.op(vector ? "v128.bitselect" : "select");
        break;
      case "convert":
        this.#convert(v.a, v.type);
        break;
      case "bits":
        this.#value(v.a);
        if (!vector) f.op(v.type.kind === "float" ? "f32.reinterpret_i32" : "i32.reinterpret_f32");
        break;
      case "lane":
        this.#value(v.a);
        f.op(v.type.kind === "float" ? "f32x4.extract_lane" : "i32x4.extract_lane").immediate(v.lane);
        if (v.type.kind === "mask") f.i32(1).op("i32.and");
        break;
      case "index":
        this.#index(v.index);
        break;
      case "laneIndex":
        f.get(this.#vectorConstant("lanes", Int32Array.of(0, 1, 2, 3)));
        break;
      default:
        v satisfies never;
    }
  }

  #load({ buffer, index, type }: Extract<Value, { op: "load" }>): void {
    const { local, offset } = this.#pointers.address(buffer, index);
    this.#f.get(local);
    if (type.lanes === 1) {
      if (buffer.element === "uint8") this.#f.memory("i32.load8_u", offset, 0);
      else this.#f.memory(buffer.element === "float32" ? "f32.load" : "i32.load", offset, 2);
    } else if (buffer.element === "uint8") {
      this.#f.memory("v128.load32_zero", offset, 0).op("i16x8.extend_low_i8x16_u").op("i32x4.extend_low_i16x8_u");
    } else this.#f.memory("v128.load", offset, 2);
  }

  #gather({ buffer, indices }: Extract<Value, { op: "gather" }>): void {
    const f = this.#f;
    if (buffer.element === "uint8") {
      indices.forEach((index, lane) => {
        const { local, offset } = this.#pointers.address(buffer, index);
        f.get(local).memory("i32.load8_u", offset, 0);
        if (lane === 0) f.op("i32x4.splat");
        else f.op("i32x4.replace_lane").immediate(lane);
      });
      return;
    }
    const vector = f.local("v128");
    indices.forEach((index, lane) => {
      const { local, offset } = this.#pointers.address(buffer, index);
      f.get(local);
      if (lane === 0) f.memory("v128.load32_zero", offset, 2);
      else f.get(vector).memory("v128.load32_lane", offset, 2).immediate(lane);
      if (lane < indices.length - 1) f.set(vector);
    });
  }

  #splat(value: Value): void {
    const f = this.#f;
    if (value.op === "load" && value.buffer.element !== "uint8") {
      const { local, offset } = this.#pointers.address(value.buffer, value.index);
      f.get(local).memory("v128.load32_splat", offset, 2);
      return;
    }
    if (value.type.kind === "mask") {
      f.i32(0);
      this.#value(value);
      f.op("i32.sub").op("i32x4.splat");
      return;
    }
    this.#value(value);
    f.op(value.type.kind === "float" ? "f32x4.splat" : "i32x4.splat");
  }

  #binary({ operation, a, b, type }: Extract<Value, { op: "binary" }>): void {
    const f = this.#f;
    this.#value(a);
    if (type.kind === "int" && type.lanes === 1 && (operation === "min" || operation === "max")) {
      const [left, right] = this.#scratch;
      // The operands may use the scratch locals themselves: both are on the stack before either is set.
      this.#value(b);
      f.set(right).set(left).get(left).get(right).get(left).get(right);
      f.op(operation === "min" ? "i32.lt_s" : "i32.gt_s").op("select");
      return;
    }
    this.#value(b);
    f.op(binaryOp(operation, type));
  }

  #fma({ a, b, c, type }: Extract<Value, { op: "fma" }>): void {
    const f = this.#f;
    const vector = type.lanes > 1;
    this.#value(a);
    this.#value(b);
    if (vector && this.#relaxed) {
      this.#value(c);
      f.op("f32x4.relaxed_madd");
      return;
    }
    f.op(vector ? "f32x4.mul" : "f32.mul");
    this.#value(c);
    f.op(vector ? "f32x4.add" : "f32.add");
  }

  #convert(a: Value, to: ValueType): void {
    const f = this.#f;
    const vector = to.lanes > 1;
    this.#value(a);
    if (to.kind === "float") f.op(vector ? "f32x4.convert_i32x4_s" : "f32.convert_i32_s");
    else if (a.type.kind === "float") f.op(vector ? "i32x4.trunc_sat_f32x4_s" : "i32.trunc_sat_f32_s");
    else if (vector && a.type.kind === "mask") f.op("i32x4.neg");
  }

  /** An index as an i32 on the stack. */
  #index({ constant, terms }: Index): void {
    const f = this.#f;
    terms.forEach(({ variable, factor }, i) => {
      f.get(this.#variable(variable));
      if (factor !== 1) f.i32(factor).op("i32.mul");
      if (i > 0) f.op("i32.add");
    });
    if (terms.length === 0) f.i32(constant);
    else if (constant !== 0) f.i32(constant).op("i32.add");
  }

  #constant(value: number, kind: ValueType["kind"]): FunctionBody {
    return this.#f.get(this.#vectorConstant(`${kind}${Object.is(value, -0) ? "-0" : value}`, constantLanes(value, kind)));
  }

  #vectorConstant(key: string, lanes: Float32Array | Int32Array): number {
    let known = this.#constants.get(key);
    if (known === undefined) {
      known = { local: this.#f.local("v128"), lanes };
      this.#constants.set(key, known);
    }
    return known.local;
  }

  /** Finds the vector constants that the body will ask for. */
  #collectConstants(statements: readonly Statement[]): void {
    const visit = (v: Value): void => {
      if (v.type.lanes > 1 && v.op === "const") this.#vectorConstant(`${v.type.kind}${Object.is(v.value, -0) ? "-0" : v.value}`, constantLanes(v.value, v.type.kind));
      if (v.op === "laneIndex") this.#vectorConstant("lanes", Int32Array.of(0, 1, 2, 3));
      for (const child of childrenOf(v)) visit(child);
    };
    for (const s of statements) {
      if (s.op === "for") this.#collectConstants(s.body);
      else if (s.op === "if") {
        visit(s.condition);
        this.#collectConstants(s.body);
      } else {
        visit(s.value);
        if (s.op === "store" && s.value.type.kind === "mask" && s.value.type.lanes > 1) this.#vectorConstant("int1", constantLanes(1, "int"));
      }
    }
  }

  #local(local: Local): number {
    const index = this.#locals.get(local);
    if (index === undefined) throw new Error(`wasm: ${this.#kernel.name} uses a register before it is set`);
    return index;
  }

  #variable(variable: IndexVariable): number {
    const index = this.#variables.get(variable);
    if (index === undefined) throw new Error(`wasm: ${this.#kernel.name} uses ${variable.name} outside its loop`);
    return index;
  }
}

function constantLanes(value: number, kind: ValueType["kind"]): Float32Array | Int32Array {
  if (kind === "float") return new Float32Array(4).fill(value);
  return new Int32Array(4).fill(kind === "mask" ? -Number(Boolean(value)) : value);
}

function childrenOf(v: Value): readonly Value[] {
  switch (v.op) {
    case "splat":
      return [v.value];
    case "unary":
    case "shift":
    case "convert":
    case "bits":
    case "lane":
      return [v.a];
    case "binary":
    case "compare":
      return [v.a, v.b];
    case "fma":
      return [v.a, v.b, v.c];
    case "select":
      return [v.mask, v.a, v.b];
    default:
      return [];
  }
}

function unaryOp(operation: string, { kind, lanes }: ValueType): Opcode {
  if (operation === "not") return lanes > 1 ? "v128.not" : "i32.eqz";
  if (kind !== "float") throw new Error(`wasm: ${operation} of ${kind}`);
  const name = operation === "round" ? "nearest" : operation;
  return `${lanes > 1 ? "f32x4" : "f32"}.${name}` as Opcode;
}

const bitwise: Readonly<Record<string, string>> = { bitAnd: "and", bitOr: "or", bitXor: "xor", and: "and", or: "or" };

function binaryOp(operation: string, { kind, lanes }: ValueType): Opcode {
  const bits = bitwise[operation];
  if (bits !== undefined) return `${lanes > 1 ? "v128" : "i32"}.${bits}` as Opcode;
  if (kind === "float") return `${lanes > 1 ? "f32x4" : "f32"}.${operation}` as Opcode;
  const signed = operation === "min" || operation === "max" ? "_s" : "";
  return `${lanes > 1 ? "i32x4" : "i32"}.${operation}${signed}` as Opcode;
}

function compareOp(comparison: string, { kind, lanes }: ValueType): Opcode {
  if (kind === "float") return `${lanes > 1 ? "f32x4" : "f32"}.${comparison}` as Opcode;
  const signed = comparison === "eq" || comparison === "ne" ? "" : "_s";
  return `${lanes > 1 ? "i32x4" : "i32"}.${comparison}${signed}` as Opcode;
}
