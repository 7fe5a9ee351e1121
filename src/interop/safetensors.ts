// safetensors: tensors by name in one file, with a JSON header and nothing that could run. The
// format of Fovea's checkpoints, and of most models on the web. Pure: bytes in, tensors out.
import { bytesPerElement, type Dtype, dtypes, type TypedArray } from "../tensor/dtype.ts";
import { DtypeError, type Fact, FormatError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { bfloat16ToFloat32, float16ToFloat32 } from "./halfFloat.ts";
import { duplicateKey } from "./jsonKeys.ts";

/** A tensor to write. */
export interface TensorData {
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** Elements in row-major order. */
  readonly data: TypedArray;
}

/** A tensor read from a file. float64 and int64 are read for interchange; tensors cannot have them. */
export type StoredTensor = { readonly shape: Shape; readonly storedAs: SafetensorsDtype } & (
  | { readonly dtype: "float32"; readonly data: Float32Array }
  | { readonly dtype: "int32"; readonly data: Int32Array }
  | { readonly dtype: "uint8" | "bool"; readonly data: Uint8Array }
  | { readonly dtype: "float64"; readonly data: Float64Array }
  | { readonly dtype: "int64"; readonly data: BigInt64Array }
);

/** Element types that are read, in the format's own spelling. */
export type SafetensorsDtype = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "U8" | "BOOL";

export interface SafetensorsFile {
  /** Tensors by name. */
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Record<string, string>;
}

const bytesOfDtype: Readonly<Record<SafetensorsDtype, number>> = {
  F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, BOOL: 1,
};
const names: Readonly<Record<Dtype, SafetensorsDtype>> = { float32: "F32", int32: "I32", uint8: "U8", bool: "BOOL" };

/** The limit of the reference implementation. */
const maxHeaderBytes = 100_000_000;

/**
 * Writes tensors as a safetensors file.
 *
 *     header length, uint64 little-endian | JSON header, padded to 8 bytes | elements
 *
 * The header lists tensors in the map's order; the elements of wider types come first, so that all
 * are aligned.
 * @param tensors  by name
 * @param metadata text by key, for what is not a tensor
 * @throws ShapeError if a shape does not hold the elements; DtypeError if the array is of another type
 * @example
 * const bytes = writeSafetensors(new Map([
 *   ["0.bias", { dtype: "float32", shape: [2], data: new Float32Array([1, 2]) }],
 * ]));
 * readSafetensors(bytes).tensors.get("0.bias").shape // [2]
 * @see https://github.com/huggingface/safetensors "Format"
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...tensors];
  for (const [name, tensor] of entries) checkTensor(name, tensor);
  // Sorting is stable: tensors of one width keep the map's order.
  const byWidth = entries.toSorted(([, a], [, b]) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  const begins = new Map<string, number>();
  let size = 0;
  for (const [name, { data }] of byWidth) {
    begins.set(name, size);
    size += data.byteLength;
  }
  const items: [string, unknown][] = entries.map(([name, { dtype, shape, data }]) => {
    const begin = begins.get(name) as number;
    return [name, { dtype: names[dtype], shape, data_offsets: [begin, begin + data.byteLength] }];
  });
  if (Object.keys(metadata).length > 0) items.unshift(["__metadata__", metadata]);
  // Not Object.fromEntries: objects put keys such as "0" first, and "__proto__" is no key to them.
  const json = `{${items.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
  const header = new TextEncoder().encode(json);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8 + header.length, 8 + headerBytes);
  file.set(header, 8);
  for (const [name, { data }] of entries) {
    const elements = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    file.set(elements, 8 + headerBytes + (begins.get(name) as number));
  }
  return file;
}

function checkTensor(name: string, { dtype, shape, data }: TensorData): void {
  if (name === "__metadata__") throw new FormatError('safetensors: a tensor may not be named "__metadata__"');
  const isRight = dtype === "float32" ? data instanceof Float32Array
    : dtype === "int32" ? data instanceof Int32Array
    : dtypes.includes(dtype) && data instanceof Uint8Array;
  if (!isRight) {
    throw new DtypeError(`safetensors: the elements of "${name}" are not ${dtype}`, {
      facts: [{ name: "dtype", value: dtype }, { name: "elements", value: data.constructor.name }],
    });
  }
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(`safetensors: the shape of "${name}" does not hold its elements`, {
      facts: [{ name: "shape", value: formatShape(shape) }, { name: "elements", value: String(data.length) }],
    });
  }
}

/**
 * Reads a safetensors file. The file is hostile until checked: nothing is allocated before the
 * header agrees with the length of the file, and every byte must belong to exactly one tensor.
 * float16 and bfloat16 are widened to float32.
 * @param bytes the whole file
 * @param name  name of the file, for error texts
 * @returns tensors by name (copies), and the metadata
 * @throws FormatError if the file is cut, its header is no valid JSON or repeats a key, a tensor's
 *   bytes do not fit its shape, overlap, leave a gap or reach beyond the file
 * @example readSafetensors(await readFile("last.safetensors")).metadata
 * @see https://github.com/huggingface/safetensors "Format"
 */
export function readSafetensors(bytes: Uint8Array, name = "safetensors"): SafetensorsFile {
  const { header, begin } = readHeader(bytes, name);
  const available = bytes.length - begin;
  const metadata = readMetadata(header["__metadata__"], name);
  const entries = Object.entries(header)
    .filter(([key]) => key !== "__metadata__")
    .map(([key, value]) => readEntry(key, value, name));
  checkCoverage(entries, available, name);
  const tensors = new Map(entries.map((entry) => [entry.key, elementsOf(entry, bytes, begin, name)]));
  return { tensors, metadata };
}

interface Entry {
  readonly key: string;
  readonly storedAs: SafetensorsDtype;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

function fail(name: string, message: string, facts: readonly Fact[] = [], hint?: string, cause?: unknown): never {
  throw new FormatError(`${name}: ${message}`, { facts, ...(hint === undefined ? {} : { hint }), cause });
}

function readHeader(bytes: Uint8Array, name: string): { header: Record<string, unknown>; begin: number } {
  if (bytes.length < 8) {
    fail(name, "the file ends before its header", [
      { name: "expected", value: "at least 8 bytes" }, { name: "found", value: `${bytes.length} bytes` },
    ]);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    fail(name, "not a safetensors file: its header would be too large", [
      { name: "header", value: `${length} bytes` }, { name: "limit", value: `${maxHeaderBytes} bytes` },
    ]);
  }
  const begin = 8 + Number(length);
  if (begin > bytes.length) {
    fail(name, "the file ends inside its header", [
      { name: "header", value: `${length} bytes` }, { name: "found", value: `${bytes.length - 8} bytes` },
    ], "the file was cut: fetch or save it again");
  }
  if (bytes[8] !== 0x7b) fail(name, "not a safetensors file: its header does not begin with {");
  let header: unknown;
  try {
    const json = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, begin));
    header = JSON.parse(json);
    const repeated = duplicateKey(json);
    if (repeated !== undefined) fail(name, `the header names "${repeated}" twice`);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    fail(name, "the header is no valid JSON", [{ name: "found", value: (cause as Error).message }], undefined, cause);
  }
  return { header: header as Record<string, unknown>, begin };
}

function readMetadata(value: unknown, name: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== "string")) {
    fail(name, "__metadata__ is not a map of texts");
  }
  return value as Record<string, string>;
}

function readEntry(key: string, value: unknown, name: string): Entry {
  if (!isObject(value)) fail(name, `the header's entry "${key}" is no object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(bytesOfDtype, dtype)) {
    fail(name, `the dtype of "${key}" is not supported`, [
      { name: "found", value: JSON.stringify(dtype) ?? "none" },
      { name: "known", value: Object.keys(bytesOfDtype).join(", ") },
    ]);
  }
  if (!isCounts(shape)) fail(name, `the shape of "${key}" is not a list of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) fail(name, `the data_offsets of "${key}" are not two whole numbers`);
  const [begin, end] = offsets as [number, number];
  const storedAs = dtype as SafetensorsDtype;
  // Sizes are below 2⁵³ each, their product need not be; BigInt compares it exactly.
  const needed = shape.reduce((product, size) => product * BigInt(size), BigInt(bytesOfDtype[storedAs]));
  if (needed !== BigInt(end - begin)) {
    fail(name, `the bytes of "${key}" do not fit its shape`, [
      { name: "shape", value: formatShape(shape), remark: storedAs },
      { name: "needed", value: `${needed} bytes` },
      { name: "offsets", value: `${begin} to ${end}`, remark: `${end - begin} bytes` },
    ]);
  }
  return { key, storedAs, shape, begin, end };
}

/** Laid end to end the tensors must fill the file: no gap, no overlap, nothing before or behind. */
function checkCoverage(entries: readonly Entry[], available: number, name: string): void {
  let position = 0;
  for (const { key, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) {
      fail(name, `the bytes of "${key}" ${begin < position ? "overlap another tensor's" : "leave a gap before them"}`, [
        { name: "expected", value: `offset ${position}` }, { name: "found", value: `offset ${begin}` },
      ]);
    }
    position = end;
  }
  if (position !== available) {
    const isCut = position > available;
    fail(name, isCut ? "the file ends inside its tensors" : "the file goes on after its last tensor", [
      { name: "expected", value: `${position} bytes of elements` }, { name: "found", value: `${available} bytes` },
    ], isCut ? "the file was cut: fetch or save it again" : undefined);
  }
}

function elementsOf(entry: Entry, bytes: Uint8Array, start: number, name: string): StoredTensor {
  const { key, storedAs, shape } = entry;
  // A copy: typed arrays need alignment, and the caller may reuse the file's bytes.
  const buffer = new Uint8Array(bytes.subarray(start + entry.begin, start + entry.end)).buffer;
  switch (storedAs) {
    case "F32":
      return { dtype: "float32", shape, storedAs, data: new Float32Array(buffer) };
    case "F16":
      return { dtype: "float32", shape, storedAs, data: float16ToFloat32(new Uint16Array(buffer)) };
    case "BF16":
      return { dtype: "float32", shape, storedAs, data: bfloat16ToFloat32(new Uint16Array(buffer)) };
    case "F64":
      return { dtype: "float64", shape, storedAs, data: new Float64Array(buffer) };
    case "I64":
      return { dtype: "int64", shape, storedAs, data: new BigInt64Array(buffer) };
    case "I32":
      return { dtype: "int32", shape, storedAs, data: new Int32Array(buffer) };
    case "U8":
      return { dtype: "uint8", shape, storedAs, data: new Uint8Array(buffer) };
    case "BOOL": {
      const data = new Uint8Array(buffer);
      const index = data.findIndex((value) => value > 1);
      if (index >= 0) fail(name, `"${key}" is BOOL and holds ${data[index]}`, [{ name: "index", value: String(index) }]);
      return { dtype: "bool", shape, storedAs, data };
    }
    default:
      return storedAs satisfies never;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
