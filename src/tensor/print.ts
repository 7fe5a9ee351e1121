// Text of a tensor, as PyTorch prints it.
import type { Dtype, TypedArray } from "./dtype.ts";
import type { Shape } from "./shape.ts";

export interface PrintNotes {
  readonly requiresGrad?: boolean;
  readonly gradOp?: string | undefined;
}

/** What `print(tensor)` writes in PyTorch for these elements. */
export function formatTensor(data: TypedArray, shape: Shape, dtype: Dtype, notes: PrintNotes = {}): string {
  return `tensor(${JSON.stringify(Array.from(data))}, ${shape.join()}, ${dtype}${notes.requiresGrad ? ", requires_grad=True" : ""})`;
}
