// What sort of work a kernel does, for totals: from the op at its heart, the op that people called, and the part of the step.
import type { KernelOrigin } from "../tensor/origin.ts";

const patterns: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/pool|maxWindows|foldWindows/i, "pool"],
  [/norm|standardize/i, "normalization"],
  [/loss|entropy|softmax|logSumExp/i, "loss"],
  [/matmul|linear|einsum/i, "matmul"],
  [/concat|pad|gather|scatter|indexSelect|indexAdd/i, "data movement"],
  [/sum|mean|amax|prod|argmax|argsort|cumsum|var/i, "reduction"],
];

const copies = new Set(["copy", "pack"]);

/** The kind of a kernel by its name and origin: `conv forward`, `conv weight gradient`, `matmul gradient`, `pool`, `optimizer`, … */
export function kindOf(name: string, origin: KernelOrigin | null): string {
  if (origin === null) return "other";
  const { core, op, phase } = origin;
  if (phase === "update") return "optimizer";
  // A copy in another layout computes nothing, whatever it is made for.
  if (copies.has(name)) return "data movement";
  if (core.startsWith("conv2d")) {
    if (phase === "forward") return "conv forward";
    return core === "conv2dWeightGrad" ? "conv weight gradient" : "conv input gradient";
  }
  const kind =
    patterns.find(([pattern]) => pattern.test(core) || pattern.test(op))?.[1] ?? "elementwise";
  const hasGradient = kind === "pool" || kind === "matmul";
  return hasGradient && phase === "backward" ? `${kind} gradient` : kind;
}
