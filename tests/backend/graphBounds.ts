// How far the results of a whole graph may lie from the float64 ones: the errors that `tolerances` allows each op,
// carried through the ops that follow.
import type { Graph } from "../../src/graph/graph.ts";
import type { Node } from "../../src/tensor/node.ts";
import type { Op, ReferenceArray } from "../../src/tensor/op.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { randomNumbers } from "./inputs.ts";
import { tolerances } from "./tolerance.ts";

/** Draws of the errors' signs: one alone may let them cancel. */
const draws = 4;

export interface GraphBounds {
  /** The outputs in float64, as the graph lists them. */
  readonly values: readonly Float64Array[];
  /** For each output, the largest error of any of its elements. */
  readonly bounds: readonly number[];
}

/**
 * Computes the graph in float64 as it is, and with every element of every op off by all that `tolerances` allows it, up
 * or down by chance: the largest difference that this makes to an output is its bound.
 */
export function graphBounds(graph: Graph, leaves: readonly Float64Array[]): GraphBounds {
  const values = run(graph, leaves, null);
  const disturbed = Array.from({ length: draws }, (_, seed) =>
    run(graph, leaves, randomNumbers(seed + 1)),
  );
  const bounds = values.map((exact, k) => {
    let most = 0;
    for (const outputs of disturbed) {
      outputs[k]?.forEach((value, i) => {
        most = Math.max(most, Math.abs(value - (exact[i] as number)));
      });
    }
    return most;
  });
  return { values, bounds };
}

/** The graph by the ops' own loops; with random numbers, each result off by what it may be off. */
function run(
  { leaves, steps, outputs }: Graph,
  data: readonly Float64Array[],
  random: (() => number) | null,
): Float64Array[] {
  const values = new Map<Node, ReferenceArray>(
    leaves.map(({ shape, dtype }, i) => [
      leaves[i] as Node,
      { shape, dtype, data: data[i] as Float64Array },
    ]),
  );
  for (const node of steps) {
    const { shape, dtype, params } = node;
    const op = node.op as Op;
    const inputs = node.inputs.map((input) => values.get(input) as ReferenceArray);
    const output = { shape, dtype, data: new Float64Array(sizeOf(shape)) };
    op.reference(inputs, output, params);
    if (random !== null) {
      const allowed = tolerances(op, inputs, output, params);
      const exact = output.data.slice();
      const at = exact.map((_, i) => allowed(i));
      exact.forEach((value, i) => {
        output.data[i] = value + (random() < 0.5 ? -1 : 1) * (at[i] as number);
      });
    }
    values.set(node, output);
  }
  return outputs.map((node) => (values.get(node) as ReferenceArray).data);
}
