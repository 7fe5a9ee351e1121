// What the markers of a JPEG file say about its picture: sizes, components, how they are sampled.
import { type Fact, FormatError } from "../../tensor/errors.ts";

/** One plane of the picture: brightness, a colour difference, an ink. */
export interface JpegComponent {
  readonly id: number;
  /** Samples beside and above each other where the picture has `maxH` and `maxV`. */
  readonly h: number;
  readonly v: number;
  /** Which quantization table. */
  readonly table: number;
  /** Samples that belong to the picture. */
  readonly width: number;
  readonly height: number;
  /** Blocks of 8 x 8 that belong to the picture. */
  readonly blocksPerLine: number;
  readonly blocksPerColumn: number;
  /** Blocks that are stored: whole units of the interleaved order. */
  readonly storedPerLine: number;
  readonly storedPerColumn: number;
}

/** The picture as its frame header describes it, before any turning. */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly JpegComponent[];
  readonly maxH: number;
  readonly maxV: number;
  readonly unitsPerLine: number;
  readonly unitsPerColumn: number;
}

export function fail(
  name: string,
  message: string,
  facts: readonly Fact[] = [],
  hint?: string,
): never {
  throw new FormatError(`${name}: ${message}`, {
    facts,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Frames of other kinds by their marker; nobody takes photographs in them. */
const otherFrames: Readonly<Record<number, string>> = {
  195: "lossless",
  197: "hierarchical",
  198: "hierarchical",
  199: "hierarchical",
  201: "arithmetic-coded",
  202: "arithmetic-coded",
  203: "arithmetic-coded",
  205: "arithmetic-coded",
  206: "arithmetic-coded",
  207: "arithmetic-coded",
};

/** Does the marker open a frame: SOF0 to SOF15 without DHT, JPG and DAC? */
export function isFrameMarker(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xc2) || marker in otherFrames;
}

/**
 * Reads a frame header. Nothing is allocated by what it says.
 * @throws FormatError for kinds of JPEG that are not read, and for headers against the standard
 */
export function readFrame(data: Uint8Array, marker: number, name: string): JpegFrame {
  const other = otherFrames[marker];
  if (other !== undefined) {
    fail(name, `${other} JPEG is not supported`, [], "convert it to baseline or progressive JPEG");
  }
  if (data.length < 6) fail(name, "the frame header is cut short");
  const [precision, heightHigh, heightLow, widthHigh, widthLow, count] = data as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const height = (heightHigh << 8) | heightLow;
  const width = (widthHigh << 8) | widthLow;
  if (precision !== 8) fail(name, `JPEG of ${precision} bits is not supported, only of 8`);
  if (width === 0 || height === 0) fail(name, `the picture is empty: ${width} x ${height}`);
  if (count !== 1 && count !== 3 && count !== 4) {
    fail(name, `the picture has ${count} components, not 1, 3 or 4`);
  }
  if (data.length !== 6 + 3 * count) fail(name, `the frame header has ${data.length} bytes`);
  const sampled = Array.from({ length: count }, (_, i) => {
    const [id, factors, table] = data.subarray(6 + 3 * i) as unknown as [number, number, number];
    return { id, h: factors >> 4, v: factors & 15, table };
  });
  const maxH = Math.max(...sampled.map(({ h }) => h));
  const maxV = Math.max(...sampled.map(({ v }) => v));
  for (const { id, h, v, table } of sampled) {
    const fits = h >= 1 && v >= 1 && maxH <= 4 && maxV <= 4 && maxH % h === 0 && maxV % v === 0;
    if (!fits) fail(name, `component ${id} is sampled ${h} x ${v} of ${maxH} x ${maxV}`);
    if (table > 3) fail(name, `component ${id} wants quantization table ${table}`);
    if (sampled.filter((one) => one.id === id).length > 1) {
      fail(name, `component ${id} is repeated`);
    }
  }
  const unitsPerLine = Math.ceil(width / (8 * maxH));
  const unitsPerColumn = Math.ceil(height / (8 * maxV));
  const components = sampled.map((component) => {
    const ownWidth = Math.ceil((width * component.h) / maxH);
    const ownHeight = Math.ceil((height * component.v) / maxV);
    return {
      ...component,
      width: ownWidth,
      height: ownHeight,
      blocksPerLine: Math.ceil(ownWidth / 8),
      blocksPerColumn: Math.ceil(ownHeight / 8),
      storedPerLine: unitsPerLine * component.h,
      storedPerColumn: unitsPerColumn * component.v,
    };
  });
  return {
    width,
    height,
    isProgressive: marker === 0xc2,
    components,
    maxH,
    maxV,
    unitsPerLine,
    unitsPerColumn,
  };
}

/** Blocks that are stored for all components together. */
export function storedBlocks({ components }: JpegFrame): number {
  return components.reduce(
    (sum, { storedPerLine, storedPerColumn }) => sum + storedPerLine * storedPerColumn,
    0,
  );
}
