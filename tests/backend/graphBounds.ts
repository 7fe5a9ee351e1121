// How far the results of a whole graph may lie from the float64 ones: the errors that `tolerances` allows each op,
// carried through the ops that follow.
import type { Graph } from "../../src/graph/graph.ts";
import type { Node } from "../../src/tensor/node.ts";
import type { Op, ReferenceArray } from "../../src/tensor/op.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { randomNumbers } from "./inputs.ts";
import { tolerances } from "./tolerance.ts";

/** Draws of the errors' signs: one alone may let them cancel. */
const draws = 2;
/** Part of an op's tolerance: it adds up all roundings of a sum, and in a chain of ops some of them cancel. */
const share = 1 / 4;

/** Ops that ask their first input where the largest number of each window is. */
const asking = new Set(["maxWindowsGrad", "maxWindowsTake"]);

export interface GraphBounds {
  /** The outputs in float64, as the graph lists them. */
  readonly values: readonly Float64Array[];
  /** For each output, the largest error of any of its elements. */
  readonly bounds: readonly number[];
}

/**
 * Computes the graph in float64 as it is, and with every element of every op off by a quarter of what `tolerances` allows
 * it, up or down by chance: the largest difference that this makes to an output is its bound. Decisions (the side of a kink, the
 * place of a maximum) stay those of the exact numbers: a bound that lets them turn would say nothing.
 */
export function graphBounds(graph: Graph, leaves: readonly Float64Array[]): GraphBounds {
  const exact = run(graph, leaves);
  const values = graph.outputs.map((node) => exact.get(node)?.data as Float64Array);
  const bounds = values.map(() => 0);
  for (let seed = 1; seed <= draws; seed++) {
    const disturbed = run(graph, leaves, { exact, random: randomNumbers(seed) });
    graph.outputs.forEach((node, k) => {
      const value = values[k] as Float64Array;
      disturbed.get(node)?.data.forEach((other, i) => {
        bounds[k] = Math.max(bounds[k] as number, Math.abs(other - (value[i] as number)));
      });
    });
  }
  return { values, bounds };
}

type Values = ReadonlyMap<Node, ReferenceArray>;

/** The graph by the ops' own loops; disturbed, each result is off by chance. */
function run(
  { leaves, steps }: Graph,
  data: readonly Float64Array[],
  disturbed?: { readonly exact: Values; readonly random: () => number },
): Values {
  const values = new Map<Node, ReferenceArray>(
    leaves.map((leaf, i) => {
      const { shape, dtype } = leaf;
      return [leaf, { shape, dtype, data: data[i] as Float64Array }];
    }),
  );
  const inputOf = (node: Node, op: Op, k: number): ReferenceArray => {
    const input = node.inputs[k] as Node;
    const isDecision = k === 0 && asking.has(op.name);
    return ((isDecision ? disturbed?.exact : undefined) ?? values).get(input) as ReferenceArray;
  };
  for (const node of steps) {
    const { shape, dtype, params } = node;
    const op = node.op as Op;
    if (disturbed !== undefined && dtype !== "float32") {
      values.set(node, disturbed.exact.get(node) as ReferenceArray);
      continue;
    }
    const inputs = node.inputs.map((_, k) => inputOf(node, op, k));
    const output = { shape, dtype, data: new Float64Array(sizeOf(shape)) };
    op.reference(inputs, output, params);
    values.set(
      node,
      disturbed === undefined ? output : off(op, inputs, output, params, disturbed.random),
    );
  }
  return values;
}

/** A result off by its share of the tolerance, up or down. */
function off(
  op: Op,
  inputs: readonly ReferenceArray[],
  output: ReferenceArray,
  params: unknown,
  random: () => number,
): ReferenceArray {
  const allowed = tolerances(op, inputs, output, params);
  const data = output.data.map(
    (value, i) => value + (random() < 0.5 ? -share : share) * allowed(i),
  );
  return { ...output, data };
}
