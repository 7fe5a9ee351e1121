// The parts of zlib that PNG files need: Node's own where there is Node, and what browsers have instead.
import { nodeModule } from "../tensor/environment.ts";

/** CRC-32 with the reversed polynomial of PNG and gzip. */
export function crc32(bytes: Uint8Array): number {
  return nodeModule("node:zlib")?.crc32(bytes) ?? crc32ByTable(bytes);
}

const table = Uint32Array.from({ length: 256 }, (_, i) => {
  let entry = i;
  for (let bit = 0; bit < 8; bit++) entry = (entry >>> 1) ^ (entry & 1 ? 0xedb88320 : 0);
  return entry;
});

/** The same outside Node. */
export function crc32ByTable(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] as number);
  return ~crc >>> 0;
}

/** A zlib stream of the bytes: as small as it gets in Node, otherwise not compressed. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return nodeModule("node:zlib")?.deflateSync(bytes, { level: 9 }) ?? storedZlib(bytes);
}

/** A zlib stream of stored blocks, RFC 1950 and 1951: header, blocks of up to 65,535 bytes, Adler-32. */
export function storedZlib(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / 65_535));
  const out = new Uint8Array(2 + 5 * blocks + bytes.length + 4);
  const view = new DataView(out.buffer);
  out.set([0x78, 0x01]);
  let position = 2;
  for (let i = 0; i < blocks; i++) {
    const part = bytes.subarray(i * 65_535, (i + 1) * 65_535);
    out[position] = i === blocks - 1 ? 1 : 0;
    view.setUint16(position + 1, part.length, true);
    view.setUint16(position + 3, ~part.length & 0xffff, true);
    out.set(part, position + 5);
    position += 5 + part.length;
  }
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  view.setUint32(position, b * 65_536 + a);
  return out;
}

/**
 * Decompresses a zlib stream to at most `most` bytes, by the streams that browsers have.
 * @throws RangeError if there are more, otherwise what the stream throws
 */
export async function inflateByStream(
  pieces: readonly Uint8Array[],
  most: number,
): Promise<Uint8Array> {
  const out = new Uint8Array(most);
  let filled = 0;
  const packed = new Blob(pieces as Uint8Array<ArrayBuffer>[]).stream();
  const reader = packed.pipeThrough(new DecompressionStream("deflate")).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return out.subarray(0, filled);
    if (filled + value.length > most) {
      await reader.cancel();
      throw new RangeError(`the content is larger than ${most} bytes`);
    }
    out.set(value, filled);
    filled += value.length;
  }
}
