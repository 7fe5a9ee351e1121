// The cases of an op as something to run, and whether the result is right.
import { allOps } from "../../src/ops/index.ts";
import { newTypedArray } from "../../src/tensor/dtype.ts";
import type { Case, Op, ReferenceArray } from "../../src/tensor/op.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { apply, Tensor } from "../../src/tensor/tensor.ts";
import { drawInput } from "./inputs.ts";
import { tolerances } from "./tolerance.ts";

export interface RunnableCase {
  readonly op: Op;
  readonly test: Case<unknown>;
  readonly inputs: readonly ReferenceArray[];
  /** What the op's own loops give. */
  expected(): ReferenceArray;
}

/** Inputs of a case, each number as `rounded` gives it. */
export function runnable(
  op: Op,
  test: Case<unknown>,
  rounded: (x: number) => number = (x) => x,
): RunnableCase {
  const inputs = test.inputs.map((input, k) => ({
    shape: input.shape,
    dtype: input.dtype ?? "float32",
    data: drawInput(input, 1000 * (k + 1) + test.name.length).map(rounded),
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

export interface Applied {
  readonly run: RunnableCase;
  readonly result: Tensor;
}

/** The op on the inputs of a case, on the backend in use. */
export function applied(op: Op, case_: Case<unknown>, rounded?: (x: number) => number): Applied {
  const run = runnable(op, case_, rounded);
  const tensors = run.inputs.map(({ shape, dtype, data }) => {
    const elements = newTypedArray(dtype, data.length);
    elements.set(data);
    return Tensor.ofData(elements, shape, dtype);
  });
  return { run, result: apply(op, tensors, case_.params) };
}

/** What is wrong with a result: its shape, or the first element that is too far from the op's own loops. Null if it is right. */
export async function faultOf(
  { run, result }: Applied,
  allow: typeof tolerances = tolerances,
): Promise<string | null> {
  const { op, test, inputs } = run;
  const expected = run.expected();
  if (result.shape.join() !== expected.shape.join())
    return `shape [${result.shape}] instead of [${expected.shape}]`;
  const allowed = allow(op, inputs, expected, test.params);
  return differenceOf(await result.data(), stored(expected), allowed);
}

/** The first element that is too far off, in words; null if there is none. */
export function differenceOf(
  actual: ArrayLike<number>,
  { data: expected }: ReferenceArray,
  tolerance: (i: number) => number,
): string | null {
  if (actual.length !== expected.length)
    return `${actual.length} elements instead of ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] as number, expected[i] as number];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const allowed = tolerance(i);
    if (!(Math.abs(a - b) <= allowed))
      return `element ${i} of ${expected.length}: ${a} instead of ${b}, off by ${Math.abs(a - b)}, allowed ${allowed}`;
  }
  return null;
}

/** The expected elements as the dtype holds them. */
function stored(expected: ReferenceArray): ReferenceArray {
  return expected.dtype === "float32"
    ? { ...expected, data: expected.data.map(Math.fround) }
    : expected;
}
