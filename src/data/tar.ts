// Tar archives in memory. Names are only looked up, never used as paths, so none can lead anywhere. Pure.
import { FormatError } from "../tensor/errors.ts";

const block = 512;

/**
 * The plain files of a tar archive, by name. Folders, links and extensions are passed over.
 * @param bytes the whole archive, not compressed
 * @param name  name of the archive, for error texts
 * @returns views into `bytes`
 * @throws FormatError for a header whose checksum or size is wrong, or an archive that is cut
 * @see POSIX.1-2017, "ustar Interchange Format"
 */
export function readTar(bytes: Uint8Array, name: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + block <= bytes.length; ) {
    const header = bytes.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return files;
    const fail = (message: string): never => {
      throw new FormatError(`${name}: ${message}`, {
        facts: [{ name: "offset", value: String(at) }],
      });
    };
    if (octal(header, 148, 8) !== checksum(header)) fail("a header's checksum is wrong");
    const size = octal(header, 124, 12);
    if (Number.isNaN(size)) fail("a file has no valid size");
    const start = at + block;
    if (start + size > bytes.length) fail("the archive is cut");
    const type = header[156];
    if (type === 0 || type === 0x30) {
      const isUstar = text(header, 257, 5) === "ustar";
      const prefix = isUstar ? text(header, 345, 155) : "";
      const own = text(header, 0, 100);
      files.set(prefix === "" ? own : `${prefix}/${own}`, bytes.subarray(start, start + size));
    }
    at = start + Math.ceil(size / block) * block;
  }
  return files;
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return String.fromCharCode(...field.subarray(0, end < 0 ? length : end));
}

/** A number in octal digits; NaN for anything else. */
function octal(header: Uint8Array, start: number, length: number): number {
  const digits = text(header, start, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** Sum of all bytes, those of the checksum itself counted as spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}
