// Prints the values of the kernel language as WGSL expressions. Kernels are on scalars: what other machines do in lanes,
// this one does in invocations. Memory is words without a type, for all tensors lie in the same few buffers.
import type { Buffer, Index, IndexVariable, Local, Value, ValueType } from "../../kernel/ir.ts";
import { operands } from "../../kernel/walk.ts";
import { operators } from "../operators.ts";

/** How a kernel's registers and buffers are called in WGSL. */
export interface Names {
  readonly local: (local: Local) => string;
  readonly variable: (variable: IndexVariable) => string;
  /** An element's address as a u32: of its word, or of its byte for uint8. */
  readonly address: (buffer: Buffer, index: Index) => string;
  /** The word at an address, as a u32. */
  readonly word: (buffer: Buffer, address: string) => string;
}

const types = { float: "f32", int: "i32", mask: "bool" } as const;

/** The WGSL type of a value. */
export function wgslType({ kind, lanes }: ValueType): string {
  if (lanes !== 1) throw new Error("kernel: WGSL has no vectors of lanes");
  return types[kind];
}

/** A value as an expression that may be used as an operand. */
export function wgslValue(names: Names, value: Value): string {
  const type = wgslType(value.type);
  const parts = operands(value);
  // What follows from constants alone is computed by the compiler, which refuses what overflows: there is a function before it.
  const hide = parts.length > 0 && parts.every(({ op }) => op === "const");
  const at = (part: Value): string => {
    const text = wgslValue(names, part);
    return hide && part === parts[0] ? `as_is_${wgslType(part.type)}(${text})` : text;
  };
  switch (value.op) {
    case "const":
      return wgslConstant(value.value, value.type);
    case "local":
      return names.local(value.local);
    case "load":
      return wgslLoad(names, value.buffer, value.index);
    case "gather":
      return wgslLoad(names, value.buffer, value.indices[0] as Index);
    case "splat":
      return at(value.value);
    case "unary":
      return wgslUnary(value, at(value.a));
    case "binary": {
      const { operation } = value;
      if (operation === "min" || operation === "max") {
        const isFloat = value.type.kind === "float";
        return `${isFloat ? `${operation}_f32` : operation}(${at(value.a)}, ${at(value.b)})`;
      }
      return `(${at(value.a)} ${operators[operation]} ${at(value.b)})`;
    }
    case "shift": {
      const operator = value.direction === "left" ? "<<" : ">>";
      return `bitcast<i32>(bitcast<u32>(${at(value.a)}) ${operator} ${value.bits}u)`;
    }
    case "quotient":
      return `i32(u32(${at(value.a)}) / ${value.by}u)`;
    case "asRounded":
      return settled(at(value.a));
    case "fma":
      return `fma(${at(value.a)}, ${at(value.b)}, ${at(value.c)})`;
    case "compare":
      return wgslCompare(value, at(value.a), at(value.b));
    case "select":
      return `select(${wgslValue(names, value.b)}, ${wgslValue(names, value.a)}, ${at(value.mask)})`;
    case "convert":
      return wgslConvert(value.type, value.a.type, at(value.a));
    case "bits":
      return type === "f32" ? settled(at(value.a)) : `bitcast<${type}>(${at(value.a)})`;
    case "lane":
    case "total":
      return at(value.a);
    case "index":
      return `(${wgslIndex(names, value.index)})`;
    case "laneIndex":
      return "0i";
    case "shuffle":
      return at(value.order[0] === 0 ? value.a : value.b);
    default:
      return value satisfies never;
  }
}

/** An index as a sum of i32. */
export function wgslIndex(names: Names, { constant, terms }: Index): string {
  const parts = terms.map(({ variable, factor }) =>
    factor === 1 ? names.variable(variable) : `${names.variable(variable)} * ${wgslInt(factor)}`,
  );
  return constant === 0 && parts.length > 0
    ? parts.join(" + ")
    : [...parts, wgslInt(constant)].join(" + ");
}

/** Something's bits as a float. Compilers may rearrange sums, but not through a number that they do not know: a 0 handed to the kernel. */
function settled(a: string): string {
  return `bitcast<f32>(bitcast<u32>(${a}) ^ launch[0].w)`;
}

function wgslLoad(names: Names, buffer: Buffer, index: Index): string {
  const address = names.address(buffer, index);
  if (buffer.element === "uint8")
    return `byte_of(${names.word(buffer, `${address} >> 2u`)}, ${address})`;
  const word = names.word(buffer, address);
  return `bitcast<${buffer.element === "float32" ? "f32" : "i32"}>(${word})`;
}

function wgslInt(value: number): string {
  const int = value | 0;
  if (int === -2147483648) return "bitcast<i32>(0x80000000u)";
  return int < 0 ? `(${int}i)` : `${int}i`;
}

/**
 * NaN and infinity are no constants of WGSL: they are handed to the kernel. So is 0, for compilers take it that 0 · x and
 * 0 / x are 0 whatever x is.
 */
function wgslConstant(value: number, { kind }: ValueType): string {
  if (kind === "mask") return value === 0 ? "false" : "true";
  if (kind === "int") return wgslInt(value);
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return "bitcast<f32>(launch[0].y)";
  if (!Number.isFinite(rounded)) return `${rounded < 0 ? "(-" : "("}bitcast<f32>(launch[0].z))`;
  const magnitude = Math.abs(rounded);
  if (rounded === 0)
    return `bitcast<f32>(launch[0].w${Object.is(rounded, -0) ? " | 0x80000000u" : ""})`;
  if (magnitude < 2 ** -126)
    return `bitcast<f32>(${new Uint32Array(Float32Array.of(rounded).buffer)[0]}u)`;
  return rounded < 0 ? `(${rounded}f)` : `${rounded}f`;
}

function wgslUnary({ operation, type }: Value & { readonly op: "unary" }, a: string): string {
  if (operation === "not") return `!(${a})`;
  if (operation === "neg") return `(-(${a}))`;
  if (operation === "abs") return `abs(${a})`;
  if (type.kind !== "float") throw new Error(`kernel: ${operation} of ${type.kind}`);
  return operation === "sqrt" ? `sqrt_f32(${a})` : `${operation}(${a})`;
}

/** A number that differs from itself is NaN, and a compiler may assume that there is none. */
function wgslCompare(value: Value & { readonly op: "compare" }, a: string, b: string): string {
  const { comparison } = value;
  const isFloat = value.a.type.kind === "float";
  if (isFloat && a === b && comparison === "ne") return `is_nan(${a})`;
  if (isFloat && a === b && comparison === "eq") return `!is_nan(${a})`;
  if (isFloat && comparison === "ne") return `!(${a} == ${b})`;
  return `(${a} ${operators[comparison]} ${b})`;
}

function wgslConvert(to: ValueType, from: ValueType, a: string): string {
  switch (`${from.kind} to ${to.kind}`) {
    case "int to float":
    case "mask to float":
      return `f32(${a})`;
    case "float to int":
      return `int_of(${a})`;
    case "mask to int":
      return `i32(${a})`;
    case "int to mask":
      return `(${a} != 0i)`;
    case "float to mask":
      return `!(${a} == bitcast<f32>(launch[0].w))`;
    default:
      throw new Error(`kernel: conversion of ${from.kind} to ${to.kind}`);
  }
}
