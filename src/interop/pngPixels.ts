// From the inflated rows of a PNG file to pixels: undoes the filters, unpacks samples of 1 to 16
// bits, looks up the palette, puts interlaced rows in their place. Pure.
import { FormatError } from "../tensor/errors.ts";
import type { Image } from "./image.ts";

/** What the chunks of a file say about its pixels. */
export interface PixelFormat {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA. */
  readonly colorType: number;
  /** Samples per pixel. */
  readonly samples: number;
  readonly interlaced: boolean;
  /** RGB triples. */
  readonly palette?: Uint8Array;
  /** Alpha per palette entry, or the transparent colour as big-endian 16-bit samples. */
  readonly transparency?: Uint8Array;
}

/** A sub-picture: every `stepX`-th pixel of every `stepY`-th row. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
}

/** Adam7: first column and row, and the steps, of its seven sub-pictures. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The sub-pictures in the order of the file; one where it is not interlaced, empty ones left out. */
export function passesOf({ width, height, interlaced }: PixelFormat): readonly Pass[] {
  const grids = interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  return grids
    .map(([x, y, stepX, stepY]) => ({
      x,
      y,
      stepX,
      stepY,
      width: Math.ceil((width - x) / stepX),
      height: Math.ceil((height - y) / stepY),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Bytes of one row without its filter byte. */
export function rowBytes(width: number, { samples, depth }: PixelFormat): number {
  return Math.ceil((width * samples * depth) / 8);
}

/**
 * Pixels of 8 bits per channel from inflated rows.
 * @param filtered rows of all passes, each after its filter byte; overwritten
 * @throws FormatError for an unknown filter, or a pixel whose colour the palette does not have
 */
export function unpackPixels(filtered: Uint8Array, format: PixelFormat, name: string): Image {
  const { width, height, colorType, samples, transparency } = format;
  const hasAlpha = colorType >= 4 || transparency !== undefined;
  const channels = hasAlpha ? 4 : colorType === 0 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  // Rows that are pixels already: nearly all files.
  const isPlain =
    format.depth === 8 && !format.interlaced && samples === channels && colorType !== 3;
  if (isPlain) {
    const stride = width * channels;
    unfilter(filtered, stride, format, name);
    for (let y = 0; y < height; y++) {
      const start = y * (stride + 1) + 1;
      data.set(filtered.subarray(start, start + stride), y * stride);
    }
    return { width, height, channels, data };
  }
  const toPixel = pixelWriter(format, channels, name);
  const row = new Uint16Array(width * samples);
  let position = 0;
  for (const pass of passesOf(format)) {
    const stride = rowBytes(pass.width, format);
    unfilter(
      filtered.subarray(position, position + pass.height * (stride + 1)),
      stride,
      format,
      name,
    );
    for (let i = 0; i < pass.height; i++) {
      const start = position + i * (stride + 1) + 1;
      unpackSamples(
        filtered.subarray(start, start + stride),
        format.depth,
        row,
        pass.width * samples,
      );
      let target = ((pass.y + i * pass.stepY) * width + pass.x) * channels;
      for (let j = 0; j < pass.width; j++) {
        toPixel(row, j * samples, data, target);
        target += pass.stepX * channels;
      }
    }
    position += pass.height * (stride + 1);
  }
  return { width, height, channels, data };
}

/** Undoes the prediction of each byte from its neighbours a (left), b (above) and c (above left). */
function unfilter(
  rows: Uint8Array,
  stride: number,
  { samples, depth }: PixelFormat,
  name: string,
): void {
  const left = Math.max(1, (samples * depth) >> 3);
  let above: Uint8Array = new Uint8Array(stride);
  for (let start = 0; start < rows.length; start += stride + 1) {
    const filter = rows[start] as number;
    const row = rows.subarray(start + 1, start + 1 + stride);
    if (filter > 4) throw new FormatError(`${name}: row filter ${filter} does not exist`);
    filters[filter]?.(row, above, left);
    above = row;
  }
}

/** Undo the filters 0 to 4 on a row. A loop for each: this is most of the work on a large picture. */
const filters: readonly (((row: Uint8Array, above: Uint8Array, left: number) => void) | null)[] = [
  null,
  (row, _above, left) => {
    for (let i = left; i < row.length; i++) row[i] = at(row, i) + at(row, i - left);
  },
  (row, above) => {
    for (let i = 0; i < row.length; i++) row[i] = at(row, i) + at(above, i);
  },
  (row, above, left) => {
    for (let i = 0; i < row.length; i++) {
      const a = i < left ? 0 : at(row, i - left);
      row[i] = at(row, i) + ((a + at(above, i)) >> 1);
    }
  },
  (row, above, left) => {
    for (let i = 0; i < row.length; i++) {
      const isFirst = i < left;
      const [a, c] = isFirst ? [0, 0] : [at(row, i - left), at(above, i - left)];
      row[i] = at(row, i) + paeth(a, at(above, i), c);
    }
  },
];

function at(bytes: Uint8Array, i: number): number {
  return bytes[i] as number;
}

/** The neighbour nearest to a + b - c. */
function paeth(a: number, b: number, c: number): number {
  const distanceA = Math.abs(b - c);
  const distanceB = Math.abs(a - c);
  const distanceC = Math.abs(a + b - 2 * c);
  if (distanceA <= distanceB && distanceA <= distanceC) return a;
  return distanceB <= distanceC ? b : c;
}

/** Samples of 1, 2, 4, 8 or 16 bits, the highest bits first. */
function unpackSamples(bytes: Uint8Array, depth: number, out: Uint16Array, count: number): void {
  const perByte = 8 / depth;
  const mask = (1 << depth) - 1;
  for (let i = 0; i < count; i++) {
    if (depth === 8) out[i] = bytes[i] as number;
    else if (depth === 16) out[i] = ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number);
    else
      out[i] =
        ((bytes[Math.floor(i / perByte)] as number) >> (8 - depth * (1 + (i % perByte)))) & mask;
  }
}

type PixelWriter = (row: Uint16Array, source: number, data: Uint8Array, target: number) => void;

/** How one pixel's samples become its channels. */
function pixelWriter(format: PixelFormat, channels: number, name: string): PixelWriter {
  const { depth, colorType, palette, transparency } = format;
  const most = 2 ** depth - 1;
  // Rounded: 16 bits are not cut to their upper byte, which would darken by half a step.
  const to8 = (value: number): number => Math.round((value * 255) / most);
  if (colorType === 3) return paletteWriter(palette as Uint8Array, transparency, channels, name);
  if (colorType === 4) {
    return (row, source, data, target) => {
      data.fill(to8(row[source] as number), target, target + 3);
      data[target + 3] = to8(row[source + 1] as number);
    };
  }
  const samples = format.samples;
  // Compared at full depth, before rounding makes neighbouring colours equal.
  const clear =
    transparency &&
    Array.from(
      { length: samples },
      (_, i) => ((transparency[2 * i] as number) << 8) | (transparency[2 * i + 1] as number),
    );
  return (row, source, data, target) => {
    for (let channel = 0; channel < Math.min(channels, 3); channel++) {
      data[target + channel] = to8(row[source + (samples === 1 ? 0 : channel)] as number);
    }
    if (colorType === 6) data[target + 3] = to8(row[source + 3] as number);
    else if (clear !== undefined)
      data[target + 3] = clear.every((value, i) => value === row[source + i]) ? 0 : 255;
  };
}

function paletteWriter(
  palette: Uint8Array,
  alpha: Uint8Array | undefined,
  channels: number,
  name: string,
): PixelWriter {
  return (row, source, data, target) => {
    const index = row[source] as number;
    if (3 * index >= palette.length) {
      throw new FormatError(
        `${name}: a pixel has colour ${index}, the palette has ${palette.length / 3}`,
      );
    }
    for (let channel = 0; channel < 3; channel++)
      data[target + channel] = palette[3 * index + channel] as number;
    // Entries behind the list are opaque.
    if (channels === 4) data[target + 3] = alpha?.[index] ?? 255;
  };
}
