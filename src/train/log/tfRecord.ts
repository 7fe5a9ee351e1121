// TFRecord framing: length, checksum of the length, content, checksum of the content; all little-endian.
import { joined } from "./protobuf.ts";

/** A record around its content. */
export function tfRecord(content: Uint8Array): Uint8Array {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, maskedCrc32c(head.subarray(0, 8)), true);
  const tail = new Uint8Array(4);
  new DataView(tail.buffer).setUint32(0, maskedCrc32c(content), true);
  return joined([head, content, tail]);
}

/** Content and end of each record, up to the first that is cut off or damaged. */
export function* tfRecordsOf(bytes: Uint8Array): Iterable<{ content: Uint8Array; end: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 16 <= bytes.length) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + 16 + length;
    if (end > bytes.length) return;
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) return;
    const content = bytes.subarray(at + 12, end - 4);
    if (view.getUint32(end - 4, true) !== maskedCrc32c(content)) return;
    yield { content, end };
    at = end;
  }
}

/** A checksum turned and shifted, so that checksums of data with checksums inside stay sound. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * CRC-32 with Castagnoli's polynomial, bit by bit: records are short.
 * @example crc32c(new TextEncoder().encode("123456789")).toString(16) // "e3069283"
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
