// What is measured, as plain data: every system, ours or a peer, in whatever language, reads the same
// `work.json` and the same elements in `work.bin`, and does the same.
import type { NetworkStep } from "./networks.ts";

/** Elements in `work.bin`, one tensor after another, little-endian, in the order of the list. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: "float32" | "uint8" | "int32";
  readonly shape: readonly number[];
}

export type ModelOptions = Readonly<Record<string, unknown>>;

/** Training steps of a network with plain SGD and the mean cross-entropy. */
export interface TrainWork {
  readonly kind: "train";
  readonly model: string;
  /** What `createModel` is told besides. */
  readonly modelOptions?: ModelOptions;
  readonly network: readonly NetworkStep[];
  readonly batchSize: number;
  readonly lr: number;
  /** How many losses, step by step from the given parameters, are the output that is compared. */
  readonly compared: number;
}

/** Outputs of a network in evaluation mode for one batch. */
export interface InferWork {
  readonly kind: "infer";
  readonly model: string;
  readonly modelOptions?: ModelOptions;
  readonly network: readonly NetworkStep[];
}

/** One op, or one of its gradients for a given incoming gradient. */
export interface OpWork {
  readonly kind: "op";
  readonly op: "conv2d" | "matmul" | "maxPool2d" | "avgPool2d" | "batchNorm2d" | "softmax";
  readonly part: "forward" | "inputGrad" | "weightGrad";
  readonly kernelSize?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

export type Work = (TrainWork | InferWork | OpWork) & { readonly tensors: readonly TensorInfo[] };

export type Elements = Float32Array | Uint8Array | Int32Array;
export type Tensors = ReadonlyMap<string, Elements>;

/** One line of a result: a work, on so many threads, and what its figures mean. */
export interface Entry {
  readonly name: string;
  readonly work: Work;
  /** Its elements are made when it is its turn. */
  readonly elements: () => Tensors | Promise<Tensors>;
  /** Largest difference from our output that still counts as equal, relative to its largest element (losses: each). */
  readonly tolerance: number;
  /** Images (or other items) in a call. */
  readonly perCall: number;
  readonly unit: string;
  /** Floating-point operations of a call, a multiply-add counted as two. */
  readonly flops?: number;
  /** Bytes that a call must read and write at least. */
  readonly bytes?: number;
}

const bytesOf = { float32: 4, int32: 4, uint8: 1 };

export const numel = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** The tensors in the bytes of a `work.bin`. */
export function unpack(infos: readonly TensorInfo[], bytes: ArrayBuffer): Map<string, Elements> {
  const tensors = new Map<string, Elements>();
  let offset = 0;
  for (const { name, dtype, shape } of infos) {
    const part = bytes.slice(offset, offset + numel(shape) * bytesOf[dtype]);
    offset += part.byteLength;
    if (dtype === "float32") tensors.set(name, new Float32Array(part));
    else if (dtype === "int32") tensors.set(name, new Int32Array(part));
    else tensors.set(name, new Uint8Array(part));
  }
  return tensors;
}

/** Zeros instead of images and labels. */
export function emptyTensors(infos: readonly TensorInfo[]): Map<string, Elements> {
  const given = infos.filter(({ dtype }) => dtype !== "float32");
  return new Map(
    given.map(({ name, dtype, shape }) => {
      const length = numel(shape);
      return [name, dtype === "uint8" ? new Uint8Array(length) : new Int32Array(length)];
    }),
  );
}

/** The bytes of a `work.bin`. */
export function pack(infos: readonly TensorInfo[], tensors: Tensors): Uint8Array {
  const parts = infos.map(({ name, dtype, shape }) => {
    const elements = tensors.get(name);
    if (elements?.byteLength !== numel(shape) * bytesOf[dtype])
      throw new Error(`work: ${name} is missing, or has another size than its shape`);
    return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  });
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.byteLength;
  }
  return all;
}

/** Normally distributed numbers, the same in every run (mulberry32 and the sum of twelve uniform ones). */
export function noise(length: number, seed: number, scale = 1): Float32Array {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from({ length }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum * scale;
  });
}
