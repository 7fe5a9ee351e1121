// JPEG files to pixels: baseline, extended and progressive, grey, colour and four inks, turned upright by
// their Exif data. The pixels are those of libjpeg, which nearly all programs use. Pure.
import type { Image, ImageInfo } from "./image.ts";
import { exifOrientation, isSideways, upright } from "./jpeg/exif.ts";
import {
  fail,
  isFrameMarker,
  type JpegComponent,
  type JpegFrame,
  readFrame,
  storedBlocks,
} from "./jpeg/frame.ts";
import { type HuffmanTable, huffmanTable } from "./jpeg/huffman.ts";
import { inverseTransform } from "./jpeg/idct.ts";
import { type JpegColors, toPixels } from "./jpeg/pixels.ts";
import { decodeScan, type Scan } from "./jpeg/scan.ts";
import type { DecodeOptions } from "./png.ts";

/** Progressive files have about ten; a small file with thousands would keep a reader busy for hours. */
const mostScans = 200;

/** What a component gathers while the scans go by. */
interface Gathered {
  readonly component: JpegComponent;
  readonly coefficients: Int16Array;
  /** The table that was valid when the component's first scan began. */
  quantization: Uint16Array | undefined;
}

/**
 * Decodes a JPEG file to 8 bits per channel, upright. The file is hostile until checked: the size of the
 * picture is compared with the limit and with the file before anything is allocated. Colour profiles are
 * ignored; what follows the end is ignored. The pixels are those of libjpeg with its default settings, and
 * of Pillow for pictures of four inks.
 * @param bytes   the whole file
 * @param options maxPixels: the largest picture accepted; name: for error texts
 * @returns grey (1 channel) or RGB (3)
 * @throws FormatError if the file is no JPEG, cut, corrupt, too large, or of a kind that photographs never
 *   have: lossless, arithmetic-coded, of 12 bits
 * @example
 * const { readFile } = process.getBuiltinModule("node:fs/promises");
 * decodeJpeg(await readFile("photo.jpg")).channels // not run: needs a photograph
 * @see ITU-T T.81 "Digital compression and coding of continuous-tone still images"
 */
export function decodeJpeg(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  const { maxPixels = 2 ** 26, name = "JPEG" } = options;
  const reader = new JpegReader(bytes, name);
  while (reader.next()) {
    if (reader.frame !== undefined) checkSize(reader.frame, bytes, maxPixels, name);
    if (reader.isScan) reader.scan();
  }
  return upright(reader.image(), reader.orientation);
}

/**
 * Reads what the beginning of a JPEG file says.
 * @param bytes the file up to the first scan at least
 * @throws FormatError if it is no JPEG, of an unknown kind, or ends before
 * @internal
 */
export function jpegInfo(bytes: Uint8Array, name: string): ImageInfo {
  const reader = new JpegReader(bytes, name);
  while (reader.frame === undefined || !reader.isScan) {
    if (!reader.next()) fail(name, "there are no pixels");
  }
  const { width, height, components } = reader.frame;
  const [w, h] = isSideways(reader.orientation) ? [height, width] : [width, height];
  return { width: w, height: h, channels: components.length === 1 ? 1 : 3 };
}

function checkSize(frame: JpegFrame, bytes: Uint8Array, maxPixels: number, name: string): void {
  const { width, height } = frame;
  if (width * height > maxPixels) {
    fail(name, "the picture is too large", [
      { name: "picture", value: `${width} x ${height}` },
      { name: "limit", value: `${maxPixels} pixels` },
    ]);
  }
  // Each block takes a bit at least: a header that promises more lies.
  const blocks = storedBlocks(frame);
  if (blocks > 8 * bytes.length) {
    fail(name, "the file is too small for its picture", [
      { name: "picture", value: `${width} x ${height}`, remark: `${blocks} blocks of 8 x 8` },
      { name: "found", value: `${bytes.length} bytes` },
    ]);
  }
}

/** Walks the segments of a file and keeps what they say. */
class JpegReader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  #position = 2;
  #marker = 0;
  /** Content of the segment on which the reader stands. */
  #data: Uint8Array = new Uint8Array(0);
  frame: JpegFrame | undefined;
  orientation = 1;
  #gathered: readonly Gathered[] | undefined;
  #isJfif = false;
  #adobeTransform: number | undefined;
  readonly #quantization: (Uint16Array | undefined)[] = [];
  readonly #dc: (HuffmanTable | undefined)[] = [];
  readonly #ac: (HuffmanTable | undefined)[] = [];
  #restartInterval = 0;
  #scans = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8) fail(name, "not a JPEG file");
  }

  /** Does the reader stand on the header of a scan? */
  get isScan(): boolean {
    return this.#marker === 0xda;
  }

  /** Reads the next segment. Returns false at the end of the picture. */
  next(): boolean {
    const bytes = this.#bytes;
    // Some writers leave bytes between segments; every reader steps over them.
    let at = this.#position;
    while (at < bytes.length && !(bytes[at] === 0xff && isMarker(bytes[at + 1]))) at++;
    this.#marker = at + 1 < bytes.length ? (bytes[at + 1] as number) : 0;
    if (this.#marker === 0) {
      const where = this.frame === undefined ? "at its start" : "before the end of the picture";
      fail(
        this.#name,
        `the file ends ${where}`,
        [{ name: "found", value: `${bytes.length} bytes` }],
        "the file was cut: fetch it again",
      );
    }
    if (this.#marker === 0xd9) return false;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    this.#position = at + 2 + length;
    if (length < 2 || this.#position > bytes.length) {
      fail(this.#name, "the file ends inside a segment", [
        { name: "segment", value: `ff ${this.#marker.toString(16)}` },
        { name: "expected", value: `${at + 2 + length} bytes` },
        { name: "found", value: `${bytes.length} bytes` },
      ]);
    }
    this.#data = bytes.subarray(at + 4, this.#position);
    this.#segment();
    return true;
  }

  #segment(): void {
    const data = this.#data;
    if (isFrameMarker(this.#marker)) {
      if (this.frame !== undefined) fail(this.#name, "the frame header is repeated");
      this.frame = readFrame(data, this.#marker, this.#name);
    } else if (this.#marker === 0xc4) this.#readHuffman();
    else if (this.#marker === 0xdb) this.#readQuantization();
    else if (this.#marker === 0xdd) {
      if (data.length !== 2) fail(this.#name, "the restart interval is cut short");
      this.#restartInterval = ((data[0] as number) << 8) | (data[1] as number);
    } else if (this.#marker === 0xe0 && beginsWith(data, "JFIF\0")) this.#isJfif = true;
    else if (this.#marker === 0xe1 && beginsWith(data, "Exif\0")) {
      this.orientation = exifOrientation(data);
    } else if (this.#marker === 0xee && beginsWith(data, "Adobe") && data.length >= 12) {
      this.#adobeTransform = data[11] as number;
    }
  }

  #readHuffman(): void {
    const data = this.#data;
    for (let at = 0; at < data.length; ) {
      const spec = data[at] as number;
      const counts = data.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const symbols = data.subarray(at + 17, at + 17 + total);
      if (spec >> 4 > 1 || (spec & 15) > 3 || symbols.length !== total || total > 256) {
        fail(this.#name, "a Huffman table is against the standard");
      }
      const tables = spec >> 4 === 0 ? this.#dc : this.#ac;
      tables[spec & 15] = huffmanTable(counts, symbols, this.#name);
      at += 17 + total;
    }
  }

  #readQuantization(): void {
    const data = this.#data;
    for (let at = 0; at < data.length; ) {
      const spec = data[at] as number;
      const bytesEach = 1 + (spec >> 4);
      const end = at + 1 + 64 * bytesEach;
      if (bytesEach > 2 || (spec & 15) > 3 || end > data.length) {
        fail(this.#name, "a quantization table is against the standard");
      }
      const table = new Uint16Array(64);
      for (let k = 0, from = at + 1; k < 64; k++, from += bytesEach) {
        const value = data[from] as number;
        table[k] = bytesEach === 1 ? value : (value << 8) | (data[from + 1] as number);
      }
      this.#quantization[spec & 15] = table;
      at = end;
    }
  }

  /** Decodes the scan on whose header the reader stands. */
  scan(): void {
    if (this.frame === undefined) fail(this.#name, "the pixels come before the frame header");
    if (++this.#scans > mostScans) fail(this.#name, `there are more than ${mostScans} scans`);
    this.#position = decodeScan(this.#bytes, this.#position, this.#scanHeader(), this.#name);
  }

  #scanHeader(): Scan {
    const frame = this.frame as JpegFrame;
    const data = this.#data;
    const count = data[0] ?? 0;
    const wrong = (what: string): never => fail(this.#name, `the header of a scan ${what}`);
    if (data.length !== 4 + 2 * count || count === 0) wrong(`has ${data.length} bytes`);
    this.#gathered ??= frame.components.map((component) => ({
      component,
      coefficients: new Int16Array(component.storedPerLine * component.storedPerColumn * 64),
      quantization: undefined,
    }));
    const gathered = this.#gathered;
    const parts = Array.from({ length: count }, (_, i) => {
      const id = data[1 + 2 * i] as number;
      const tables = data[2 + 2 * i] as number;
      const part = gathered.find(({ component }) => component.id === id);
      if (part === undefined) return wrong(`names component ${id}, which does not exist`);
      part.quantization ??= this.#quantization[part.component.table];
      return { ...part, dc: this.#dc[tables >> 4], ac: this.#ac[tables & 15] };
    });
    if (new Set(parts.map(({ component }) => component.id)).size < count) {
      wrong("names a component twice");
    }
    const [first, last, bits] = data.subarray(1 + 2 * count) as unknown as [number, number, number];
    const [high, low] = [bits >> 4, bits & 15];
    if (frame.isProgressive) {
      const isBand = first === 0 ? last === 0 : first <= last && last < 64 && count === 1;
      if (!isBand || low > 13 || (high !== 0 && high !== low + 1)) {
        wrong(`asks for coefficients ${first} to ${last}, bits ${high} to ${low}`);
      }
    }
    return { frame, parts, first, last, high, low, restartInterval: this.#restartInterval };
  }

  /** The picture, as it lies in the file. */
  image(): Image {
    const { frame } = this;
    const gathered = this.#gathered;
    if (frame === undefined || gathered === undefined) fail(this.#name, "there are no pixels");
    const planes = gathered.map(({ component, coefficients, quantization }) => {
      if (quantization === undefined) {
        fail(this.#name, `component ${component.id} has no pixels or no quantization table`);
      }
      const { storedPerLine, storedPerColumn, width, height } = component;
      const data = inverseTransform(coefficients, quantization, storedPerLine, storedPerColumn);
      return { data, stride: storedPerLine * 8, width, height };
    });
    return toPixels(frame, planes, this.#colors(frame));
  }

  /** What the components mean: the rules of libjpeg. */
  #colors({ components }: JpegFrame): JpegColors {
    if (components.length === 1) return "grey";
    if (components.length === 4) return this.#adobeTransform === 2 ? "ycck" : "cmyk";
    if (this.#isJfif) return "ycc";
    if (this.#adobeTransform !== undefined) return this.#adobeTransform === 0 ? "rgb" : "ycc";
    const ids = String.fromCharCode(...components.map(({ id }) => id));
    return ids === "RGB" ? "rgb" : "ycc";
  }
}

/** Bytes behind 0xff that open a segment or end the picture: no filling, no stuffing, no restart. */
function isMarker(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0xc0 && byte < 0xff && !(byte >= 0xd0 && byte <= 0xd8);
}

function beginsWith(data: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => data[i] === letter.charCodeAt(0));
}
