// PNG files to pixels and back. Reads every colour type, bit depth and interlacing of the standard;
// writes 8-bit grey, RGB and RGBA.

import { nodeModule } from "../tensor/environment.ts";
import { BackendError, type Fact, FormatError, ShapeError } from "../tensor/errors.ts";
import type { Image, ImageInfo } from "./image.ts";
import { type PixelFormat, passesOf, rowBytes, unpackPixels } from "./pngPixels.ts";
import { crc32, deflate, inflateByStream } from "./zlib.ts";

export interface DecodeOptions {
  /** Largest picture that is accepted, in pixels; default 2²⁶, as 8192 x 8192. */
  readonly maxPixels?: number;
  /** Name of the file, for error texts. */
  readonly name?: string;
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Samples per pixel and the bit depths allowed, by colour type. */
const colorTypes: Readonly<
  Record<number, { readonly samples: number; readonly depths: readonly number[] }>
> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

function fail(name: string, message: string, facts: readonly Fact[] = [], cause?: unknown): never {
  throw new FormatError(`${name}: ${message}`, { facts, cause });
}

/**
 * Decodes a PNG file to 8 bits per channel. The file is hostile until checked: checksums, the order
 * of chunks, and the size of the picture against the file before anything is allocated. Colour
 * profiles and gamma are ignored; 16-bit samples are rounded to 8; what follows the end is ignored.
 * @param bytes   the whole file
 * @param options maxPixels: the largest picture accepted; name: for error texts
 * @returns grey (1 channel), RGB (3), or RGBA (4: any file with transparency)
 * @throws FormatError if the file is no PNG, cut, corrupt, against the standard, or too large; BackendError in a
 *   browser, which decompresses only while one waits: use `data.decodePicture` there
 * @example
 * const file = encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
 * decodePng(file).width // 2
 * @see W3C "Portable Network Graphics (PNG) Specification", third edition
 */
export function decodePng(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  const zlib = nodeModule("node:zlib");
  if (zlib === null) {
    throw new BackendError("decodePng: works in Node only", { hint: "await decodePicture(bytes)" });
  }
  const { name = "PNG" } = options;
  const { format, packed, expected } = packedPixels(bytes, options);
  let filtered: Uint8Array;
  try {
    const whole = packed.length === 1 ? (packed[0] as Uint8Array) : Buffer.concat(packed);
    filtered = zlib.inflateSync(whole, { maxOutputLength: expected });
  } catch (cause) {
    refuseStream(name, cause, (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE");
  }
  return pixelsOf(filtered, expected, format, name);
}

/**
 * The same where there is no Node.
 * @internal
 */
export async function decodePngByStream(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Promise<Image> {
  const { name = "PNG" } = options;
  const { format, packed, expected } = packedPixels(bytes, options);
  let filtered: Uint8Array;
  try {
    filtered = await inflateByStream(packed, expected);
  } catch (cause) {
    refuseStream(name, cause, cause instanceof RangeError);
  }
  return pixelsOf(filtered, expected, format, name);
}

/** What a file says of its picture, and its compressed pixels; `expected`: their size, filter bytes included. */
function packedPixels(
  bytes: Uint8Array,
  { maxPixels = 2 ** 26, name = "PNG" }: DecodeOptions,
): { format: PixelFormat; packed: Uint8Array[]; expected: number } {
  const { format, packed } = readChunks(bytes, name, maxPixels);
  const expected = passesOf(format).reduce(
    (sum, pass) => sum + pass.height * (1 + rowBytes(pass.width, format)),
    0,
  );
  const packedBytes = packed.reduce((sum, piece) => sum + piece.length, 0);
  // Deflate cannot expand by more than 1032: a header that promises more lies.
  if (expected > 1032 * packedBytes) {
    fail(name, "the file is too small for its picture", [
      {
        name: "picture",
        value: `${format.width} x ${format.height}`,
        remark: `${expected} bytes of pixels`,
      },
      { name: "found", value: `${packedBytes} bytes`, remark: "compressed" },
    ]);
  }
  return { format, packed, expected };
}

function refuseStream(name: string, cause: unknown, isLarge: boolean): never {
  fail(
    name,
    isLarge ? "there are more pixels than the header says" : "the compressed pixels are corrupt",
    [{ name: "zlib", value: (cause as Error).message }],
    cause,
  );
}

function pixelsOf(
  filtered: Uint8Array,
  expected: number,
  format: PixelFormat,
  name: string,
): Image {
  if (filtered.length !== expected) {
    fail(name, "there are fewer pixels than the header says", [
      { name: "expected", value: `${expected} bytes` },
      { name: "found", value: `${filtered.length} bytes` },
    ]);
  }
  return unpackPixels(filtered, format, name);
}

/** Walks the chunks: what they say about the picture, and the pieces of its compressed pixels. */
function readChunks(
  bytes: Uint8Array,
  name: string,
  maxPixels: number,
): { format: PixelFormat; packed: Uint8Array[] } {
  if (signature.some((byte, i) => bytes[i] !== byte)) fail(name, "not a PNG file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: PixelFormat | undefined;
  const packed: Uint8Array[] = [];
  let previous = "";
  for (let position = 8; ; ) {
    if (position + 12 > bytes.length)
      fail(name, `the file ends ${previous === "" ? "at its start" : `after ${previous}`}`);
    const length = view.getUint32(position);
    const type = String.fromCharCode(...bytes.subarray(position + 4, position + 8));
    if (!/^[A-Za-z]{4}$/.test(type))
      fail(name, "a chunk has no valid type", [{ name: "offset", value: String(position) }]);
    const end = position + 12 + length;
    if (end > bytes.length) {
      fail(name, `the file ends inside ${type}`, [
        { name: "expected", value: `${end} bytes` },
        { name: "found", value: `${bytes.length} bytes` },
      ]);
    }
    if (crc32(bytes.subarray(position + 4, end - 4)) !== view.getUint32(end - 4))
      fail(name, `the checksum of ${type} is wrong`);
    const data = bytes.subarray(position + 8, end - 4);
    if (format === undefined) {
      if (type !== "IHDR") fail(name, `the file begins with ${type} instead of IHDR`);
      format = readHeader(data, name, maxPixels);
    } else if (type === "IDAT") {
      if (format.colorType === 3 && format.palette === undefined)
        fail(name, "the palette is missing");
      if (packed.length > 0 && previous !== "IDAT") fail(name, "IDAT chunks are not together");
      packed.push(data);
    } else if (type === "PLTE") {
      if (packed.length > 0 || format.palette !== undefined)
        fail(name, "PLTE is repeated or behind the pixels");
      format = { ...format, palette: readPalette(data, format, name) };
    } else if (type === "tRNS") {
      if (packed.length > 0 || format.transparency !== undefined)
        fail(name, "tRNS is repeated or behind the pixels");
      format = { ...format, transparency: readTransparency(data, format, name) };
    } else if (type === "IEND") {
      if (packed.length === 0) fail(name, "there are no pixels");
      return { format, packed };
    } else if (type === "IHDR") {
      fail(name, "IHDR is repeated");
    } else if ((type.charCodeAt(0) & 32) === 0) {
      fail(name, `the file needs ${type}, which no standard reader knows`);
    }
    previous = type;
    position = end;
  }
}

function readHeader(data: Uint8Array, name: string, maxPixels: number): PixelFormat {
  if (data.length !== 13) fail(name, `IHDR has ${data.length} bytes instead of 13`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, compression, filter, interlace] = data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (width === 0 || height === 0) fail(name, `the picture is empty: ${width} x ${height}`);
  if (width * height > maxPixels) {
    fail(name, "the picture is too large", [
      { name: "picture", value: `${width} x ${height}` },
      { name: "limit", value: `${maxPixels} pixels` },
    ]);
  }
  const colors = colorTypes[colorType];
  if (colors === undefined || !colors.depths.includes(depth)) {
    fail(name, `colour type ${colorType} with ${depth} bits does not exist`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    fail(
      name,
      `unknown method: compression ${compression}, filter ${filter}, interlace ${interlace}`,
    );
  }
  return { width, height, depth, colorType, samples: colors.samples, interlaced: interlace === 1 };
}

function readPalette(
  data: Uint8Array,
  { colorType, depth }: PixelFormat,
  name: string,
): Uint8Array {
  if (colorType === 0 || colorType === 4) fail(name, "a grey picture may not have a palette");
  // For RGB it is only a suggestion to displays, of up to 256 colours.
  const most = colorType === 3 ? 2 ** depth : 256;
  if (data.length === 0 || data.length % 3 !== 0 || data.length > 3 * most) {
    fail(name, `the palette has ${data.length} bytes, not three each for 1 to ${most} colours`);
  }
  return data;
}

function readTransparency(
  data: Uint8Array,
  { colorType, palette }: PixelFormat,
  name: string,
): Uint8Array {
  if (colorType === 3) {
    if (palette === undefined || data.length > palette.length / 3)
      fail(name, "tRNS has more entries than the palette");
  } else if (data.length !== (colorType === 0 ? 2 : 6) || colorType > 3) {
    fail(name, `tRNS of ${data.length} bytes does not fit colour type ${colorType}`);
  }
  return data;
}

/**
 * Reads what the first chunk of a PNG file says.
 * @param bytes the first 33 bytes of the file at least
 * @throws FormatError if it is no PNG, or its header is cut or against the standard
 * @internal
 */
export function pngInfo(bytes: Uint8Array, name: string): ImageInfo {
  if (signature.some((byte, i) => bytes[i] !== byte)) fail(name, "not a PNG file");
  const isHeader = bytes.length >= 33 && String.fromCharCode(...bytes.subarray(12, 16)) === "IHDR";
  if (!isHeader) fail(name, "the file ends at its start");
  const { width, height, colorType } = readHeader(bytes.subarray(16, 29), name, 2 ** 64);
  return { width, height, channels: colorType === 0 || colorType === 4 ? 1 : 3 };
}

/**
 * Encodes 8-bit pixels as a PNG file.
 * @param image grey, RGB or RGBA
 * @throws ShapeError if the data does not fill the picture
 * @example encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) })
 */
export function encodePng({ width, height, channels, data }: Image): Uint8Array {
  if (!(width >= 1 && height >= 1) || data.length !== width * height * channels) {
    throw new ShapeError(
      `encodePng: ${data.length} bytes do not fill a picture of ${width} x ${height} x ${channels}`,
    );
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, { 1: 0, 3: 2, 4: 6 }[channels]);
  // Filter "none" on every row: small pictures gain nothing from prediction.
  const stride = width * channels;
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++)
    rows.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const parts = [
    signature,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflate(rows)),
    chunk("IEND", new Uint8Array(0)),
  ];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
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
