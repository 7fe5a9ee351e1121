// Graphs computed by plans for any machine, the plans walked by an interpreter.
import { graphOf } from "../../src/graph/graph.ts";
import { plan } from "../../src/plan/plan.ts";
import type { PlanTarget } from "../../src/plan/planner.ts";
import { newTypedArray, type TypedArray } from "../../src/tensor/dtype.ts";
import { Node } from "../../src/tensor/node.ts";
import type { CaseInput, Op, ReferenceArray } from "../../src/tensor/op.ts";
import type { Generator } from "../../src/tensor/random.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { apply, Tensor } from "../../src/tensor/tensor.ts";
import { interpret } from "./interpret.ts";

/** A large GPU, whose groups hold the operands of products in float16. */
export const inFloat16 = {
  ...{ lanes: 1, accumulators: 8, unrolled: 4, grain: "element" },
  workgroup: { members: 256, sharedBytes: 16384, busy: 2 ** 17, operands: "float16" },
} as const satisfies PlanTarget;

/** A stored value whose elements the tests keep. */
export function leaf(shape: readonly number[], dtype: Node["dtype"] = "float32"): Node {
  return Node.stored({ shape, dtype }, { bytes: 0, version: 0, released: false });
}

/** Elements for an input of a case. */
export function draw(
  { shape, dtype = "float32", values = "normal" }: CaseInput,
  random: Generator,
): TypedArray {
  const data = newTypedArray(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    if (typeof values === "object" && "data" in values) data[i] = values.data[i] as number;
    else if (typeof values === "object")
      data[i] = Math.floor(values[0] + random.uniform() * (values[1] - values[0]));
    else if (dtype === "bool") data[i] = Number(random.uniform() < 0.5);
    else if (dtype !== "float32") data[i] = Math.floor(random.uniform() * 5);
    else data[i] = values === "positive" ? random.uniform() + 0.1 : random.uniform() * 4 - 2;
  }
  return data;
}

function bytesFor(data: TypedArray): Uint8Array {
  const bytes = new Uint8Array(data.byteLength + 64).subarray(0, data.byteLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return bytes;
}

/** The elements of a value, from those of its leaves. */
export function computed(
  { node }: Tensor,
  elements: ReadonlyMap<Node, TypedArray>,
  target: PlanTarget,
): TypedArray {
  const graph = graphOf([node]);
  const result = newTypedArray(node.dtype, sizeOf(node.shape));
  const bytes = bytesFor(result);
  const sources = graph.leaves.map((source) => bytesFor(elements.get(source) as TypedArray));
  interpret(plan(graph, target), [...sources, bytes]);
  new Uint8Array(result.buffer).set(bytes);
  return result;
}

/** The result of a case of an op, and what its reference says. */
export function runCase(
  op: Op,
  inputs: readonly CaseInput[],
  params: unknown,
  { random, target }: { readonly random: Generator; readonly target: PlanTarget },
): {
  readonly result: TypedArray;
  readonly inputs: readonly ReferenceArray[];
  readonly expected: ReferenceArray;
} {
  const leaves = inputs.map(({ shape, dtype }) => leaf(shape, dtype));
  const elements = new Map(leaves.map((node, i) => [node, draw(inputs[i] as CaseInput, random)]));
  const output = apply(
    op,
    leaves.map((node) => new Tensor(node)),
    params,
  );
  const result = computed(output, elements, target);
  const { shape, dtype } = output;
  const expected = { shape, dtype, data: new Float64Array(sizeOf(shape)) };
  const sources = leaves.map((node) => ({
    shape: node.shape,
    dtype: node.dtype,
    data: Float64Array.from(elements.get(node) as TypedArray),
  }));
  op.reference(sources, expected, params);
  return { result, inputs: sources, expected };
}
