// Small pictures as PNG data URIs, for embedding. Pure, so that browsers can make them too: the pixels are stored,
// not compressed, which costs 784 bytes for a grey one of 28 x 28.

/** `data:image/png;base64,…` of bytes, grey, or planes of red, green and blue. */
export function pngDataUri(pixels: Uint8Array, width: number, height: number): string {
  const plane = height * width;
  const channels = pixels.length / plane;
  const rowBytes = 1 + channels * width;
  const rows = new Uint8Array(height * rowBytes);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < plane; i++) {
      const y = Math.floor(i / width);
      const x = i - y * width;
      rows[y * rowBytes + 1 + x * channels + channel] = pixels[channel * plane + i] as number;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  // The colour type: grey, or red, green and blue.
  header[9] = channels === 1 ? 0 : 2;
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const file = [
    signature,
    chunk("IHDR", header),
    chunk("IDAT", storedZlib(rows)),
    chunk("IEND", new Uint8Array(0)),
  ];
  let binary = "";
  for (const part of file) for (const byte of part) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}

/** A zlib stream of stored blocks, RFC 1950 and 1951: header, blocks of up to 65,535 bytes, Adler-32. */
function storedZlib(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / 65535));
  const out = new Uint8Array(2 + 5 * blocks + bytes.length + 4);
  const view = new DataView(out.buffer);
  out.set([0x78, 0x01]);
  let position = 2;
  for (let i = 0; i < blocks; i++) {
    const part = bytes.subarray(i * 65535, (i + 1) * 65535);
    out[position] = i === blocks - 1 ? 1 : 0;
    view.setUint16(position + 1, part.length, true);
    view.setUint16(position + 3, ~part.length & 0xffff, true);
    out.set(part, position + 5);
    position += 5 + part.length;
  }
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  view.setUint32(position, b * 65536 + a);
  return out;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** CRC-32 with the reversed polynomial of PNG and gzip, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
