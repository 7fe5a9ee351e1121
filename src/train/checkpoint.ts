// Checkpoints: network, optimizer and position in one safetensors file, from which training goes on to
// the same bits. Tensors are named "model.<path>", "optimizer.<path>.<state>" and "ema.<path>"; the rest is one
// JSON text in the file's metadata. Node only where files are touched.
import type { Normalization } from "../data/transforms/normalize.ts";
import type { StoredTensor } from "../interop/safetensors.ts";
import { readSafetensors, writeSafetensors } from "../interop/safetensors.ts";
import type { Module } from "../nn/index.ts";
import type { ExponentialMovingAverage, Optimizer } from "../optim/index.ts";
import type { Dtype, TypedArray } from "../tensor/dtype.ts";
import { DataError, type Fact, FormatError } from "../tensor/errors.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import { Tensor, type Variable } from "../tensor/tensor.ts";
import { type CheckpointInfo, checkpointVersion, parseInfo } from "./checkpointInfo.ts";
import type { TrainState } from "./events.ts";

/** What a checkpoint is made of. */
export interface CheckpointContent {
  readonly net: Module;
  /** Left out where only the network is kept. */
  readonly optimizer?: Optimizer | null;
  /** Average of the network's parameters, if there is one. */
  readonly ema?: ExponentialMovingAverage | null;
  /** Where training stands, from `context.state()`. */
  readonly progress?: TrainState | null;
  /** Name and options by which `createModel` builds the network. */
  readonly model: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  readonly classes: readonly string[];
  /** How the network's images are normalised; null (default) if they are not. */
  readonly normalize?: Normalization | null;
  /** How it was trained, as plain JSON, for whoever loads it; null (default) for nothing. */
  readonly settings?: Readonly<Record<string, unknown>> | null;
}

/** A checkpoint as read from a file, checked but not yet put into a network. */
export interface Checkpoint extends CheckpointInfo {
  /** Values by name, each "model.<path>", "optimizer.<path>.<state>" or "ema.<path>". */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

const metadataKey = "fovea";

/**
 * Bytes of a checkpoint.
 * @example
 * const model = { name: "lenet", options: {} };
 * const bytes = await encodeCheckpoint({ net: lenet(), model, classes: ["cat", "dog"] });
 * decodeCheckpoint(bytes).model.name // "lenet"
 */
export async function encodeCheckpoint(content: CheckpointContent): Promise<Uint8Array> {
  const { net, optimizer = null, ema = null, model, classes } = content;
  const { progress = null, normalize = null, settings = null } = content;
  const live = liveTensors(net, optimizer, ema);
  const tensors = new Map<string, { dtype: Dtype; shape: Shape; data: TypedArray }>();
  for (const [name, variable] of live) {
    tensors.set(name, {
      dtype: variable.dtype,
      shape: variable.shape,
      data: await variable.data(),
    });
  }
  const info = {
    format: "fovea checkpoint",
    version: checkpointVersion,
    model,
    classes,
    normalize,
    settings,
    progress,
    optimizer: optimizer && plainState(optimizer),
    ema: ema && plainState(ema),
  };
  return writeSafetensors(tensors, { [metadataKey]: JSON.stringify(info) });
}

/** A state without its tensors, which are saved by names of their own. */
function plainState<State extends object>(from: {
  stateDict(): State & { tensors: unknown };
}): Omit<State, "tensors"> {
  const { tensors: _, ...plain } = from.stateDict();
  return plain;
}

/**
 * Writes a checkpoint, whole or not at all.
 * @throws DataError if the file cannot be written; the earlier file is then still there
 * @example
 * const model = { name: "lenet", options: {} };
 * await saveCheckpoint("runs/lenet/last.safetensors", { net: lenet(), model, classes: ["cat", "dog"] });
 * // not run: writes a file
 */
export async function saveCheckpoint(path: string, content: CheckpointContent): Promise<void> {
  const { atomicWrite } = await import("../interop/files.ts");
  await atomicWrite(path, await encodeCheckpoint(content));
}

/**
 * Checks the bytes of a checkpoint.
 * @throws FormatError if anything about them is not as `encodeCheckpoint` writes it
 * @example
 * const model = { name: "lenet", options: {} };
 * const bytes = await encodeCheckpoint({ net: lenet(), model, classes: ["cat", "dog"] });
 * decodeCheckpoint(bytes).classes // ["cat", "dog"]
 */
export function decodeCheckpoint(bytes: Uint8Array, name = "checkpoint"): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  const text = metadata[metadataKey];
  if (text === undefined) {
    throw new FormatError(`${name}: not a checkpoint of Fovea`, {
      facts: [{ name: "tensors", value: [...tensors.keys()].slice(0, 4).join(", ") || "none" }],
      hint: "it is a safetensors file: read it with readSafetensors and loadStateDict",
    });
  }
  return { ...parseInfo(text, name), tensors };
}

/**
 * Reads a checkpoint. Nothing in the file is trusted.
 * @throws DataError if the file cannot be read, FormatError if it is not a sound checkpoint
 * @example const checkpoint = await loadCheckpoint("runs/lenet/last.safetensors"); // not run: reads a file
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { readFile } = await import("node:fs/promises");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? "unknown";
    const headline = code === "ENOENT" ? `there is no checkpoint ${path}` : `cannot read ${path}`;
    throw new DataError(headline, { facts: [{ name: "system", value: code }], cause });
  }
  return decodeCheckpoint(bytes, path);
}

/**
 * Puts a checkpoint's values into a network and, if given, an optimizer and an average. Nothing is changed unless
 * all fits.
 * @throws FormatError that lists everything that does not fit
 * @example
 * const checkpoint = await loadCheckpoint("runs/lenet/last.safetensors");
 * const net = createModel(checkpoint.model.name, checkpoint.model.options);
 * restore(net, null, checkpoint); // not run: reads a file
 */
export function restore(
  net: Module,
  optimizer: Optimizer | null,
  checkpoint: Checkpoint,
  ema: ExponentialMovingAverage | null = null,
): void {
  if (optimizer !== null && checkpoint.optimizer === null) {
    throw new FormatError("restore: this checkpoint holds no optimizer", {
      hint: "it was saved without one: it can be evaluated, but not trained further",
    });
  }
  if (ema !== null && checkpoint.ema === null) {
    throw new FormatError("restore: this checkpoint holds no average of the parameters", {
      hint: "it was saved from training without ema",
    });
  }
  const own = liveTensors(net, optimizer, ema);
  const saved = new Map(
    [...checkpoint.tensors].filter(
      ([name]) =>
        (optimizer !== null || !name.startsWith("optimizer.")) &&
        (ema !== null || !name.startsWith("ema.")),
    ),
  );
  const faults = mismatches(own, saved);
  if (faults.length > 0) {
    throw new FormatError("restore: the checkpoint is of another network or optimizer", {
      facts: faults,
      hint: `it was saved from model "${checkpoint.model.name}"`,
    });
  }
  const values = new Map<string, Tensor>();
  for (const [name, { data, shape }] of saved) {
    const { dtype } = own.get(name) as Variable;
    values.set(name, Tensor.ofData(data as TypedArray, shape, dtype));
  }
  if (optimizer !== null && checkpoint.optimizer !== null) {
    const names = parameterNames(net, optimizer);
    const tensors = [...optimizer.stateDict().tensors.keys()].map((key) => {
      return [key, values.get(optimizerName(names, key)) as Tensor] as const;
    });
    optimizer.loadStateDict({ ...checkpoint.optimizer, tensors: new Map(tensors) });
  }
  const valuesOf = (prefix: string): Map<string, Tensor> =>
    new Map(
      Array.from(net.stateDict().keys(), (path) => [
        path,
        values.get(`${prefix}.${path}`) as Tensor,
      ]),
    );
  if (ema !== null && checkpoint.ema !== null)
    ema.loadStateDict({ ...checkpoint.ema, tensors: valuesOf("ema") });
  net.loadStateDict(valuesOf("model"));
}

/** Everything that is saved, by its name in the file. */
function liveTensors(
  net: Module,
  optimizer: Optimizer | null,
  ema: ExponentialMovingAverage | null,
): Map<string, Variable> {
  const live = new Map<string, Variable>();
  for (const [path, variable] of net.stateDict()) live.set(`model.${path}`, variable);
  for (const [path, average] of ema?.stateDict().tensors ?? []) {
    live.set(`ema.${path}`, average as Variable);
  }
  if (optimizer === null) return live;
  const names = parameterNames(net, optimizer);
  for (const [key, variable] of optimizer.stateDict().tensors) {
    live.set(optimizerName(names, key), variable as Variable);
  }
  return live;
}

/** Path in the network of each of the optimizer's parameters; its number for one that is not in the network. */
function parameterNames(net: Module, optimizer: Optimizer): string[] {
  const paths = new Map(
    Array.from(net.namedParameters(), ([path, parameter]) => [parameter, path]),
  );
  return optimizer.params.map((parameter, index) => paths.get(parameter) ?? String(index));
}

/** "optimizer.0.weight.expAvg" of "0.expAvg". */
function optimizerName(names: readonly string[], key: string): string {
  const dot = key.indexOf(".");
  return `optimizer.${names[Number(key.slice(0, dot))]}.${key.slice(dot + 1)}`;
}

function mismatches(
  own: ReadonlyMap<string, Variable>,
  saved: ReadonlyMap<string, StoredTensor>,
): Fact[] {
  const faults: Fact[] = [];
  for (const [name, { shape, dtype }] of own) {
    const found = saved.get(name);
    if (found === undefined)
      faults.push({ name: "missing", value: `${name} ${formatShape(shape)}` });
    else if (!sameShape(found.shape, shape)) {
      faults.push({
        name: "shape",
        value: `${name} ${formatShape(found.shape)}, needed ${formatShape(shape)}`,
      });
    } else if (found.dtype !== dtype) {
      faults.push({ name: "dtype", value: `${name} ${found.dtype}, needed ${dtype}` });
    }
  }
  for (const [name, { shape }] of saved) {
    if (!own.has(name)) faults.push({ name: "unexpected", value: `${name} ${formatShape(shape)}` });
  }
  return faults;
}
