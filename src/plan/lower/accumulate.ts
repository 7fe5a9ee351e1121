// How elements become one number: what reductions of all kinds share.
import type { Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import type { KernelWriter } from "../writer.ts";

/** Windows up to this size are written out, element by element, unless the target says otherwise. */
export const unrolledElements = 16;

export type Combine = "sum" | "max" | "min" | "prod";

/** Kind of the registers that collect elements of this value. */
export function kindOf({ dtype }: Node): "float" | "int" {
  return dtype === "float32" ? "float" : "int";
}

/** How two results of parts become one. */
export function joinOf(w: KernelWriter, combine: Combine): (a: Value, b: Value) => Value {
  const operation = ({ sum: "add", prod: "mul", max: "max", min: "min" } as const)[combine];
  return (a, b) => w.k.binary(operation, a, b);
}

/** Masks count as 0 and 1. */
export function numeric(w: KernelWriter, value: Value): Value {
  return value.type.kind === "mask" ? w.math.toInt(value) : value;
}

/** What leaves the others as they are: the result for no elements. */
export function identityOf(combine: Combine, kind: "float" | "int"): number {
  switch (combine) {
    case "sum":
      return 0;
    case "prod":
      return 1;
    case "max":
      return kind === "float" ? Number.NEGATIVE_INFINITY : -0x80000000;
    case "min":
      return kind === "float" ? Number.POSITIVE_INFINITY : 0x7fffffff;
    default:
      return combine satisfies never;
  }
}
