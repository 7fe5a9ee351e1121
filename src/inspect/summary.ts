// What a network looks like from outside: output shape, parameters, work, memory and receptive field of each
// layer. Nothing is computed: shapes are known as soon as the ops are recorded.
import { inEvaluation } from "../nn/evaluation.ts";
import { type Module, withForwardHook } from "../nn/index.ts";
import type { Pair } from "../ops/index.ts";
import type { Node } from "../tensor/node.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { bytesOf, Tensor } from "../tensor/tensor.ts";
import { receptiveFieldsBelow } from "./receptiveField.ts";

/** One layer of a network, seen from outside. */
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
  /** Memory of the output. */
  readonly outputBytes: number;
  /** Height and width of what one output pixel sees of the image; null if the input is no image batch. */
  readonly receptiveField: Pair | null;
}

/** Memory in bytes. */
export interface MemorySummary {
  readonly parameters: number;
  /** Outputs of all layers together; one that only gives the shape of its input another form takes none. */
  readonly activations: number;
  /**
   * What a training step holds at this batch size: parameters, their gradients, and the outputs that the gradients need.
   * An estimate: fused layers keep less, windows of convolutions and the optimizer's state come on top (as much as the
   * parameters for SGD with momentum, twice as much for Adam).
   */
  readonly trainingStep: number;
}

/** A network, seen from outside. */
export interface NetworkSummary {
  readonly inputShape: Shape;
  /** Layers without layers inside, in the order in which they run. */
  readonly layers: readonly LayerSummary[];
  /** Of the whole network; shared parameters count once. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly memory: MemorySummary;
}

/**
 * Runs an input of this shape through the network, without computing anything, and notes each layer.
 * @param inputShape with the batch, as NCHW `[1, 1, 28, 28]`
 * @throws ShapeError if the shape does not fit the network
 * @example summary(lenet(), [1, 1, 28, 28]).parameters // 61706
 */
export function summary(net: Module, inputShape: Shape): NetworkSummary {
  const layers: LayerSummary[] = [];
  const input = Tensor.ofData(new Float32Array(sizeOf(inputShape)), inputShape, "float32");
  const fieldOf = inputShape.length === 4 ? receptiveFieldsBelow(input) : () => null;
  const kept = new Set<Node>();
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
          outputBytes: bytesOf(output.node),
          receptiveField: fieldOf(output)?.size ?? null,
        });
        // An identity gives its input, which is counted where it was made.
        if (output.node !== input.node && output.node.op?.lowering.kind !== "reshape") {
          kept.add(output.node);
        }
      },
      () => net.forward(input),
    ),
  );
  const activations = [...kept].reduce((sum, node) => sum + bytesOf(node), 0);
  const parameterBytes = net.parameters().reduce((sum, { node }) => sum + bytesOf(node), 0);
  return {
    inputShape,
    layers,
    parameters: parametersOf(net),
    multiplyAdds: multiplyAdds(output.node, new Set([input.node])),
    memory: {
      parameters: parameterBytes,
      activations,
      trainingStep: 2 * parameterBytes + activations,
    },
  };
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
