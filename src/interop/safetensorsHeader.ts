// The header of a safetensors file, hostile until checked: its length, its JSON, and that the
// tensors it names fill the file exactly.
import { type Fact, FormatError } from "../tensor/errors.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import { duplicateKey } from "./jsonKeys.ts";

/** Element types that are read, in the format's own spelling. */
export type SafetensorsDtype = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "U8" | "BOOL";

const bytesOfDtype: Readonly<Record<SafetensorsDtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  U8: 1,
  BOOL: 1,
};

/** The limit of the reference implementation. */
const maxHeaderBytes = 100_000_000;

/** One tensor as the header describes it; offsets count from the end of the header. */
export interface Entry {
  readonly key: string;
  readonly storedAs: SafetensorsDtype;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/** Throws a FormatError about the file of this name. */
export function fail(
  name: string,
  message: string,
  facts: readonly Fact[] = [],
  hint?: string,
  cause?: unknown,
): never {
  throw new FormatError(`${name}: ${message}`, {
    facts,
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

/** The header as parsed JSON, and the position behind it. */
export function readHeader(
  bytes: Uint8Array,
  name: string,
): { header: Record<string, unknown>; begin: number } {
  if (bytes.length < 8) {
    fail(name, "the file ends before its header", [
      { name: "expected", value: "at least 8 bytes" },
      { name: "found", value: `${bytes.length} bytes` },
    ]);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    fail(name, "not a safetensors file: its header would be too large", [
      { name: "header", value: `${length} bytes` },
      { name: "limit", value: `${maxHeaderBytes} bytes` },
    ]);
  }
  const begin = 8 + Number(length);
  if (begin > bytes.length) {
    fail(
      name,
      "the file ends inside its header",
      [
        { name: "header", value: `${length} bytes` },
        { name: "found", value: `${bytes.length - 8} bytes` },
      ],
      "the file was cut: fetch or save it again",
    );
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
    fail(
      name,
      "the header is no valid JSON",
      [{ name: "found", value: (cause as Error).message }],
      undefined,
      cause,
    );
  }
  return { header: header as Record<string, unknown>, begin };
}

/** The texts under `__metadata__`. */
export function readMetadata(value: unknown, name: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== "string")) {
    fail(name, "__metadata__ is not a map of texts");
  }
  return value as Record<string, string>;
}

/** One tensor of the header, its size checked against its shape. */
export function readEntry(key: string, value: unknown, name: string): Entry {
  if (!isObject(value)) fail(name, `the header's entry "${key}" is no object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(bytesOfDtype, dtype)) {
    fail(name, `the dtype of "${key}" is not supported`, [
      { name: "found", value: JSON.stringify(dtype) ?? "none" },
      { name: "known", value: Object.keys(bytesOfDtype).join(", ") },
    ]);
  }
  if (!isCounts(shape)) fail(name, `the shape of "${key}" is not a list of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2)
    fail(name, `the data_offsets of "${key}" are not two whole numbers`);
  const [begin, end] = offsets as [number, number];
  const storedAs = dtype as SafetensorsDtype;
  // Sizes are below 2⁵³ each, their product need not be; BigInt compares it exactly.
  const needed = shape.reduce(
    (product, size) => product * BigInt(size),
    BigInt(bytesOfDtype[storedAs]),
  );
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
export function checkCoverage(entries: readonly Entry[], available: number, name: string): void {
  let position = 0;
  for (const { key, begin, end } of entries.toSorted(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin !== position) {
      fail(
        name,
        `the bytes of "${key}" ${begin < position ? "overlap another tensor's" : "leave a gap before them"}`,
        [
          { name: "expected", value: `offset ${position}` },
          { name: "found", value: `offset ${begin}` },
        ],
      );
    }
    position = end;
  }
  if (position !== available) {
    const isCut = position > available;
    fail(
      name,
      isCut ? "the file ends inside its tensors" : "the file goes on after its last tensor",
      [
        { name: "expected", value: `${position} bytes of elements` },
        { name: "found", value: `${available} bytes` },
      ],
      isCut ? "the file was cut: fetch or save it again" : undefined,
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
