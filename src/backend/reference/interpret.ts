// Computes a graph by the ops' own definitions: plain loops, in float64.
import type { Graph } from "../../graph/graph.ts";
import type { Node } from "../../tensor/node.ts";
import type { ReferenceArray } from "../../tensor/op.ts";
import { sizeOf } from "../../tensor/shape.ts";

/**
 * Elements of the graph's outputs, from those of its leaves (both in the order the graph lists them).
 * `stepInputs` are the inputs of its steps; a node forgets them once it is computed.
 */
export function interpret(
  graph: Graph,
  leaves: readonly Float64Array[],
  stepInputs: readonly (readonly Node[])[] = graph.steps.map((step) => step.inputs),
): Float64Array[] {
  const values = new Map<Node, ReferenceArray>();
  graph.leaves.forEach((leaf, i) => {
    values.set(leaf, { shape: leaf.shape, dtype: leaf.dtype, data: leaves[i] as Float64Array });
  });
  for (const [i, step] of graph.steps.entries()) {
    const inputs = (stepInputs[i] as readonly Node[]).map((input) => values.get(input) as ReferenceArray);
    const output = { shape: step.shape, dtype: step.dtype, data: new Float64Array(sizeOf(step.shape)) };
    step.op?.reference(inputs, output, step.params);
    values.set(step, output);
  }
  return graph.outputs.map((output) => (values.get(output) as ReferenceArray).data);
}
