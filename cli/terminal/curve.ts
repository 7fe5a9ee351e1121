// A curve in characters: braille, two by four dots a character, or stars where there is no Unicode.
import type { Look } from "./terminal.ts";

/**
 * A curve through the values, from left to right over the whole width.
 * @returns `rows` lines of exactly `columns` characters, the highest value at the top
 */
export function curve(
  values: readonly number[],
  columns: number,
  rows: number,
  look: Look,
): string[] {
  const finite = values.filter(Number.isFinite);
  const [across, down] = look.unicode ? [2, 4] : [1, 1];
  const width = columns * across;
  const height = rows * down;
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  let last: number | undefined;
  for (let x = 0; x < width && finite.length > 0; x++) {
    const value = meanAt(finite, x, width);
    const y = Math.round((1 - (value - low) / span) * (height - 1));
    // Dots between this height and the last one keep the line closed where it is steep.
    const from = last === undefined ? y : y > last ? last + 1 : y < last ? last - 1 : y;
    for (let dot = Math.min(from, y); dot <= Math.max(from, y); dot++) {
      const cell = cells[Math.floor(dot / down)] as Uint8Array;
      const column = Math.floor(x / across);
      cell[column] = (cell[column] as number) | bit(x % across, dot % down);
    }
    last = y;
  }
  return cells.map((cell) => Array.from(cell, (bits) => character(bits, look)).join(""));
}

/** The mean of the values that fall on dot `x` of `width`; between two values, on the line. */
function meanAt(values: readonly number[], x: number, width: number): number {
  const count = values.length;
  if (count <= width) {
    const position = width === 1 ? 0 : (x * (count - 1)) / (width - 1);
    const left = Math.floor(position);
    const a = values[left] as number;
    const b = values[Math.min(left + 1, count - 1)] as number;
    return a + (b - a) * (position - left);
  }
  const from = Math.floor((x * count) / width);
  const part = values.slice(from, Math.max(from + 1, Math.floor(((x + 1) * count) / width)));
  return part.reduce((sum, value) => sum + value, 0) / part.length;
}

/** Unicode numbers the dots of a braille character down the columns, the fourth row last. */
function bit(column: number, row: number): number {
  return row === 3 ? 0x40 << column : 1 << (row + 3 * column);
}

function character(bits: number, look: Look): string {
  if (!look.unicode) return bits === 0 ? " " : "*";
  return bits === 0 ? " " : String.fromCharCode(0x2800 + bits);
}
