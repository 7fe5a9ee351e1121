// Prints the values of the kernel language as C expressions. Vectors are of the compiler's own vector types, so
// operators work on them; what has no operator is a function of the preamble.
import type { Buffer, Index, IndexVariable, Local, Value, ValueType } from "../../kernel/ir.ts";
import { operators } from "../operators.ts";

/** How a kernel's registers are called in C. */
export interface Names {
  readonly local: (local: Local) => string;
  readonly variable: (variable: IndexVariable) => string;
  /** A pointer to what an index is without its constant part. */
  readonly pointer: (buffer: Buffer, index: Index) => string;
  /** Gives a register its name, before it is used. */
  readonly bind: (holder: Local | IndexVariable) => string;
}

/** The C type of a value. Scalar masks are 0 or 1, vector masks 0 or all ones. */
export function cType({ kind, lanes }: ValueType): string {
  if (lanes === 1) return kind === "float" ? "float" : "int";
  return kind === "float" ? `F${lanes}` : `I${lanes}`;
}

/** A value as an expression that may be used as an operand. */
export function cValue(names: Names, value: Value): string {
  const at = (part: Value): string => cValue(names, part);
  const { kind, lanes } = value.type;
  switch (value.op) {
    case "const":
      return cConstant(value.value, value.type);
    case "local":
      return names.local(value.local);
    case "load":
      return cLoad(names, value);
    case "gather": {
      const elements = value.indices.map((index) => cElement(names, value.buffer, index));
      return `((${cType(value.type)}){${elements.join(", ")}})`;
    }
    case "splat": {
      const scalar = kind === "mask" ? `-${at(value.value)}` : at(value.value);
      return `${kind === "float" ? "f" : "i"}splat${lanes}(${scalar})`;
    }
    case "unary":
      return cUnary(value, at(value.a));
    case "binary":
      if (value.operation === "min" || value.operation === "max") return cExtremum(names, value);
      return `(${at(value.a)} ${operators[value.operation]} ${at(value.b)})`;
    case "shift": {
      const unsigned = lanes === 1 ? "unsigned" : `U${lanes}`;
      const operator = value.direction === "left" ? "<<" : ">>";
      return `(${cType(value.type)})((${unsigned})${at(value.a)} ${operator} ${value.bits})`;
    }
    case "quotient":
      return `(int)((unsigned)${at(value.a)} / ${value.by}u)`;
    case "asRounded":
      return at(value.a);
    case "fma":
      return `fma${lanes}(${at(value.a)}, ${at(value.b)}, ${at(value.c)})`;
    case "compare":
      return `(${at(value.a)} ${operators[value.comparison]} ${at(value.b)})`;
    case "select":
      if (lanes === 1) return `(${at(value.mask)} ? ${at(value.a)} : ${at(value.b)})`;
      return `${kind === "float" ? "f" : "i"}select${lanes}(${at(value.mask)}, ${at(value.a)}, ${at(value.b)})`;
    case "convert":
      return cConvert(value.type, value.a.type, at(value.a));
    case "bits":
      if (lanes === 1) return `${kind === "float" ? "float1" : "bits1"}(${at(value.a)})`;
      return `(${cType(value.type)})${at(value.a)}`;
    case "lane": {
      const vector = cType(value.a.type);
      const lane =
        value.a.op === "local"
          ? `${at(value.a)}[${value.lane}]`
          : `({ ${vector} t = ${at(value.a)}; t[${value.lane}]; })`;
      return kind === "mask" ? `(${lane} & 1)` : lane;
    }
    case "shuffle":
      return `shuffle(I${lanes}, ${at(value.a)}, ${at(value.b)}, ${value.order.join(", ")})`;
    case "total":
      return `total${value.a.type.lanes}(${at(value.a)})`;
    case "index":
      return `(int)(${cIndex(names, value.index)})`;
    case "laneIndex":
      return `lanes${lanes}`;
    default:
      return value satisfies never;
  }
}

/** An index as a sum of longs. */
export function cIndex(names: Names, { constant, terms }: Index): string {
  const parts = terms.map(({ variable, factor }) =>
    factor === 1 ? names.variable(variable) : `${names.variable(variable)} * ${factor}`,
  );
  return constant === 0 && parts.length > 0 ? parts.join(" + ") : [...parts, constant].join(" + ");
}

/** An element of a buffer. */
export function cElement(names: Names, buffer: Buffer, index: Index): string {
  return `${names.pointer(buffer, index)}[${index.constant}]`;
}

/** The address of an element. */
export function cAddress(names: Names, buffer: Buffer, index: Index): string {
  const pointer = names.pointer(buffer, index);
  return index.constant === 0 ? pointer : `(${pointer} + ${index.constant})`;
}

function cConstant(value: number, type: ValueType): string {
  const { kind, lanes } = type;
  if (lanes > 1) {
    const scalar =
      kind === "mask" ? String(value === 0 ? 0 : -1) : cConstant(value, { kind, lanes: 1 });
    return `${kind === "float" ? "f" : "i"}splat${lanes}(${scalar})`;
  }
  if (kind !== "float") {
    const int = value | 0;
    return int === -2147483648 ? "(-2147483647 - 1)" : int < 0 ? `(${int})` : String(int);
  }
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return '__builtin_nanf("")';
  if (!Number.isFinite(rounded)) return `(${rounded < 0 ? "-" : ""}__builtin_inff())`;
  const digits = Object.is(rounded, -0) ? "-0" : String(rounded);
  const literal = /[.e]/.test(digits) ? `${digits}f` : `${digits}.0f`;
  return literal.startsWith("-") ? `(${literal})` : literal;
}

function cLoad(names: Names, load: Value & { readonly op: "load" }): string {
  const { lanes } = load.type;
  if (lanes === 1) return cElement(names, load.buffer, load.index);
  const at = cAddress(names, load.buffer, load.index);
  if (load.buffer.element === "uint8")
    return `__builtin_convertvector(*(const B${lanes}u *)${at}, I${lanes})`;
  return `*(const ${cType(load.type)}u *)${at}`;
}

function cUnary({ operation, type }: Value & { readonly op: "unary" }, a: string): string {
  const { kind, lanes } = type;
  if (operation === "not") return lanes === 1 ? `!${a}` : `~${a}`;
  if (operation === "neg") return `(-${a})`;
  if (operation === "abs") {
    if (kind === "int")
      return lanes === 1
        ? `__builtin_abs(${a})`
        : `({ I${lanes} t = ${a}; iselect${lanes}(t < 0, -t, t); })`;
    return lanes === 1 ? `__builtin_fabsf(${a})` : `(F${lanes})((I${lanes})${a} & 0x7fffffff)`;
  }
  if (kind !== "float") throw new Error(`kernel: ${operation} of ${kind}`);
  const scalar = operation === "round" ? "rint" : operation;
  return lanes === 1 ? `__builtin_${scalar}f(${a})` : `${operation}${lanes}(${a})`;
}

function cExtremum(names: Names, value: Value & { readonly op: "binary" }): string {
  const { operation, a, b } = value;
  const { kind, lanes } = value.type;
  const [left, right] = [cValue(names, a), cValue(names, b)];
  if (kind === "int") {
    if (lanes === 1) return `i${operation}1(${left}, ${right})`;
    const comparison = operation === "max" ? ">" : "<";
    return `({ I${lanes} s = ${left}, t = ${right}; iselect${lanes}(s ${comparison} t, s, t); })`;
  }
  if (kind !== "float") throw new Error(`kernel: ${operation} of masks`);
  const isNumber = (part: Value): boolean => part.op === "const" && !Number.isNaN(part.value);
  if (lanes > 1 && isNumber(b)) return `${operation}n${lanes}(${left}, ${right})`;
  if (lanes > 1 && isNumber(a)) return `${operation}n${lanes}(${right}, ${left})`;
  return `${operation}${lanes}(${left}, ${right})`;
}

function cConvert(to: ValueType, from: ValueType, a: string): string {
  const { lanes } = to;
  const isVector = lanes > 1;
  switch (`${from.kind} to ${to.kind}`) {
    case "int to float":
      return isVector ? `__builtin_convertvector(${a}, F${lanes})` : `(float)${a}`;
    case "float to int":
      return `int${lanes}(${a})`;
    case "mask to int":
      return isVector ? `(-${a})` : a;
    case "mask to float":
      return isVector ? `(F${lanes})(${a} & (I${lanes})fsplat${lanes}(1.0f))` : `(float)${a}`;
    case "int to mask":
      return `(${a} != 0)`;
    case "float to mask":
      return `(${a} != 0.0f)`;
    default:
      throw new Error(`kernel: conversion of ${from.kind} to ${to.kind}`);
  }
}
