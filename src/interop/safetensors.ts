// safetensors: tensors by name in one file, with a JSON header and nothing that could run. The
// format of Fovea's checkpoints, and of most models on the web. Pure: bytes in, tensors out.
import { bytesPerElement, type Dtype, dtypes, type TypedArray } from "../tensor/dtype.ts";
import { DtypeError, FormatError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { bfloat16ToFloat32, float16ToFloat32 } from "./halfFloat.ts";
import {
  checkCoverage,
  type Entry,
  fail,
  readEntry,
  readHeader,
  readMetadata,
  type SafetensorsDtype,
} from "./safetensorsHeader.ts";

export type { SafetensorsDtype } from "./safetensorsHeader.ts";

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

/** What a file in the safetensors format holds. */
export interface SafetensorsFile {
  /** Tensors by name. */
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Record<string, string>;
}

const names: Readonly<Record<Dtype, SafetensorsDtype>> = {
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

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
  const byWidth = entries.toSorted(
    ([, a], [, b]) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype),
  );
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
  if (name === "__metadata__")
    throw new FormatError('safetensors: a tensor may not be named "__metadata__"');
  const isRight =
    dtype === "float32"
      ? data instanceof Float32Array
      : dtype === "int32"
        ? data instanceof Int32Array
        : dtypes.includes(dtype) && data instanceof Uint8Array;
  if (!isRight) {
    throw new DtypeError(`safetensors: the elements of "${name}" are not ${dtype}`, {
      facts: [
        { name: "dtype", value: dtype },
        { name: "elements", value: data.constructor.name },
      ],
    });
  }
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(`safetensors: the shape of "${name}" does not hold its elements`, {
      facts: [
        { name: "shape", value: formatShape(shape) },
        { name: "elements", value: String(data.length) },
      ],
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
 * @example readSafetensors(writeSafetensors(new Map())).tensors.size // 0
 * @see https://github.com/huggingface/safetensors "Format"
 */
export function readSafetensors(bytes: Uint8Array, name = "safetensors"): SafetensorsFile {
  const { header, begin } = readHeader(bytes, name);
  const available = bytes.length - begin;
  const metadata = readMetadata(header.__metadata__, name);
  const entries = Object.entries(header)
    .filter(([key]) => key !== "__metadata__")
    .map(([key, value]) => readEntry(key, value, name));
  checkCoverage(entries, available, name);
  const tensors = new Map(
    entries.map((entry) => [entry.key, elementsOf(entry, bytes, begin, name)]),
  );
  return { tensors, metadata };
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
      return {
        dtype: "float32",
        shape,
        storedAs,
        data: bfloat16ToFloat32(new Uint16Array(buffer)),
      };
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
      if (index >= 0)
        fail(name, `"${key}" is BOOL and holds ${data[index]}`, [
          { name: "index", value: String(index) },
        ]);
      return { dtype: "bool", shape, storedAs, data };
    }
    default:
      return storedAs satisfies never;
  }
}
