// The ops that are measured on a GPU: those that networks are made of, on the shapes of LeNet, ResNet-18 and VGG-11.
import { optim, Parameter, Tensor, type Variable } from "../../src/index.ts";
import { opValue } from "../fovea.ts";
import { type Entry, numel, type OpWork } from "../work.ts";
import { batchNormEntries, convEntries, matmulEntries, poolEntries } from "../works/ops.ts";

/** Something that is computed again and again. */
export interface GpuOp {
  readonly name: string;
  /** Of what is counted, one is given: the op is held against the peak of arithmetic, or of copying. */
  readonly flops?: number;
  readonly bytes?: number;
  /** The values that it computes, on inputs that lie in memory. */
  values(): Promise<readonly GpuValue[]>;
}

/** A new value, and where it goes if that is not a place of its own. */
export interface GpuValue {
  readonly value: Tensor;
  readonly target?: Variable;
}

/** Images in a batch, by network. */
export interface Batches {
  readonly lenet: number;
  readonly resnet18: number;
  readonly vgg11: number;
}

/** Inputs of an op: any numbers do, and large ones are made faster by the GPU itself. */
function filled(shape: readonly number[]): Tensor {
  const length = numel(shape);
  return Tensor.arange(length)
    .mul(0.7)
    .sin()
    .reshape(...shape)
    .realize();
}

function ofEntry({ name, work, flops, bytes }: Entry): GpuOp {
  const counted = {
    ...(flops === undefined ? {} : { flops }),
    ...(bytes === undefined ? {} : { bytes }),
  };
  return {
    name: `${(work as OpWork).op} ${name}`,
    ...counted,
    async values() {
      const inputs = new Map(work.tensors.map(({ name: input, shape }) => [input, filled(shape)]));
      return [{ value: await opValue(work as OpWork, inputs) }];
    },
  };
}

/** `[name, channels, size, outChannels, kernelSize, stride, padding]`. */
type Convolution = readonly [string, number, number, number, number, number, number];

const lenet: readonly Convolution[] = [
  ["LeNet 1", 1, 28, 6, 5, 1, 2],
  ["LeNet 2", 6, 14, 16, 5, 1, 0],
];
const resnet18: readonly Convolution[] = [
  ["ResNet-18 stem", 1, 96, 64, 7, 2, 3],
  ["ResNet-18 64", 64, 24, 64, 3, 1, 1],
  ["ResNet-18 64 to 128", 64, 24, 128, 3, 2, 1],
  ["ResNet-18 128", 128, 12, 128, 3, 1, 1],
  ["ResNet-18 128 to 256", 128, 12, 256, 3, 2, 1],
  ["ResNet-18 256", 256, 6, 256, 3, 1, 1],
  ["ResNet-18 256 to 512", 256, 6, 512, 3, 2, 1],
  ["ResNet-18 512", 512, 3, 512, 3, 1, 1],
  ["ResNet-18 1×1, 64 to 128", 64, 24, 128, 1, 2, 0],
  ["ResNet-18 1×1, 128 to 256", 128, 12, 256, 1, 2, 0],
  ["ResNet-18 1×1, 256 to 512", 256, 6, 512, 1, 2, 0],
];
const vgg11: readonly Convolution[] = [
  ["VGG-11 1", 1, 224, 64, 3, 1, 1],
  ["VGG-11 2", 64, 112, 128, 3, 1, 1],
  ["VGG-11 3", 128, 56, 256, 3, 1, 1],
  ["VGG-11 4", 256, 56, 256, 3, 1, 1],
  ["VGG-11 5", 256, 28, 512, 3, 1, 1],
  ["VGG-11 6", 512, 28, 512, 3, 1, 1],
  ["VGG-11 7", 512, 14, 512, 3, 1, 1],
];

function convolutions(list: readonly Convolution[], batch: number): Entry[] {
  return list.flatMap(([name, channels, size, outChannels, kernelSize, stride, padding]) => {
    const x = [batch, channels, size, size] as const;
    const weight = [outChannels, kernelSize] as const;
    const entries = convEntries({ name: `${name}, batch ${batch}`, x, weight, stride, padding });
    // Nobody asks for the gradient of the images.
    return entries.filter(({ work }) => channels > 1 || (work as OpWork).part !== "inputGrad");
  });
}

/** Chains of pointwise ops and sums over large tensors: what moves memory and computes next to nothing. */
function memoryOps(elements: number): GpuOp[] {
  const rows = Math.sqrt(elements);
  const table = [rows, rows];
  const bytes = 4 * elements;
  const of = (name: string, moved: number, value: (x: Tensor) => Tensor): GpuOp => ({
    name,
    bytes: moved,
    values: async () => [{ value: value(filled(table)) }],
  });
  return [
    of("pointwise relu", 2 * bytes, (x) => x.relu()),
    of("pointwise scale, shift, sigmoid", 2 * bytes, (x) => x.mul(0.5).add(1).sigmoid()),
    of("reduction of all", bytes, (x) => x.sum()),
    of("reduction of rows", bytes, (x) => x.sum(1)),
    of("reduction of columns", bytes, (x) => x.sum(0)),
  ];
}

/** Updates of one large parameter. */
function optimizerOps(elements: number): GpuOp[] {
  const make = (
    name: string,
    tensors: number,
    optimizer: (param: Parameter) => optim.Optimizer,
  ): GpuOp => ({
    name: `optimizer ${name}`,
    bytes: 4 * elements * tensors,
    async values() {
      const param = new Parameter(filled([elements]));
      const rule = optimizer(param);
      rule.beginStep();
      return rule.updates([filled([elements])]).map(([target, value]) => ({ target, value }));
    },
  });
  return [
    make("SGD", 3, (param) => new optim.SGD([param], { lr: 1e-3 })),
    make("SGD with momentum", 5, (param) => new optim.SGD([param], { lr: 1e-3, momentum: 0.9 })),
    make("Adam", 7, (param) => new optim.Adam([param], { lr: 1e-3 })),
  ];
}

export interface OpSizes {
  readonly batches: Batches;
  /** Of the large tensors; a square number. */
  readonly elements: number;
  /** Of square matrices. */
  readonly matrices: readonly number[];
}

export function gpuOps({ batches, elements, matrices }: OpSizes): GpuOp[] {
  const { lenet: small, resnet18: middle, vgg11: large } = batches;
  const entries = [
    ...matrices.flatMap((n) => matmulEntries(n, n, n)),
    ...matmulEntries(small, 400, 120),
    ...matmulEntries(large, 25088, 4096),
    ...convolutions(lenet, small),
    ...convolutions(resnet18, middle),
    ...convolutions(vgg11, large),
    ...poolEntries("avgPool2d", [small, 6, 28, 28], 2),
    ...poolEntries("maxPool2d", [middle, 64, 48, 48], 3, 1),
    ...poolEntries("maxPool2d", [large, 64, 224, 224], 2),
    ...batchNormEntries([middle, 64, 48, 48]),
    ...batchNormEntries([middle, 512, 3, 3]),
  ];
  return [...memoryOps(elements), ...entries.map(ofEntry), ...optimizerOps(elements)];
}
