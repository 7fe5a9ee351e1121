// Where computations come from: which module recorded them, in which part of a step. It changes nothing about
// results; profiles, DEBUG output and error texts show it.

/** Part of a training step. */
export type Phase = "forward" | "backward" | "update";

/** Where an op was recorded. */
export interface Scope {
  /** Dotted path of the module that was running; "" outside of all. */
  readonly path: string;
  readonly phase: Phase;
  /** The op that people called, if this one is a part of it or of its gradient; else "". */
  readonly op: string;
}

/** Outside of all modules. */
export const outside: Scope = { path: "", phase: "forward", op: "" };

/** An op in a kernel, and the module that it comes from. */
export interface FusedOp {
  readonly op: string;
  readonly path: string;
}

/** Where a kernel comes from. */
export interface KernelOrigin extends Scope {
  /** The op at its heart. */
  readonly core: string;
  /** All ops that it computes, in the order in which values pass through them; none for a copy. */
  readonly ops: readonly FusedOp[];
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** A value (or what it is made of) that takes room among the temporaries of a program, while its stages `from` to `to` run. */
export interface TemporaryUse extends Scope {
  /** The op that makes the value. */
  readonly core: string;
  readonly from: number;
  readonly to: number;
}
