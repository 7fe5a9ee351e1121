// What a file says of itself before it is decoded: its kind, and how large its picture is. A small file may hold a picture
// that fills all memory; this is asked first.

export interface PictureHeader {
  readonly kind: "PNG" | "JPEG" | "GIF" | "WebP" | "BMP";
  readonly width: number;
  readonly height: number;
}

/** Bytes from the beginning of a file in which the size is found; a JPEG may have long texts before it. */
export const headerBytes = 1 << 20;

/** Reads the beginning of a file; null if it is none of the kinds that pages read, or breaks off. */
export function pictureHeader(bytes: Uint8Array): PictureHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
      return { kind: "PNG", width: view.getUint32(16), height: view.getUint32(20) };
    if (startsWith(bytes, 0, [0xff, 0xd8, 0xff])) return jpegHeader(view);
    if (startsWith(bytes, 0, ascii("GIF8")))
      return { kind: "GIF", width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (startsWith(bytes, 0, ascii("RIFF")) && startsWith(bytes, 8, ascii("WEBP")))
      return webpHeader(bytes, view);
    if (startsWith(bytes, 0, ascii("BM"))) {
      const [width, height] = [view.getInt32(18, true), Math.abs(view.getInt32(22, true))];
      return { kind: "BMP", width, height };
    }
    return null;
  } catch (error) {
    // The file breaks off inside its header.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The size stands in the frame header, behind any number of other segments. */
function jpegHeader(view: DataView): PictureHeader | null {
  let at = 2;
  while (view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      return { kind: "JPEG", height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}

function webpHeader(bytes: Uint8Array, view: DataView): PictureHeader | null {
  if (startsWith(bytes, 12, ascii("VP8X"))) {
    const size = (at: number): number =>
      1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
    return { kind: "WebP", width: size(24), height: size(27) };
  }
  if (startsWith(bytes, 12, ascii("VP8 "))) {
    const [width, height] = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    return { kind: "WebP", width, height };
  }
  if (startsWith(bytes, 12, ascii("VP8L"))) {
    const bits = view.getUint32(21, true);
    return { kind: "WebP", width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
  }
  return null;
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

function startsWith(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}
