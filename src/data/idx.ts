// IDX, the format of MNIST and its successors: a magic number that holds element type and rank,
// big-endian sizes, then the elements. Pure: bytes in, a checked view out, nothing allocated.
import { FormatError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";

/** What an IDX file is expected to hold: images `[count, height, width]` or labels `[count]`. */
export type IdxContent = "images" | "labels";

export interface IdxOptions {
  /** What the file should hold. */
  readonly expect: IdxContent;
  /** Name of the file, for error texts. */
  readonly name?: string;
}

/** A parsed IDX file: unsigned bytes in row-major order. */
export interface IdxArray {
  /** `[count, height, width]` for images, `[count]` for labels. */
  readonly shape: readonly number[];
  /** View into the bytes that were parsed. */
  readonly data: Uint8Array;
}

/** Element types of the format by their code; MNIST files use unsigned bytes. */
const elementTypes: Readonly<Record<number, string>> = {
  8: "unsigned byte",
  9: "signed byte",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/**
 * Reads an uncompressed IDX file of unsigned bytes. The file is hostile until checked: every size
 * is compared with the length of the file before it is used.
 *
 *     0 0 type rank | size₀ … size_rank−1, big-endian uint32 | elements
 *
 * @param bytes   the whole file, already decompressed
 * @param options expect: "images" (rank 3) or "labels" (rank 1); name: for error texts
 * @returns shape, and the elements as a view (no copy)
 * @throws FormatError if the magic number, the type, the rank or any size is not as expected, or
 *   if the file is shorter or longer than its header says
 * @example
 * parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9), { expect: "labels" }).shape // [2]
 * @see http://yann.lecun.com/exdb/mnist/ "the IDX file format"
 */
export function parseIdx(bytes: Uint8Array, options: IdxOptions): IdxArray {
  const rank = options.expect === "images" ? 3 : 1;
  const name = options.name ?? `IDX ${options.expect}`;
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new FormatError(`${name}: the file ends inside its header`, {
      facts: [
        {
          name: "expected",
          value: `at least ${headerBytes} bytes`,
          remark: `IDX header of ${options.expect}`,
        },
        { name: "found", value: `${bytes.length} bytes` },
      ],
    });
  }
  checkMagic(bytes, rank, name, options.expect);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const available = bytes.length - headerBytes;
  // Three sizes of up to 2³² overflow a double's 53 bits; BigInt compares them exactly.
  const needed = shape.reduce((product, size) => product * BigInt(size), 1n);
  if (shape.some((size) => size === 0)) {
    throw new FormatError(`${name}: the header announces no elements`, {
      facts: [{ name: "sizes", value: formatShape(shape) }],
    });
  }
  if (needed !== BigInt(available)) {
    const what =
      needed > BigInt(available)
        ? "is shorter than its header says"
        : "goes on after its last element";
    throw new FormatError(`${name}: the file ${what}`, {
      facts: [
        { name: "sizes", value: formatShape(shape), remark: "from the header" },
        { name: "expected", value: `${needed} bytes of elements` },
        { name: "found", value: `${available} bytes of elements` },
      ],
      hint: "the file was cut or overwritten: fetch it again",
    });
  }
  return { shape, data: bytes.subarray(headerBytes) };
}

/** Two zero bytes, the code of unsigned bytes, the rank. */
function checkMagic(bytes: Uint8Array, rank: number, name: string, expect: IdxContent): void {
  const [zero0, zero1, type, foundRank] = bytes as unknown as [number, number, number, number];
  const expected = `00 00 08 0${rank}`;
  const found = [...bytes.subarray(0, 4)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join(" ");
  const fail = (headline: string, hint?: string): never => {
    throw new FormatError(`${name}: ${headline}`, {
      facts: [
        { name: "expected", value: expected, remark: `${expect} of unsigned bytes` },
        { name: "found", value: found },
      ],
      ...(hint === undefined ? {} : { hint }),
    });
  };
  if (zero0 === 0x1f && zero1 === 0x8b)
    fail("the file is still compressed", "decompress it with gunzip first");
  if (zero0 !== 0 || zero1 !== 0) fail("not an IDX file");
  if (type !== 8)
    fail(`elements are ${elementTypes[type] ?? `of unknown type ${type}`}, not unsigned bytes`);
  if (foundRank !== rank) {
    const what =
      foundRank === 1 ? "labels" : foundRank === 3 ? "images" : `an array of rank ${foundRank}`;
    fail(`the file holds ${what}, not ${expect}`, "were images and labels swapped?");
  }
}
