// Which WebAssembly instruction stands for which operation of the kernel language.
import type { BinaryOperation, Comparison, UnaryOperation } from "../../kernel/ir.ts";
import type { Instruction } from "./opcodes.ts";

type Plain = Instruction<"none">;

/** Scalar and vector instruction for each operation. */
export type Pair = readonly [scalar: Plain, vector: Plain];

export const floatUnary: Partial<Record<UnaryOperation, Pair>> = {
  neg: ["f32.neg", "f32x4.neg"],
  abs: ["f32.abs", "f32x4.abs"],
  sqrt: ["f32.sqrt", "f32x4.sqrt"],
  floor: ["f32.floor", "f32x4.floor"],
  ceil: ["f32.ceil", "f32x4.ceil"],
  trunc: ["f32.trunc", "f32x4.trunc"],
  round: ["f32.nearest", "f32x4.nearest"],
};
export const floatBinary: Partial<Record<BinaryOperation, Pair>> = {
  add: ["f32.add", "f32x4.add"],
  sub: ["f32.sub", "f32x4.sub"],
  mul: ["f32.mul", "f32x4.mul"],
  div: ["f32.div", "f32x4.div"],
  min: ["f32.min", "f32x4.min"],
  max: ["f32.max", "f32x4.max"],
};
export const intBinary: Partial<Record<BinaryOperation, Pair>> = {
  add: ["i32.add", "i32x4.add"],
  sub: ["i32.sub", "i32x4.sub"],
  mul: ["i32.mul", "i32x4.mul"],
  bitAnd: ["i32.and", "v128.and"],
  bitOr: ["i32.or", "v128.or"],
  bitXor: ["i32.xor", "v128.xor"],
};
export const maskBinary: Partial<Record<BinaryOperation, Pair>> = {
  and: ["i32.and", "v128.and"],
  or: ["i32.or", "v128.or"],
};
export const floatCompare: Record<Comparison, Pair> = {
  eq: ["f32.eq", "f32x4.eq"],
  ne: ["f32.ne", "f32x4.ne"],
  lt: ["f32.lt", "f32x4.lt"],
  le: ["f32.le", "f32x4.le"],
  gt: ["f32.gt", "f32x4.gt"],
  ge: ["f32.ge", "f32x4.ge"],
};
export const intCompare: Record<Comparison, Pair> = {
  eq: ["i32.eq", "i32x4.eq"],
  ne: ["i32.ne", "i32x4.ne"],
  lt: ["i32.lt_s", "i32x4.lt_s"],
  le: ["i32.le_s", "i32x4.le_s"],
  gt: ["i32.gt_s", "i32x4.gt_s"],
  ge: ["i32.ge_s", "i32x4.ge_s"],
};
