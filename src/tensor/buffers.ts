// Buffers that a forward pass changes: running statistics. The new value is recorded, not computed. A
// captured step collects it; otherwise it waits for the next update or for somebody who reads the buffer.
import { noGrad } from "./state.ts";
import type { Tensor, Variable } from "./tensor.ts";

/** New values that a captured step will compute, by buffer. */
let collected: Map<Variable, Tensor> | null = null;

/** Gives a buffer the value that `formula` makes of the present one. */
export function updateBuffer(buffer: Variable, formula: (present: Tensor) => Tensor): void {
  noGrad(() => {
    if (collected === null) buffer.defer(formula(buffer));
    // A layer that runs twice in a step builds on what its first run recorded.
    else collected.set(buffer, formula(presentBuffer(buffer)));
  });
}

/** The buffer's value as the forward pass has left it so far. */
export function presentBuffer(buffer: Variable): Tensor {
  return collected?.get(buffer) ?? buffer;
}

/** Runs `body`; returns its result and the updates of buffers it asked for, which are left to the caller. */
export function collectBufferUpdates<T>(
  body: () => T,
): [result: T, updates: (readonly [Variable, Tensor])[]] {
  const before = collected;
  const own = new Map<Variable, Tensor>();
  collected = own;
  try {
    return [body(), [...own]];
  } finally {
    collected = before;
  }
}
