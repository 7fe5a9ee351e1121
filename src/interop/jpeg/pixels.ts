// From the planes of a JPEG file to pixels: colour at the size of the brightness, then RGB. Rounded as
// the Independent JPEG Group's library rounds, inks to RGB as Pillow does.
import type { Image } from "../image.ts";
import type { JpegFrame } from "./frame.ts";
import type { Plane } from "./idct.ts";

/** What the planes mean. */
export type JpegColors = "grey" | "ycc" | "rgb" | "cmyk" | "ycck";

export function toPixels(frame: JpegFrame, planes: readonly Plane[], colors: JpegColors): Image {
  const { width, height } = frame;
  const channels = colors === "grey" ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const rows = planes.map(({ width: own }, i) => {
    const { h } = frame.components[i] as { h: number };
    return new Uint8Array(Math.max(width, (own * frame.maxH) / h));
  });
  const fills = planes.map((plane, i) => rowFiller(frame, i, plane));
  for (let y = 0; y < height; y++) {
    for (const [i, fill] of fills.entries()) fill(y, rows[i] as Uint8Array);
    writeRow(rows, colors, data, y * width * channels, width);
  }
  return { width, height, channels, data };
}

type RowFiller = (y: number, out: Uint8Array) => void;

/** Makes row `y` of a plane as wide as the picture. Factors of two are smoothed, others repeat. */
function rowFiller({ components, maxH, maxV }: JpegFrame, index: number, plane: Plane): RowFiller {
  const { data, stride, width, height } = plane;
  const { h, v } = components[index] as { h: number; v: number };
  const [across, down] = [maxH / h, maxV / v];
  const rowAt = (row: number): Uint8Array => {
    const inside = Math.min(Math.max(row, 0), height - 1);
    return data.subarray(inside * stride, inside * stride + width);
  };
  if (across === 1 && down === 1) return (y, out) => out.set(rowAt(y));
  // Half of the rows: each is three parts the nearest and one part the row beyond.
  if (across === 1 && down === 2) {
    return (y, out) => {
      const bias = (y & 1) === 0 ? 1 : 2;
      const [near, far] = nearAndFar(rowAt, y);
      for (let x = 0; x < width; x++) {
        out[x] = (3 * (near[x] as number) + (far[x] as number) + bias) >> 2;
      }
    };
  }
  if (across === 2 && down === 1 && width > 2) return (y, out) => widen(rowAt(y), out);
  if (across === 2 && down === 2 && width > 2) {
    const sums = new Int32Array(width);
    return (y, out) => {
      const [near, far] = nearAndFar(rowAt, y);
      for (let x = 0; x < width; x++) sums[x] = 3 * (near[x] as number) + (far[x] as number);
      widenSums(sums, out);
    };
  }
  return (y, out) => {
    const row = rowAt(Math.floor(y / down));
    for (let x = 0; x < width; x++) out.fill(row[x] as number, x * across, (x + 1) * across);
  };
}

function nearAndFar(rowAt: (row: number) => Uint8Array, y: number): [Uint8Array, Uint8Array] {
  const near = y >> 1;
  return [rowAt(near), rowAt((y & 1) === 0 ? near - 1 : near + 1)];
}

/** Twice as many values: three parts of the nearest, one part of the next. */
function widen(row: Uint8Array, out: Uint8Array): void {
  const last = row.length - 1;
  for (let x = 0; x <= last; x++) {
    const value = 3 * (row[x] as number);
    out[2 * x] = x === 0 ? (row[0] as number) : (value + (row[x - 1] as number) + 1) >> 2;
    out[2 * x + 1] = x === last ? (row[last] as number) : (value + (row[x + 1] as number) + 2) >> 2;
  }
}

/** The same of values that are four times as large already. */
function widenSums(row: Int32Array, out: Uint8Array): void {
  const last = row.length - 1;
  for (let x = 0; x <= last; x++) {
    const value = row[x] as number;
    const before = x === 0 ? value : (row[x - 1] as number);
    const after = x === last ? value : (row[x + 1] as number);
    out[2 * x] = (3 * value + before + 8) >> 4;
    out[2 * x + 1] = (3 * value + after + 7) >> 4;
  }
}

const half = 1 << 15;
// Factors of Rec. 601, times 2^16, by the colour difference.
const redOfCr = new Int32Array(256);
const blueOfCb = new Int32Array(256);
const greenOfCr = new Int32Array(256);
const greenOfCb = new Int32Array(256);
for (let i = 0; i < 256; i++) {
  redOfCr[i] = (91881 * (i - 128) + half) >> 16;
  blueOfCb[i] = (116130 * (i - 128) + half) >> 16;
  greenOfCr[i] = -46802 * (i - 128);
  greenOfCb[i] = -22554 * (i - 128) + half;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function writeRow(
  rows: readonly Uint8Array[],
  colors: JpegColors,
  data: Uint8Array,
  start: number,
  width: number,
): void {
  const [a, b, c, k] = rows as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  if (colors === "grey") data.set(a.subarray(0, width), start);
  else if (colors === "ycc" || colors === "ycck") writeDifferences(a, b, c, data, start, width);
  else {
    for (let x = 0, at = start; x < width; x++, at += 3) {
      data[at] = a[x] as number;
      data[at + 1] = b[x] as number;
      data[at + 2] = c[x] as number;
    }
  }
  if (k !== undefined) applyInks(k, colors === "ycck", data, start, width);
}

/** Brightness and colour differences to RGB. */
function writeDifferences(
  luma: Uint8Array,
  cbs: Uint8Array,
  crs: Uint8Array,
  data: Uint8Array,
  start: number,
  width: number,
): void {
  for (let x = 0, at = start; x < width; x++, at += 3) {
    const y = luma[x] as number;
    const cb = cbs[x] as number;
    const cr = crs[x] as number;
    data[at] = clamp(y + (redOfCr[cr] as number));
    data[at + 1] = clamp(y + (((greenOfCb[cb] as number) + (greenOfCr[cr] as number)) >> 16));
    data[at + 2] = clamp(y + (blueOfCb[cb] as number));
  }
}

/** From three inks and black to RGB. Inks are stored inverted, as Adobe does and all others after it. */
function applyInks(
  black: Uint8Array,
  isDifference: boolean,
  data: Uint8Array,
  start: number,
  width: number,
): void {
  for (let i = 0; i < 3 * width; i++) {
    const white = black[Math.floor(i / 3)] as number;
    const stored = data[start + i] as number;
    // Differences describe the inks themselves.
    const ink = isDifference ? stored : 255 - stored;
    data[start + i] = white - times(ink, white);
  }
}

/** a b / 255, rounded. */
function times(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
