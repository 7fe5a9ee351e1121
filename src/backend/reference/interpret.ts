// Computes a graph by the ops' own definitions: plain loops, in float64.
import type { Graph } from "../../graph/graph.ts";
import type { Node } from "../../tensor/node.ts";
import type { Op, ReferenceArray } from "../../tensor/op.ts";
import { sizeOf } from "../../tensor/shape.ts";

/** Elements of a graph's outputs from those of its leaves, both in the order the graph lists them. */
export type Interpreter = (leaves: readonly Float64Array[]) => Float64Array[];

/**
 * A graph made ready to be computed again and again. It keeps no nodes: those hold the elements of the
 * first run, and forget their inputs.
 */
export function interpreter(graph: Graph): Interpreter {
  const place = new Map<Node, number>(
    [...graph.leaves, ...graph.steps].map((node, i) => [node, i]),
  );
  const placeOf = (node: Node) => place.get(node) as number;
  const types = graph.leaves.map(({ shape, dtype }) => ({ shape, dtype }));
  const steps = graph.steps.map(({ op, params, shape, dtype, inputs }) => ({
    op: op as Op,
    params,
    type: { shape, dtype },
    inputs: inputs.map(placeOf),
  }));
  const outputs = graph.outputs.map(placeOf);
  return (leaves) => {
    const values: ReferenceArray[] = types.map((type, i) => ({
      ...type,
      data: leaves[i] as Float64Array,
    }));
    for (const { op, params, type, inputs } of steps) {
      const output = { ...type, data: new Float64Array(sizeOf(type.shape)) };
      op.reference(
        inputs.map((at) => values[at] as ReferenceArray),
        output,
        params,
      );
      values.push(output);
    }
    return outputs.map((at) => (values[at] as ReferenceArray).data);
  };
}
