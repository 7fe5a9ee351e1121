// One scan of a JPEG file: from its bits to the coefficients of blocks. Sequential scans give all 64
// of a block at once; progressive ones some of them, or one more bit of those that are there.
import { fail, type JpegComponent, type JpegFrame } from "./frame.ts";
import { BitReader, type HuffmanTable } from "./huffman.ts";

/** Place in a block, row by row, of the coefficients in the order of the file. */
export const zigzag = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23],
  ...[30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
);

/** A component with what a scan needs of it. */
export interface ScanComponent {
  readonly component: JpegComponent;
  /** 64 for each stored block, before quantization is undone. */
  readonly coefficients: Int16Array;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

export interface Scan {
  readonly frame: JpegFrame;
  readonly parts: readonly ScanComponent[];
  /** First and last coefficient. */
  readonly first: number;
  readonly last: number;
  /** Bits that came before, or 0 for a first scan, and position of the bit that comes now. */
  readonly high: number;
  readonly low: number;
  /** Units between restart markers; 0 is none. */
  readonly restartInterval: number;
}

/**
 * Decodes a scan.
 * @param start first byte behind the scan's header
 * @returns position behind its last byte
 * @throws FormatError where bits are missing or are no code
 */
export function decodeScan(bytes: Uint8Array, start: number, scan: Scan, name: string): number {
  const { frame, parts, restartInterval } = scan;
  const reader = new BitReader(bytes, start, name);
  const blocks = blockDecoder(scan, reader, name);
  const single = parts.length === 1 ? parts[0] : undefined;
  const unitsPerLine = single?.component.blocksPerLine ?? frame.unitsPerLine;
  const unitsPerColumn = single?.component.blocksPerColumn ?? frame.unitsPerColumn;
  let untilRestart = restartInterval;
  let restarts = 0;
  for (let row = 0; row < unitsPerColumn; row++) {
    for (let column = 0; column < unitsPerLine; column++) {
      if (restartInterval > 0 && untilRestart === 0) {
        reader.align();
        reader.position = passRestart(bytes, reader.position, restarts++ & 7, name);
        blocks.restart();
        untilRestart = restartInterval;
      }
      untilRestart--;
      // A scan of one component has its blocks in reading order, not in groups.
      if (single !== undefined) {
        blocks.decode(0, row * single.component.storedPerLine + column);
      } else {
        for (let i = 0; i < parts.length; i++) {
          const { h, v, storedPerLine } = (parts[i] as ScanComponent).component;
          for (let y = 0; y < v; y++) {
            for (let x = 0; x < h; x++) {
              blocks.decode(i, (row * v + y) * storedPerLine + column * h + x);
            }
          }
        }
      }
    }
    if (reader.overrun) {
      fail(name, "the compressed pixels are cut short", [
        { name: "rows", value: `${row} of ${unitsPerColumn} blocks` },
      ]);
    }
  }
  return reader.position;
}

/** Steps over the restart marker that must come now. */
function passRestart(bytes: Uint8Array, position: number, index: number, name: string): number {
  // Filling bytes may precede a marker.
  let at = position;
  while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
  if (bytes[at] !== 0xff || bytes[at + 1] !== 0xd0 + index) {
    fail(name, `restart marker ${index} is missing`, [{ name: "offset", value: String(at) }]);
  }
  return at + 2;
}

interface BlockDecoder {
  /** Decodes block number `block` of part `i`. */
  decode(i: number, block: number): void;
  restart(): void;
}

function blockDecoder(scan: Scan, reader: BitReader, name: string): BlockDecoder {
  const { frame, parts, first, high, low } = scan;
  const predictions = new Int32Array(parts.length);
  const dcTables = parts.map(({ dc }) => dc);
  const acTables = parts.map(({ ac }) => ac);
  const needsDc = !frame.isProgressive || (first === 0 && high === 0);
  const needsAc = !frame.isProgressive || first > 0;
  if ((needsDc && dcTables.includes(undefined)) || (needsAc && acTables.includes(undefined))) {
    fail(name, "a Huffman table is missing");
  }
  const difference = (i: number): number => {
    const length = reader.symbol(dcTables[i] as HuffmanTable);
    if (length > 15) fail(name, "the compressed pixels are corrupt");
    predictions[i] = (predictions[i] as number) + reader.signed(length);
    return predictions[i] as number;
  };
  const bands = new ProgressiveBands(scan, reader, name);
  const restart = (): void => {
    predictions.fill(0);
    bands.restart();
  };
  if (!frame.isProgressive) {
    return {
      restart,
      decode(i, block) {
        const coefficients = (parts[i] as ScanComponent).coefficients;
        coefficients[block * 64] = difference(i);
        sequentialBand(reader, acTables[i] as HuffmanTable, coefficients, block * 64);
      },
    };
  }
  if (first > 0) {
    const { coefficients } = parts[0] as ScanComponent;
    const table = acTables[0] as HuffmanTable;
    return {
      restart,
      decode(_, block) {
        if (high === 0) bands.first(table, coefficients, block * 64);
        else bands.refine(table, coefficients, block * 64);
      },
    };
  }
  return {
    restart,
    decode(i, block) {
      const coefficients = (parts[i] as ScanComponent).coefficients;
      if (high === 0) coefficients[block * 64] = difference(i) << low;
      else if (reader.bit() === 1) {
        coefficients[block * 64] = (coefficients[block * 64] as number) | (1 << low);
      }
    },
  };
}

/** The 63 coefficients behind the first: runs of zeros, each with the value that ends it. */
function sequentialBand(
  reader: BitReader,
  table: HuffmanTable,
  coefficients: Int16Array,
  at: number,
): void {
  for (let k = 1; k < 64; k++) {
    const symbol = reader.symbol(table);
    const length = symbol & 15;
    const zeros = symbol >> 4;
    if (length === 0) {
      if (zeros < 15) return;
      k += 15;
      continue;
    }
    k += zeros;
    const value = reader.signed(length);
    if (k < 64) coefficients[at + (zigzag[k] as number)] = value;
  }
}

/** Bands of coefficients of progressive scans. A run of blocks may end together. */
class ProgressiveBands {
  readonly #scan: Scan;
  readonly #reader: BitReader;
  readonly #name: string;
  /** Blocks whose band is at its end, this one included. */
  #endRun = 0;

  constructor(scan: Scan, reader: BitReader, name: string) {
    this.#scan = scan;
    this.#reader = reader;
    this.#name = name;
  }

  restart(): void {
    this.#endRun = 0;
  }

  /** The upper bits of a band. */
  first(table: HuffmanTable, coefficients: Int16Array, at: number): void {
    if (this.#endRun > 0) {
      this.#endRun--;
      return;
    }
    const { first, last, low } = this.#scan;
    for (let k = first; k <= last; k++) {
      const symbol = this.#reader.symbol(table);
      const length = symbol & 15;
      const zeros = symbol >> 4;
      if (length === 0) {
        if (zeros < 15) {
          this.#endRun = (1 << zeros) + this.#reader.take(zeros) - 1;
          return;
        }
        k += 15;
        continue;
      }
      k += zeros;
      const value = this.#reader.signed(length);
      if (k < 64) coefficients[at + (zigzag[k] as number)] = value << low;
    }
  }

  /** One more bit of a band: of coefficients that are there, and those that become one. */
  refine(table: HuffmanTable, coefficients: Int16Array, at: number): void {
    const { first, last, low } = this.#scan;
    const one = 1 << low;
    let k = first;
    while (this.#endRun === 0 && k <= last) {
      const symbol = this.#reader.symbol(table);
      const length = symbol & 15;
      const zeros = symbol >> 4;
      if (length > 1) fail(this.#name, "the compressed pixels are corrupt");
      if (length === 0 && zeros < 15) {
        this.#endRun = (1 << zeros) + this.#reader.take(zeros);
        break;
      }
      const value = length === 0 ? 0 : this.#reader.bit() === 1 ? one : -one;
      k = this.#refineUntil(coefficients, at, k, zeros);
      if (value !== 0 && k <= last) coefficients[at + (zigzag[k] as number)] = value;
      k++;
    }
    if (this.#endRun > 0) {
      this.#refineUntil(coefficients, at, k, 64);
      this.#endRun--;
    }
  }

  /** Refines what is not zero, and stops at the zero behind `zeros` others. */
  #refineUntil(coefficients: Int16Array, at: number, from: number, zeros: number): number {
    const { last, low } = this.#scan;
    const one = 1 << low;
    let left = zeros;
    for (let k = from; k <= last; k++) {
      const place = at + (zigzag[k] as number);
      const value = coefficients[place] as number;
      if (value === 0) {
        if (left-- === 0) return k;
      } else if (this.#reader.bit() === 1 && (Math.abs(value) & one) === 0) {
        coefficients[place] = value + (value > 0 ? one : -one);
      }
    }
    return last + 1;
  }
}
