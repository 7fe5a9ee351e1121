// The element types a tensor may have, and what each costs in memory.

/** Element type of a tensor: the names PyTorch uses. `bool` is stored as one byte, 0 or 1. */
export type Dtype = "float32" | "int32" | "uint8" | "bool";

/** Typed array that holds a tensor's elements outside the engine. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

export const dtypes: readonly Dtype[] = ["float32", "int32", "uint8", "bool"];

/** Bytes of one element. */
export function bytesPerElement(dtype: Dtype): number {
  return dtype === "float32" || dtype === "int32" ? 4 : 1;
}

/** A new typed array for `length` elements of this dtype, all zero. */
export function newTypedArray(dtype: Dtype, length: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "int32":
      return new Int32Array(length);
    case "uint8":
    case "bool":
      return new Uint8Array(length);
    default:
      return dtype satisfies never;
  }
}

const rank: Record<Dtype, number> = { bool: 0, uint8: 1, int32: 2, float32: 3 };

/** The dtype two operands meet in: bool < uint8 < int32 < float32, as in PyTorch. */
export function promote(a: Dtype, b: Dtype): Dtype {
  return rank[a] >= rank[b] ? a : b;
}
