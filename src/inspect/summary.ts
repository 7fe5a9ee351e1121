// What a network looks like from outside: output shape, parameters and work of each layer. Nothing is
// computed: shapes are known as soon as the ops are recorded.
import { inEvaluation } from "../nn/evaluation.ts";
import { type Module, withForwardHook } from "../nn/index.ts";
import type { Node } from "../tensor/node.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

export interface LayerSummary {
  /** Dotted path inside the network. */
  readonly path: string;
  /** Name of the class. */
  readonly type: string;
  /** What differs from the defaults: `1 -> 6, kernel 5x5`. */
  readonly details: string;
  readonly outputShape: Shape;
  readonly parameters: number;
  /** Multiply-adds of convolutions and matrix products; other ops are not counted. */
  readonly multiplyAdds: number;
}

export interface NetworkSummary {
  readonly inputShape: Shape;
  /** Layers without layers inside, in the order in which they run. */
  readonly layers: readonly LayerSummary[];
  /** Of the whole network; shared parameters count once. */
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/**
 * Runs an input of this shape through the network, without computing anything, and notes each layer.
 * @param inputShape with the batch, as NCHW `[1, 1, 28, 28]`
 * @throws ShapeError if the shape does not fit the network
 * @example summarize(lenet(), [1, 1, 28, 28]).parameters // 61706
 */
export function summarize(net: Module, inputShape: Shape): NetworkSummary {
  const layers: LayerSummary[] = [];
  const input = Tensor.ofData(new Float32Array(sizeOf(inputShape)), inputShape, "float32");
  // In evaluation, where a batch of one is enough and no running statistic moves.
  const output = inEvaluation(net, () =>
    withForwardHook(
      ({ module, path, inputs, output }) => {
        if (module.children().length > 0) return;
        layers.push({
          path,
          type: module.constructor.name,
          details: module.extraRepr(),
          outputShape: output.shape,
          parameters: parametersOf(module),
          multiplyAdds: multiplyAdds(output.node, new Set(inputs.map(({ node }) => node))),
        });
      },
      () => net.forward(input),
    ),
  );
  return {
    inputShape,
    layers,
    parameters: parametersOf(net),
    multiplyAdds: multiplyAdds(output.node, new Set([input.node])),
  };
}

/**
 * A summary as a table for people.
 * @example console.log(formatSummary(summarize(net, [1, 1, 28, 28])))
 */
export function formatSummary({
  inputShape,
  layers,
  parameters,
  multiplyAdds,
}: NetworkSummary): string {
  const grouped = (n: number) => (n === 0 ? "" : n.toLocaleString("en-US"));
  const rows = layers.map((layer) => [
    layer.path,
    layer.details === "" ? layer.type : `${layer.type}(${layer.details})`,
    formatShape(layer.outputShape),
    grouped(layer.parameters),
    grouped(layer.multiplyAdds),
  ]);
  const table = [
    ["", "layer", "output", "parameters", "multiply-adds"],
    ["", "input", formatShape(inputShape), "", ""],
    ...rows,
    ["", "total", "", grouped(parameters), grouped(multiplyAdds)],
  ];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  return lines.join("\n");
}

function parametersOf(module: Module): number {
  return module.parameters().reduce((sum, { numel }) => sum + numel, 0);
}

/** Work between the inputs and the output, from the ops recorded there. */
function multiplyAdds(output: Node, inputs: ReadonlySet<Node>): number {
  const seen = new Set<Node>(inputs);
  const stack = [output];
  let total = 0;
  while (stack.length > 0) {
    const node = stack.pop() as Node;
    if (seen.has(node)) continue;
    seen.add(node);
    total += work(node);
    stack.push(...node.inputs);
  }
  return total;
}

/** Each output element of these ops is one dot product; its length follows from the second input. */
function work({ op, shape, inputs }: Node): number {
  const second = inputs[1]?.shape;
  if (second === undefined) return 0;
  switch (op?.name) {
    case "conv2d":
      return sizeOf(shape) * sizeOf(second.slice(1));
    // Here each input element meets that many weights.
    case "conv2dInputGrad":
      return sizeOf((inputs[0] as Node).shape) * sizeOf(second.slice(1));
    case "matmul":
      return sizeOf(shape) * (second.at(-2) as number);
    case "linear":
      return sizeOf(shape) * (second.at(-1) as number);
    default:
      return 0;
  }
}
