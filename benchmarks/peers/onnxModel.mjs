// Writes ONNX models: just enough of the format (protocol buffers) for the works of the benchmarks.
// Source: onnx.proto of ONNX 1.12, IR version 8, operator set 13.

const utf8 = new TextEncoder();

/** Protocol buffers: fields one after another, each a key (number and wire type) and its value. */
class Message {
  parts = [];

  varint(value) {
    const bytes = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    this.parts.push(Uint8Array.from([...bytes, Number(rest)]));
    return this;
  }

  int(field, value) {
    return this.varint(field * 8).varint(value);
  }

  float(field, value) {
    this.varint(field * 8 + 5).parts.push(new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  bytes(field, value) {
    this.varint(field * 8 + 2)
      .varint(value.length)
      .parts.push(value);
    return this;
  }

  text(field, value) {
    return this.bytes(field, utf8.encode(value));
  }

  message(field, value) {
    return this.bytes(field, value.finish());
  }

  finish() {
    const all = new Uint8Array(this.parts.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const part of this.parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }
}

const float32 = 1;
const attributeTypes = { float: 1, int: 2, ints: 7 };

/** An attribute is written as integers if it is a list, as a whole number, or as `{ float: 0.1 }`. */
function attribute(name, value) {
  const message = new Message().text(1, name);
  if (Array.isArray(value)) {
    for (const item of value) message.int(8, item);
    return message.int(20, attributeTypes.ints);
  }
  if (typeof value === "number") return message.int(3, value).int(20, attributeTypes.int);
  return message.float(2, value.float).int(20, attributeTypes.float);
}

function valueInfo(name, shape) {
  const dimensions = new Message();
  for (const size of shape) {
    const isName = typeof size === "string";
    dimensions.message(1, isName ? new Message().text(2, size) : new Message().int(1, size));
  }
  const tensor = new Message().int(1, float32).message(2, dimensions);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}

/** A graph under construction; `node` returns the name of the value it makes. */
export class OnnxGraph {
  #graph = new Message();
  #values = 0;

  node(type, inputs, attributes = {}) {
    const output = `v${this.#values++}`;
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    node.text(2, output).text(3, output).text(4, type);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    this.#graph.message(1, node);
    return output;
  }

  constant(name, shape, elements) {
    const tensor = new Message();
    for (const size of shape) tensor.int(1, size);
    const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
    tensor.int(2, float32).text(8, name).bytes(9, bytes);
    this.#graph.message(5, tensor);
    return name;
  }

  /** The file. `inputs` are names with shapes; the output's shape is left to the reader, but for its rank. */
  finish(inputs, output, rank) {
    this.#graph.text(2, "benchmark");
    for (const [name, shape] of inputs) this.#graph.message(11, valueInfo(name, shape));
    const unknown = Array.from({ length: rank }, (_, i) => `d${i}`);
    this.#graph.message(12, valueInfo(output, unknown));
    const operators = new Message().text(1, "").int(2, 13);
    return new Message().int(1, 8).message(7, this.#graph).message(8, operators).finish();
  }
}

const square = (size) => [size, size];
const pads = (padding) => [padding, padding, padding, padding];

/** A network of the benchmarks (see `networks.ts`) as an ONNX file. */
export function networkModel(work, tensors) {
  const graph = new OnnxGraph();
  const shapes = new Map(work.tensors.map(({ name, shape }) => [name, shape]));
  const parameter = (name) => graph.constant(name, shapes.get(name), tensors.get(name));
  const values = ["x"];
  for (const step of work.network) {
    const from = values[step.from];
    values.push(stepNode(graph, step, from, values[step.other], parameter));
  }
  const x = shapes.get("x");
  return graph.finish([["x", x]], values.at(-1), 2);
}

function stepNode(graph, step, from, other, parameter) {
  const named = (...suffixes) => suffixes.map((suffix) => parameter(`${step.name}.${suffix}`));
  switch (step.op) {
    case "conv": {
      const attributes = { strides: square(step.stride), pads: pads(step.padding) };
      return graph.node("Conv", [from, ...named("weight", "bias")], attributes);
    }
    case "linear":
      return graph.node("Gemm", [from, ...named("weight", "bias")], { transB: 1 });
    case "batchNorm": {
      const parameters = named("weight", "bias", "runningMean", "runningVar");
      return graph.node("BatchNormalization", [from, ...parameters], { epsilon: { float: 1e-5 } });
    }
    case "avgPool":
    case "maxPool": {
      const { kernelSize, stride, padding } = step;
      const type = step.op === "avgPool" ? "AveragePool" : "MaxPool";
      const attributes = { kernel_shape: square(kernelSize), strides: square(stride) };
      return graph.node(type, [from], { ...attributes, pads: pads(padding) });
    }
    case "flatten":
      return graph.node("Flatten", [from]);
    case "sigmoid":
      return graph.node("Sigmoid", [from]);
    case "relu":
      return graph.node("Relu", [from]);
    case "mean":
      return graph.node("Flatten", [graph.node("GlobalAveragePool", [from])]);
    case "add":
      return graph.node("Add", [from, other]);
    default:
      throw new Error(`no step ${step.op}`);
  }
}

/** One op as an ONNX file: the images are its input, filters or the second matrix are constants. */
export function opModel(work, tensors) {
  const graph = new OnnxGraph();
  const shapes = new Map(work.tensors.map(({ name, shape }) => [name, shape]));
  const { op, kernelSize, stride = 1, padding = 0, groups = 1 } = work;
  const weight = () => graph.constant("weight", shapes.get("weight"), tensors.get("weight"));
  const windows = {
    kernel_shape: square(kernelSize),
    strides: square(stride),
    pads: pads(padding),
  };
  const nodes = {
    conv2d: () =>
      graph.node("Conv", ["x", weight()], {
        strides: square(stride),
        pads: pads(padding),
        group: groups,
      }),
    matmul: () => graph.node("MatMul", ["x", weight()]),
    avgPool2d: () => graph.node("AveragePool", ["x"], windows),
    maxPool2d: () => graph.node("MaxPool", ["x"], windows),
    softmax: () => graph.node("Softmax", ["x"], { axis: 1 }),
  };
  const output = nodes[op]();
  return graph.finish([["x", shapes.get("x")]], output, shapes.get("x").length);
}
