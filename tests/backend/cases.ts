// The cases of an op as something to run.
import { allOps } from "../../src/ops/index.ts";
import type { Case, Op, ReferenceArray } from "../../src/tensor/op.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { drawInput } from "./inputs.ts";

export interface RunnableCase {
  readonly op: Op;
  readonly test: Case<unknown>;
  readonly inputs: readonly ReferenceArray[];
  /** What the op's own loops give. */
  expected(): ReferenceArray;
}

/** Inputs of a case. */
export function runnable(op: Op, test: Case<unknown>): RunnableCase {
  const inputs = test.inputs.map((input, k) => ({
    shape: input.shape,
    dtype: input.dtype ?? "float32",
    data: drawInput(input, 1000 * (k + 1) + test.name.length),
  }));
  return {
    op,
    test,
    inputs,
    expected() {
      const type = op.shape(inputs, test.params);
      const output = { ...type, data: new Float64Array(sizeOf(type.shape)) };
      op.reference(inputs, output, test.params);
      return output;
    },
  };
}

/** Calls `visit` for each op with the cases that `which` admits. */
export function forOps(
  which: (test: Case<unknown>) => boolean,
  visit: (op: Op, cases: readonly Case<unknown>[]) => void,
): void {
  for (const op of allOps) {
    const cases = op.cases.filter(which);
    if (cases.length > 0) visit(op, cases);
  }
}
