// Single ops and their gradients, on shapes of real networks.
import type { BenchmarkSpec } from "../benchmark.ts";
import { type Entry, noise, numel, type OpWork, type TensorInfo, type Work } from "../work.ts";

type Sizes = readonly number[];

interface OpCase {
  readonly name: string;
  readonly work: Omit<OpWork, "kind" | "part">;
  readonly shapes: Readonly<Record<string, Sizes>>;
  /** Of the output, and so of the incoming gradient. */
  readonly output: Sizes;
  readonly parts: readonly OpWork["part"][];
  readonly flops?: number;
}

const partNames = {
  forward: "forward",
  inputGrad: "input gradient",
  weightGrad: "weight gradient",
} as const;

function entriesOf({ name, work, shapes, output, parts, flops }: OpCase): Entry[] {
  return parts.map((part) => {
    const all: Record<string, Sizes> = {
      ...shapes,
      ...(part === "forward" ? {} : { grad: output }),
    };
    const tensors = Object.entries(all).map(
      ([tensor, shape]): TensorInfo => ({ name: tensor, dtype: "float32", shape }),
    );
    const whole: Work = { kind: "op", part, ...work, tensors };
    // An op reads what it needs and writes its result once; a gradient has the shape of its input.
    const read = Object.values(all).reduce((sum, shape) => sum + numel(shape), 0);
    const written =
      part === "forward" ? output : (all[part === "inputGrad" ? "x" : "weight"] ?? []);
    return {
      name: parts.length === 1 ? name : `${name} ${partNames[part]}`,
      work: whole,
      elements: () =>
        new Map(tensors.map((info, i) => [info.name, noise(numel(info.shape), i + 1, 0.5)])),
      tolerance: 1e-4,
      perCall: 1,
      unit: "calls/s",
      ...(flops === undefined ? { bytes: 4 * (read + numel(written)) } : { flops }),
    };
  });
}

interface ConvCase {
  readonly name: string;
  readonly x: readonly [number, number, number, number];
  /** outChannels and kernelSize. */
  readonly weight: readonly [number, number];
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** The shapes on which the peers' own figures are known, and the kinds of convolutions between them. */
const convolutions: readonly ConvCase[] = [
  { name: "LeNet 1", x: [256, 1, 28, 28], weight: [6, 5], padding: 2 },
  { name: "LeNet 2", x: [256, 6, 14, 14], weight: [16, 5] },
  { name: "3×3, 64 channels", x: [16, 64, 24, 24], weight: [64, 3], padding: 1 },
  { name: "3×3, 256 channels", x: [16, 256, 6, 6], weight: [256, 3], padding: 1 },
  { name: "1×1, 64 to 256", x: [16, 64, 24, 24], weight: [256, 1] },
  { name: "depthwise 3×3", x: [16, 128, 24, 24], weight: [128, 3], padding: 1, groups: 128 },
  { name: "7×7 stride 2", x: [16, 3, 96, 96], weight: [64, 7], stride: 2, padding: 3 },
];

export function convEntries({
  name,
  x,
  weight,
  stride = 1,
  padding = 0,
  groups = 1,
}: ConvCase): Entry[] {
  const [batch, channels, height, width] = x;
  const [outChannels, kernelSize] = weight;
  const out = (size: number): number => Math.floor((size + 2 * padding - kernelSize) / stride) + 1;
  const output = [batch, outChannels, out(height), out(width)];
  const filters = [outChannels, channels / groups, kernelSize, kernelSize];
  return entriesOf({
    name,
    work: { op: "conv2d", stride, padding, groups },
    shapes: { x, weight: filters },
    output,
    parts: ["forward", "inputGrad", "weightGrad"],
    flops: 2 * numel(output) * (channels / groups) * kernelSize ** 2,
  });
}

export function matmulEntries(rows: number, inner: number, columns: number): Entry[] {
  return entriesOf({
    name: `${rows} × ${inner} × ${columns}`,
    work: { op: "matmul" },
    shapes: { x: [rows, inner], weight: [inner, columns] },
    output: [rows, columns],
    parts: ["forward"],
    flops: 2 * rows * inner * columns,
  });
}

export function poolEntries(
  op: "avgPool2d" | "maxPool2d",
  x: Sizes,
  kernelSize: number,
  padding = 0,
): Entry[] {
  const stride = 2;
  const out = (size = 0): number => Math.floor((size + 2 * padding - kernelSize) / stride) + 1;
  return entriesOf({
    name: `${op} ${kernelSize}×${kernelSize} of ${x.join("×")}`,
    work: { op, kernelSize, stride, padding },
    shapes: { x },
    output: [x[0] ?? 0, x[1] ?? 0, out(x[2]), out(x[3])],
    parts: ["forward", "inputGrad"],
  });
}

export function batchNormEntries(x: readonly [number, number, number, number]): Entry[] {
  return entriesOf({
    name: x.join("×"),
    work: { op: "batchNorm2d" },
    shapes: { x, weight: [x[1]], bias: [x[1]] },
    output: x,
    parts: ["forward", "inputGrad"],
  });
}

function softmaxEntries(x: Sizes): Entry[] {
  return entriesOf({
    name: x.join("×"),
    work: { op: "softmax" },
    shapes: { x },
    output: x,
    parts: ["forward", "inputGrad"],
  });
}

export const opBenchmarks: readonly BenchmarkSpec[] = [
  {
    name: "conv",
    summary: "convolutions and their gradients",
    entries: () => convolutions.flatMap(convEntries),
  },
  {
    name: "matmul",
    summary: "products of matrices, rows × inner × columns",
    entries: () => [
      ...matmulEntries(1024, 1024, 1024),
      ...matmulEntries(256, 400, 120),
      ...matmulEntries(16, 512, 1000),
    ],
  },
  {
    name: "pool",
    summary: "pooling and its gradient",
    entries: () => [
      ...poolEntries("avgPool2d", [256, 6, 28, 28], 2),
      ...poolEntries("maxPool2d", [256, 6, 28, 28], 2),
      ...poolEntries("maxPool2d", [16, 64, 48, 48], 3, 1),
    ],
  },
  {
    name: "batchnorm",
    summary: "batch normalisation with the batch's statistics, and its gradient",
    entries: () => [...batchNormEntries([16, 64, 48, 48]), ...batchNormEntries([16, 256, 6, 6])],
  },
  {
    name: "softmax",
    summary: "softmax of rows, and its gradient",
    entries: () => [...softmaxEntries([256, 10]), ...softmaxEntries([1024, 1000])],
  },
];
