// Operators that C and WGSL write alike, between their operands.
import type { BinaryOperation, Comparison } from "../kernel/ir.ts";

export const operators: Readonly<
  Record<Exclude<BinaryOperation, "min" | "max"> | Comparison, string>
> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  bitAnd: "&",
  bitOr: "|",
  bitXor: "^",
  and: "&",
  or: "|",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};
