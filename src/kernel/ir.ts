// The kernel language: loops with affine indices over named registers, in an order that emitters keep.
// It knows nothing of WebAssembly, C or WGSL; each backend prints it in its own tongue.
//
// A kernel is a function of one integer, the chunk, and of its buffers. Chunks are independent of each
// other, so any thread may run any of them and the result has the same bits.
import type { KernelOrigin, TemporaryUse } from "../tensor/origin.ts";

/** What a register holds in each lane. A mask lane is true or false. */
export type Kind = "float" | "int" | "mask";

/** Element type of a buffer in memory; `uint8` is read and written as an int (bool as 0 or 1). */
export type ElementType = "float32" | "int32" | "uint8";

/** `lanes` is 1 for a scalar, or the width of the machine's vectors. */
export interface ValueType {
  readonly kind: Kind;
  readonly lanes: number;
}

/** A memory area that the kernel is handed at run time. Every buffer starts at a multiple of 64 bytes. */
export interface Buffer {
  readonly id: number;
  readonly name: string;
  readonly element: ElementType;
}

/** An integer register usable in indices: the chunk, a loop variable, or one loaded from memory. */
export interface IndexVariable {
  readonly id: number;
  readonly name: string;
}

/** constant + Σ factor · variable, in elements. Terms are sorted by variable id; no factor is 0. */
export interface Index {
  readonly constant: number;
  readonly terms: readonly { readonly variable: IndexVariable; readonly factor: number }[];
}

/** A register. Assigned by `let` once, and again by `set`. */
export interface Local {
  readonly id: number;
  readonly type: ValueType;
}

export type UnaryOperation = "neg" | "abs" | "sqrt" | "floor" | "ceil" | "trunc" | "round" | "not";
export type BinaryOperation =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max" // float; int: all but div, signed
  | "bitAnd"
  | "bitOr"
  | "bitXor" // int
  | "and"
  | "or"; // mask
export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge"; // float, or int signed

/** An expression tree. Evaluated left to right; a value used twice must be bound to a local. */
export type Value = { readonly type: ValueType } & (
  | { readonly op: "const"; readonly value: number }
  | { readonly op: "local"; readonly local: Local }
  /** One element, or `lanes` consecutive ones. uint8 gives ints. */
  | { readonly op: "load"; readonly buffer: Buffer; readonly index: Index }
  /** One element per lane, each from its own index. */
  | { readonly op: "gather"; readonly buffer: Buffer; readonly indices: readonly Index[] }
  /** A scalar in every lane. */
  | { readonly op: "splat"; readonly value: Value }
  | { readonly op: "unary"; readonly operation: UnaryOperation; readonly a: Value }
  | {
      readonly op: "binary";
      readonly operation: BinaryOperation;
      readonly a: Value;
      readonly b: Value;
    }
  | {
      readonly op: "shift";
      readonly direction: "left" | "right";
      readonly a: Value;
      readonly bits: number;
    }
  /** A scalar int that is not negative, divided by a constant from 1 on and rounded down: positions along axes from a running number. */
  | { readonly op: "quotient"; readonly a: Value; readonly by: number }
  /** a·b + c; fused or not as the machine can. */
  | { readonly op: "fma"; readonly a: Value; readonly b: Value; readonly c: Value }
  | {
      readonly op: "compare";
      readonly comparison: Comparison;
      readonly a: Value;
      readonly b: Value;
    }
  | { readonly op: "select"; readonly mask: Value; readonly a: Value; readonly b: Value }
  /** int → float by value; float → int truncating and saturating, NaN to 0; mask → int 0 or 1. */
  | { readonly op: "convert"; readonly a: Value }
  /**
   * The same float, rounded once and for all: what is computed from it is not rearranged with what it is computed from.
   * Nothing where the compiler takes floats as they are.
   */
  | { readonly op: "asRounded"; readonly a: Value }
  /** The same bits as the other kind (float ↔ int). */
  | { readonly op: "bits"; readonly a: Value }
  /** The sum of all lanes of floats, by halves: the upper is added to the lower until one lane is left. */
  | { readonly op: "total"; readonly a: Value }
  /** Lanes of two vectors in another order: those of b are counted on from those of a. */
  | {
      readonly op: "shuffle";
      readonly a: Value;
      readonly b: Value;
      readonly order: readonly number[];
    }
  /** One lane as a scalar. */
  | { readonly op: "lane"; readonly a: Value; readonly lane: number }
  /** An index as a scalar int. */
  | { readonly op: "index"; readonly index: Index }
  /** The ints 0, 1, 2, … by lane. */
  | { readonly op: "laneIndex" }
);

export type Statement =
  | { readonly op: "let"; readonly local: Local; readonly value: Value }
  | { readonly op: "set"; readonly local: Local; readonly value: Value }
  /** Writes one element or `lanes` consecutive ones. To uint8: an int (low byte) or a mask (0 or 1). */
  | { readonly op: "store"; readonly buffer: Buffer; readonly index: Index; readonly value: Value }
  /** variable = from; while variable < min(to, limit); variable += step. */
  | {
      readonly op: "for";
      readonly variable: IndexVariable;
      readonly from: Index;
      readonly to: Index;
      readonly limit?: number;
      readonly step: number;
      readonly body: readonly Statement[];
    }
  /** An index register from a scalar int value (a batch index, say). Assigned once per execution. */
  | { readonly op: "letIndex"; readonly variable: IndexVariable; readonly value: Value }
  | { readonly op: "if"; readonly condition: Value; readonly body: readonly Statement[] }
  | Contraction;

/**
 * A tile of sums of products, for machines on which a group of invocations computes a chunk and shares memory:
 *
 *   sum[row, column] = Σ left[row, depth] · right[depth, column]
 *
 * The group loads both operands piece by piece into the shared memory; each invocation keeps a part of the tile in its
 * registers. It is the last statement of its kernel, and what comes before it is the same for the whole group.
 */
export interface Contraction {
  readonly op: "contract";
  readonly tile: ContractionTile;
  readonly operands: OperandPrecision;
  /** Rows from `from`, as many as the tile has, below `limit`. */
  readonly rows: TileSide;
  readonly columns: TileSide;
  /** What is summed over, in this order: from, from + 1, … below min(to, limit). */
  readonly depth: TileSide & { readonly to: Index };
  readonly left: ContractionOperand;
  readonly right: ContractionOperand;
  /** A sum that is complete; `body` says what is done with it. */
  readonly sum: Local;
  readonly body: readonly Statement[];
}

/**
 * What the shared memory holds operands as. Elements are rounded to float16 as they are loaded; they are multiplied as float32 again,
 * which holds every product of two float16 exactly, and sums are float32.
 */
export type OperandPrecision = "float32" | "float16";

/** Sizes of a tile, and the part of it that one invocation computes; all divide by 4. */
export interface ContractionTile {
  readonly rows: number;
  readonly columns: number;
  /** Elements of the sum that are loaded at a time. */
  readonly depth: number;
  readonly ownRows: number;
  readonly ownColumns: number;
}

export interface TileSide {
  readonly variable: IndexVariable;
  readonly from: Index;
  readonly limit: number;
}

/** An element of an operand, in terms of its side's variable (row or column) and of depth. */
export interface ContractionOperand {
  /** Along which of the two neighbours in memory lie. */
  readonly along: "side" | "depth";
  /** Computed once for each position along that; no stores. */
  readonly before: readonly Statement[];
  /** Computed for each element after that; no stores. */
  readonly body: readonly Statement[];
  readonly value: Value;
}

export interface Kernel {
  readonly name: string;
  readonly buffers: readonly Buffer[];
  readonly chunk: IndexVariable;
  readonly body: readonly Statement[];
}

/**
 * What a chunk should be. `thread`: enough work to be worth a thread's while, so there are few. `element`: one element of the
 * result, for machines that run thousands of chunks at a time, where neighbours should touch neighbouring memory.
 */
export type Grain = "thread" | "element";

/** What a group of invocations may be, on machines where groups share memory. */
export interface Workgroup {
  /** Invocations at most. */
  readonly members: number;
  /** Bytes that they share at most. */
  readonly sharedBytes: number;
  /** Invocations of all groups together that keep the machine busy. */
  readonly busy: number;
  /** What they hold the operands of products as; float32 unless given. */
  readonly operands?: OperandPrecision;
}

/** One kernel with its number of chunks, and the slot behind each of its buffers. */
export interface Launch {
  readonly kernel: Kernel;
  readonly chunks: number;
  readonly slots: readonly number[];
  /** For profiles: the floating-point operations and bytes of all chunks together. */
  readonly flops: number;
  readonly bytes: number;
  readonly origin?: KernelOrigin;
}

/** A memory area of a program: bound anew at each run, or at a fixed place in the arena. */
export type Slot =
  | { readonly kind: "bound"; readonly bytes: number }
  | {
      readonly kind: "arena";
      readonly offset: number;
      readonly bytes: number;
      /** What lies there, and when: for people. */
      readonly use?: TemporaryUse;
    };

/** Stages run one after another; the launches of a stage do not depend on each other. */
export interface KernelProgram {
  readonly slots: readonly Slot[];
  readonly stages: readonly { readonly launches: readonly Launch[] }[];
  readonly arenaBytes: number;
}
