// Prints the values of the kernel language as WebAssembly: each leaves one scalar or vector on the
// stack. Operands are evaluated in the order in which the kernel names them.
import type { Index, Value } from "../../kernel/ir.ts";
import type { Access } from "../../kernel/walk.ts";
import {
  constantOf,
  type KernelState,
  laneIndexBytes,
  splatBytes,
  wasmType,
} from "./kernelState.ts";
import {
  floatBinary,
  floatCompare,
  floatUnary,
  intBinary,
  intCompare,
  maskBinary,
  type Pair,
} from "./operations.ts";
import { isPlain } from "./pointers.ts";

/** Leaves a value on the stack. */
export function emitValue(state: KernelState, value: Value): void {
  const { f } = state;
  const { kind, lanes } = value.type;
  const isVector = lanes > 1;
  const pick = (pair: Pair | undefined, what: string): void => {
    if (pair === undefined) throw state.unsupported(`${what} of ${kind}`);
    f.op(pair[isVector ? 1 : 0]);
  };
  switch (value.op) {
    case "const":
      if (isVector) state.vectorConstant(splatBytes(value.value, kind));
      else if (kind === "float") f.f32(value.value);
      else f.i32(value.value);
      return;
    case "local":
      f.get(state.register(value.local));
      return;
    case "load":
      return emitLoad(state, value, isVector);
    case "gather":
      return emitGather(state, value);
    case "splat":
      return emitSplat(state, value.value);
    case "unary":
      if (kind === "int" && value.operation === "abs") return emitIntAbs(state, value.a);
      if (kind === "int" && value.operation === "neg") return emitIntNeg(state, value.a);
      emitValue(state, value.a);
      if (kind === "mask" && value.operation === "not") return pick(["i32.eqz", "v128.not"], "not");
      return pick(kind === "float" ? floatUnary[value.operation] : undefined, value.operation);
    case "binary":
      if (value.operation === "min" || value.operation === "max") {
        return emitExtremum(state, value.operation, value.a, value.b);
      }
      emitValue(state, value.a);
      emitValue(state, value.b);
      return pick(
        { float: floatBinary, int: intBinary, mask: maskBinary }[kind][value.operation],
        value.operation,
      );
    case "shift":
      emitValue(state, value.a);
      f.i32(value.bits);
      return pick(
        value.direction === "left" ? ["i32.shl", "i32x4.shl"] : ["i32.shr_u", "i32x4.shr_u"],
        "shift",
      );
    case "quotient":
      emitValue(state, value.a);
      f.i32(value.by).op("i32.div_u");
      return;
    case "asRounded":
      return emitValue(state, value.a);
    case "fma":
      emitValue(state, value.a);
      emitValue(state, value.b);
      if (isVector && state.relaxed) {
        emitValue(state, value.c);
        f.op("f32x4.relaxed_madd");
      } else {
        pick(floatBinary.mul, "fma");
        emitValue(state, value.c);
        pick(floatBinary.add, "fma");
      }
      return;
    case "compare":
      emitValue(state, value.a);
      emitValue(state, value.b);
      return pick(
        (value.a.type.kind === "float" ? floatCompare : intCompare)[value.comparison],
        value.comparison,
      );
    case "select":
      emitValue(state, value.a);
      emitValue(state, value.b);
      emitValue(state, value.mask);
      // Masks are all ones or all zeros, for which the relaxed form is exact, in one instruction.
      if (!isVector) f.op("select");
      else f.op(state.relaxed ? "i32x4.relaxed_laneselect" : "v128.bitselect");
      return;
    case "convert":
      return emitConvert(state, value, value.a);
    case "bits":
      emitValue(state, value.a);
      if (!isVector) f.op(kind === "float" ? "f32.reinterpret_i32" : "i32.reinterpret_f32");
      return;
    case "lane":
      emitValue(state, value.a);
      f.lane(kind === "float" ? "f32x4.extract_lane" : "i32x4.extract_lane", value.lane);
      if (kind === "mask") f.i32(1).op("i32.and");
      return;
    case "shuffle": {
      emitValue(state, value.a);
      emitValue(state, value.b);
      const bytes = value.order.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
      f.bytes16("i8x16.shuffle", Uint8Array.from(bytes));
      return;
    }
    case "total":
      return emitTotal(state, value.a);
    case "index":
      return emitIndex(state, value.index);
    case "laneIndex":
      return state.vectorConstant(laneIndexBytes);
    default:
      value satisfies never;
  }
}

/** Leaves an index on the stack, as a number. */
export function emitIndex(state: KernelState, index: Index): void {
  const { f } = state;
  const [term] = index.terms;
  if (term === undefined) {
    f.i32(index.constant);
    return;
  }
  const place = isPlain(index) ? null : state.pointers.find({ buffer: null, index });
  f.get(state.register(place?.pointer ?? term.variable));
  const offset = place?.offset ?? index.constant;
  if (offset !== 0) f.i32(offset).op("i32.add");
}

/** Leaves the pointer of an access on the stack; the element is `offset` bytes after it. */
export function emitPointer(state: KernelState, access: Access): number {
  const { pointer, offset } = state.pointers.find(access);
  if (pointer === null && access.buffer === null)
    throw state.unsupported("a number has no address");
  state.f.get(state.register(pointer ?? (access.buffer as NonNullable<Access["buffer"]>)));
  return offset;
}

function emitLoad(
  state: KernelState,
  load: Value & { readonly op: "load" },
  isVector: boolean,
): void {
  const { f } = state;
  const { element } = load.buffer;
  const offset = emitPointer(state, load);
  if (!isVector) {
    f.memory(
      { float32: "f32.load", int32: "i32.load", uint8: "i32.load8_u" }[element] as "f32.load",
      offset,
    );
  } else if (element === "uint8") {
    f.memory("v128.load32_zero", offset);
    f.op("i16x8.extend_low_i8x16_u").op("i32x4.extend_low_i16x8_u");
  } else f.memory("v128.load", offset);
}

/** The first lane starts a vector of zeros; the others are put in one by one. */
function emitGather(
  state: KernelState,
  { buffer, indices }: Value & { readonly op: "gather" },
): void {
  const { f } = state;
  if (indices.length !== 4) throw state.unsupported(`gather of ${indices.length} lanes`);
  const isByte = buffer.element === "uint8";
  state.temporary("v128", (vector) => {
    if (isByte) f.bytes16("v128.const", new Uint8Array(16)).set(vector);
    indices.forEach((index, lane) => {
      const offset = emitPointer(state, { buffer, index });
      if (isByte) f.get(vector).memoryLane("v128.load8_lane", offset, lane * 4);
      else if (lane === 0) f.memory("v128.load32_zero", offset);
      else f.get(vector).memoryLane("v128.load32_lane", offset, lane);
      if (lane < 3) f.set(vector);
    });
  });
}

function emitSplat(state: KernelState, scalar: Value): void {
  const { f } = state;
  if (scalar.op === "load" && scalar.buffer.element !== "uint8") {
    f.memory("v128.load32_splat", emitPointer(state, scalar));
  } else if (scalar.type.kind === "mask") {
    // 0 or 1 becomes all zeros or all ones.
    f.i32(0);
    emitValue(state, scalar);
    f.op("i32.sub").op("i32x4.splat");
  } else {
    emitValue(state, scalar);
    f.op(scalar.type.kind === "float" ? "f32x4.splat" : "i32x4.splat");
  }
}

function emitExtremum(state: KernelState, operation: "min" | "max", a: Value, b: Value): void {
  const { f } = state;
  const { kind, lanes } = a.type;
  if (kind === "mask") throw state.unsupported(`${operation} of masks`);
  // pmin and pmax take one instruction where min and max take six or more. They give their first
  // operand back if it is NaN, so with a number as the second they propagate NaN as well.
  const isNumber = (value: Value): boolean => value.op === "const" && !Number.isNaN(value.value);
  if (kind === "float" && lanes > 1 && (isNumber(a) || isNumber(b))) {
    emitValue(state, isNumber(b) ? a : b);
    emitValue(state, isNumber(b) ? b : a);
    f.op(`f32x4.p${operation}`);
    return;
  }
  if (kind === "float" && lanes > 1) {
    // In both orders: one of them gives a NaN back, and the bits of NaN or a number are NaN. Three instructions; of two
    // zeros of different sign it takes the negative one.
    state.temporary("v128", (right) => {
      state.temporary("v128", (left) => {
        emitValue(state, a);
        f.set(left);
        emitValue(state, b);
        f.set(right);
        f.get(left).get(right).op(`f32x4.p${operation}`);
        f.get(right).get(left).op(`f32x4.p${operation}`).op("v128.or");
      });
    });
    return;
  }
  emitValue(state, a);
  emitValue(state, b);
  if (kind === "float") f.op(`f32.${operation}`);
  else if (lanes > 1) f.op(`i32x4.${operation}_s`);
  else {
    state.temporary("i32", (right) => {
      state.temporary("i32", (left) => {
        f.set(right).tee(left).get(right).get(left).get(right);
        f.op(operation === "min" ? "i32.lt_s" : "i32.gt_s").op("select");
      });
    });
  }
}

/** (0 + 2) + (1 + 3): the upper half comes down, is added, and once more. */
function emitTotal(state: KernelState, a: Value): void {
  const { f } = state;
  emitValue(state, a);
  state.temporary("v128", (vector) => {
    for (const half of [8, 4]) {
      const lanes = Uint8Array.from({ length: 16 }, (_, i) => (i + half) % 16);
      f.tee(vector).get(vector).get(vector).bytes16("i8x16.shuffle", lanes).op("f32x4.add");
    }
  });
  f.lane("f32x4.extract_lane", 0);
}

function emitIntNeg(state: KernelState, a: Value): void {
  const { f } = state;
  if (a.type.lanes === 1) f.i32(0);
  emitValue(state, a);
  f.op(a.type.lanes > 1 ? "i32x4.neg" : "i32.sub");
}

/** |a| = (a xor s) − s, with s = a >> 31. */
function emitIntAbs(state: KernelState, a: Value): void {
  const { f } = state;
  emitValue(state, a);
  if (a.type.lanes > 1) {
    f.op("i32x4.abs");
    return;
  }
  state.temporary("i32", (x) => {
    f.tee(x).get(x).i32(31).op("i32.shr_s").op("i32.xor");
    f.get(x).i32(31).op("i32.shr_s").op("i32.sub");
  });
}

function emitConvert(state: KernelState, value: Value, a: Value): void {
  const { f } = state;
  const isVector = wasmType(a.type) === "v128";
  emitValue(state, a);
  const conversion = `${a.type.kind} to ${value.type.kind}`;
  switch (conversion) {
    case "int to float":
      f.op(isVector ? "f32x4.convert_i32x4_s" : "f32.convert_i32_s");
      return;
    case "float to int":
      f.op(isVector ? "i32x4.trunc_sat_f32x4_s" : "i32.trunc_sat_f32_s");
      return;
    case "mask to int":
      if (isVector) f.op("i32x4.neg");
      return;
    case "mask to float":
      if (isVector) {
        state.vectorConstant(constantOf(value) as Uint8Array);
        f.op("v128.and");
      } else f.op("f32.convert_i32_s");
      return;
    case "int to mask":
      if (isVector) f.bytes16("v128.const", new Uint8Array(16)).op("i32x4.ne");
      else f.i32(0).op("i32.ne");
      return;
    case "float to mask":
      if (isVector) f.bytes16("v128.const", new Uint8Array(16)).op("f32x4.ne");
      else f.f32(0).op("f32.ne");
      return;
    default:
      throw state.unsupported(`conversion of ${conversion}`);
  }
}
