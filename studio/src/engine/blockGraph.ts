// The inside of a block as a graph: its layers, and what joins their results, found by following what was recorded.
import type { nn, Tensor } from "../../../src/index.ts";

type Value = Tensor["node"];

export interface GraphNode {
  /** A layer's path inside the network, the name of an operation, or "input". */
  readonly name: string;
  readonly kind: "input" | "layer" | "operation";
  readonly details: string;
  /** Of one picture, without the batch. */
  readonly shape: readonly number[];
  /** Places in the list of those that it takes its input from. */
  readonly from: readonly number[];
}

/** Each node comes after those that it takes its input from; the first is the input, the last the output. */
export type BlockGraph = readonly GraphNode[];

/**
 * @param block  the call of the whole block
 * @param layers calls of the layers inside, in the order in which they ran
 */
export function blockGraph(block: nn.ForwardCall, layers: readonly nn.ForwardCall[]): BlockGraph {
  const input = block.inputs[0] as Tensor;
  const nodes: GraphNode[] = [
    { name: "input", kind: "input", details: "", shape: input.shape.slice(1), from: [] },
  ];
  /** Where a value comes from; undefined for weights. */
  const places = new Map<Value, number | undefined>([[input.node, 0]]);
  const placeOf = (value: Value): number | undefined => {
    if (places.has(value)) return places.get(value);
    const from = [...new Set(value.inputs.map(placeOf))].filter((place) => place !== undefined);
    const isView = value.op?.lowering.kind === "reshape" || value.op?.lowering.kind === "view";
    const place = from.length === 0 || isView ? from[0] : nodes.push(operation(value, from)) - 1;
    places.set(value, place);
    return place;
  };
  for (const { module, inputs, output } of layers) {
    const from = inputs.map(({ node }) => placeOf(node)).filter((place) => place !== undefined);
    const type = module.constructor.name;
    const shape = output.shape.slice(1);
    const details = module.extraRepr();
    // A layer that does nothing in evaluation gives its input: from here on that value is its own.
    places.set(output.node, nodes.push({ name: type, kind: "layer", details, shape, from }) - 1);
  }
  placeOf(block.output.node);
  return nodes;
}

function operation({ op, shape }: Value, from: readonly number[]): GraphNode {
  return { name: op?.name ?? "", kind: "operation", details: "", shape: shape.slice(1), from };
}
