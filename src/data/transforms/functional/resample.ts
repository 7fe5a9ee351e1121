// Sums over rows and columns: the core of resizing and of blurring.
import type { Taps } from "../../../ops/taps.ts";
import type { Picture } from "../../picture.ts";
import type { Box } from "./window.ts";

/** Rows between the two passes; kept from picture to picture, as making it anew takes time. */
let kept = new Float32Array(0);

/**
 * Each pixel is a weighted sum of pixels of the box: first along the rows, then along the columns. The
 * result is rounded to the nearest whole number (the even one of two that are equally near) and kept
 * in 0 to 255.
 * @param rows    what goes into each row of the result, counted from the top of the box
 * @param columns what goes into each column, counted from its left
 */
export function resample(
  { channels, height: allRows, width: allColumns, data }: Picture,
  { top, left, height }: Box,
  rows: Taps,
  columns: Taps,
): Picture {
  const width = columns.size;
  if (kept.length < height * width) kept = new Float32Array(height * width);
  const between = kept;
  const out = new Uint8Array(channels * rows.size * width);
  // Assigning to it rounds half to even and clamps.
  const bytes = new Uint8ClampedArray(out.buffer);
  const sums = new Float64Array(width);
  for (let c = 0; c < channels; c++) {
    const corner = (c * allRows + top) * allColumns + left;
    alongRows(data, corner, allColumns, height, columns, between);
    alongColumns(between, bytes, c * rows.size * width, rows, width, sums);
  }
  return { channels, height: rows.size, width, data: out };
}

function alongRows(
  data: Uint8Array,
  corner: number,
  stride: number,
  height: number,
  { size, index, weight }: Taps,
  between: Float32Array,
): void {
  const taps = index.length / size;
  // Four rows at a time share the weights; where fewer are left, the last one is computed again.
  for (let y = 0; y < height; y += 4) {
    const y1 = Math.min(y + 1, height - 1);
    const y2 = Math.min(y + 2, height - 1);
    const y3 = Math.min(y + 3, height - 1);
    for (let x = 0, k = 0; x < size; x++) {
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (const end = k + taps; k < end; k++) {
        const share = weight[k] as number;
        const column = corner + (index[k] as number);
        sum0 += share * (data[column + y * stride] as number);
        sum1 += share * (data[column + y1 * stride] as number);
        sum2 += share * (data[column + y2 * stride] as number);
        sum3 += share * (data[column + y3 * stride] as number);
      }
      between[y * size + x] = sum0;
      between[y1 * size + x] = sum1;
      between[y2 * size + x] = sum2;
      between[y3 * size + x] = sum3;
    }
  }
}

function alongColumns(
  between: Float32Array,
  bytes: Uint8ClampedArray,
  start: number,
  { size, index, weight }: Taps,
  width: number,
  sums: Float64Array,
): void {
  const taps = index.length / size;
  for (let y = 0; y < size; y++) {
    const first = y * taps;
    // Two rows at a time: each sum is read and written half as often.
    sums.fill(0);
    for (let tap = 0; tap < taps; tap += 2) {
      const k = first + tap;
      const hasSecond = tap + 1 < taps;
      const share = weight[k] as number;
      const secondShare = hasSecond ? (weight[k + 1] as number) : 0;
      if (share === 0 && secondShare === 0) continue;
      const row = (index[k] as number) * width;
      const secondRow = hasSecond ? (index[k + 1] as number) * width : row;
      for (let x = 0; x < width; x++) {
        sums[x] =
          (sums[x] as number) +
          (share * (between[row + x] as number) + secondShare * (between[secondRow + x] as number));
      }
    }
    const at = start + y * width;
    for (let x = 0; x < width; x++) bytes[at + x] = sums[x] as number;
  }
}
