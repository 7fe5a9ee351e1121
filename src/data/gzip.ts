// Gunzip with a bound: a small file may claim to be a huge one, so the size that the content is
// known to have is the most that is ever allocated. Node only (zlib).
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { FormatError } from "../tensor/errors.ts";

const gunzipAsync = promisify(gunzip);

/** Does the file begin as gzip files do? */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses a gzip file to at most `maxBytes`, off the main thread.
 * @param bytes    the compressed file
 * @param maxBytes the most that the content may be, in bytes
 * @param name     name of the file, for error texts
 * @throws FormatError if the file is no gzip file, cut short, corrupt, or larger than `maxBytes`
 * @example
 * const { gzipSync } = process.getBuiltinModule("node:zlib");
 * String(await gunzipBounded(gzipSync("hello"), 5, "greeting.gz")) // "hello"
 */
export async function gunzipBounded(
  bytes: Uint8Array,
  maxBytes: number,
  name: string,
): Promise<Uint8Array> {
  if (!isGzip(bytes)) {
    throw new FormatError(`${name}: not a gzip file`, {
      facts: [
        { name: "expected", value: "1f 8b", remark: "first bytes" },
        { name: "found", value: hexOf(bytes.subarray(0, 2)) || "nothing" },
      ],
    });
  }
  try {
    return await gunzipAsync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new FormatError(`${name}: the content is larger than ${maxBytes} bytes`, {
        facts: [{ name: "compressed", value: `${bytes.length} bytes` }],
        hint: "this is another file, or one made to exhaust the memory",
        cause,
      });
    }
    const isCut = code === "Z_BUF_ERROR";
    throw new FormatError(`${name}: the gzip file is ${isCut ? "cut short" : "corrupt"}`, {
      facts: [
        { name: "found", value: `${bytes.length} bytes` },
        { name: "zlib", value: (cause as Error).message },
      ],
      hint: "fetch the file again",
      cause,
    });
  }
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
