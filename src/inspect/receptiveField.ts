// How much of the image one output pixel sees, layer by layer. Nothing is computed: the answer follows
// from the ops that the network records.
import { inEvaluation } from "../nn/evaluation.ts";
import { type Module, withForwardHook } from "../nn/index.ts";
import type { Border, Pair } from "../ops/index.ts";
import type { Node } from "../tensor/node.ts";
import { type Shape, shapeError, sizeOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A window in the image; pairs are `[vertical, horizontal]`, in input pixels. */
export interface ReceptiveField {
  /** Height and width of what one output pixel sees, padding included. */
  readonly size: Pair;
  /** How far the window moves from one output pixel to the next; 0 if all see the same. */
  readonly stride: Pair;
  /** Where the window of the first output pixel begins; negative if it begins in the padding. */
  readonly offset: Pair;
}

/** Receptive field of the output of one layer. */
export interface LayerReceptiveField extends ReceptiveField {
  /** Dotted path inside the network. */
  readonly path: string;
  /** Name of the class. */
  readonly type: string;
  readonly outputShape: Shape;
}

/** What convolutions and pooling have in common. */
interface Sliding {
  readonly stride: Pair;
  readonly padding: Border;
  readonly dilation: Pair;
}

/**
 * The receptive field of each layer's output, in evaluation mode.
 *
 *     size ← size + (kernel − 1) · dilation · stride,  offset ← offset − padding · stride,  stride ← stride · step
 *
 * Where branches meet, the field is the smallest window around all of them. After an op that mixes positions in
 * another way (flatten and a dense layer, a mean over the image, adaptive pooling, a transposed convolution) each
 * output counts as seeing the whole image.
 *
 * @param inputShape with the batch, NCHW `[1, 1, 28, 28]`
 * @returns layers without layers inside, in the order in which they run
 * @throws ShapeError if the shape is not NCHW or does not fit the network
 * @example
 * receptiveField(new Sequential(new Conv2d(1, 1, 2), new Conv2d(1, 1, 2)), [1, 1, 8, 8]).at(-1)?.size // [3, 3]
 * @see Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural networks"
 */
export function receptiveField(net: Module, inputShape: Shape): LayerReceptiveField[] {
  if (inputShape.length !== 4) {
    throw shapeError("receptiveField", "the input is not an image batch", {
      inputShape: { shape: inputShape, layout: "expected NCHW" },
    });
  }
  const input = Tensor.ofData(new Float32Array(sizeOf(inputShape)), inputShape, "float32");
  const fieldOfOutput = receptiveFieldsBelow(input);
  const layers: LayerReceptiveField[] = [];
  inEvaluation(net, () =>
    withForwardHook(
      ({ module, path, output }) => {
        if (module.children().length > 0) return;
        const field = fieldOfOutput(output);
        if (field === null) return;
        layers.push({ path, type: module.constructor.name, outputShape: output.shape, ...field });
      },
      () => net.forward(input),
    ),
  );
  return layers;
}

/** What tensors computed from an image batch see of it; null for those that do not depend on it. */
export function receptiveFieldsBelow(input: Tensor): (output: Tensor) => ReceptiveField | null {
  const whole: ReceptiveField = {
    size: input.shape.slice(2) as unknown as Pair,
    stride: [0, 0],
    offset: [0, 0],
  };
  const start: ReceptiveField = { size: [1, 1], stride: [1, 1], offset: [0, 0] };
  const fields = new Map<Node, ReceptiveField | null>([[input.node, start]]);
  return (output) => fieldOf(output.node, fields, whole);
}

/** Field of a node; null if it does not depend on the image. */
function fieldOf(
  node: Node,
  fields: Map<Node, ReceptiveField | null>,
  whole: ReceptiveField,
): ReceptiveField | null {
  const known = fields.get(node);
  if (known !== undefined) return known;
  const found = node.inputs
    .map((input) => fieldOf(input, fields, whole))
    .filter((field) => field !== null);
  const field = found.length === 0 ? null : through(node, found, whole);
  fields.set(node, field);
  return field;
}

/** What the output of an op sees, given what its inputs see. */
function through(
  { op, inputs, params, shape }: Node,
  found: readonly ReceptiveField[],
  whole: ReceptiveField,
): ReceptiveField {
  const [first] = found as [ReceptiveField];
  switch (op?.name) {
    case "conv2d": {
      const kernel = inputs[1]?.shape.slice(2) as unknown as Pair;
      return slide(first, kernel, params as Sliding);
    }
    case "maxPool2d":
    case "avgPool2d": {
      const { kernelSize } = params as { readonly kernelSize: Pair };
      return slide(first, kernelSize, params as Sliding);
    }
    case "pad": {
      const { pads } = params as { readonly pads: readonly Pair[] };
      const [top, left] = [pads.at(-2)?.[0] ?? 0, pads.at(-1)?.[0] ?? 0];
      return slide(first, [1, 1], { ...unit, padding: [top, 0, left, 0] });
    }
    case "concat": {
      const { axis } = params as { readonly axis: number };
      return axis < shape.length - 2 ? union(found, whole) : whole;
    }
    case "detach":
      return first;
    case "batchNorm":
      // Statistics of the whole batch, while training, do not count: they are the same everywhere.
      return first;
    case "softmax":
    case "logSoftmax":
      return (params as { readonly axis: number }).axis < 2 ? first : whole;
    default:
      return op?.lowering.kind === "pointwise" ? union(found, whole) : whole;
  }
}

const unit = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;

function slide(
  { size, stride, offset }: ReceptiveField,
  kernel: Pair,
  { stride: step, padding: [top, , left], dilation }: Sliding,
): ReceptiveField {
  return {
    size: each((axis) => size[axis] + (kernel[axis] - 1) * dilation[axis] * stride[axis]),
    stride: each((axis) => stride[axis] * step[axis]),
    offset: each((axis) => offset[axis] - (axis === 0 ? top : left) * stride[axis]),
  };
}

/** The smallest window around all, if they move together. */
function union(fields: readonly ReceptiveField[], whole: ReceptiveField): ReceptiveField {
  const [first] = fields as [ReceptiveField];
  if (fields.some(({ stride }) => `${stride}` !== `${first.stride}`)) return whole;
  const offset = each((axis) => Math.min(...fields.map((field) => field.offset[axis])));
  const end = each((axis) =>
    Math.max(...fields.map((field) => field.offset[axis] + field.size[axis])),
  );
  return { size: each((axis) => end[axis] - offset[axis]), stride: first.stride, offset };
}

function each(body: (axis: 0 | 1) => number): Pair {
  return [body(0), body(1)];
}
