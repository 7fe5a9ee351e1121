// Sums over rows and columns: the core of resizing and of blurring.
import type { Taps } from "../../../ops/taps.ts";
import type { Picture } from "../../picture.ts";
import type { Box } from "./window.ts";

/** Rows between the two passes; kept from picture to picture, as making it anew takes time. */
let between = new Float32Array(0);

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
  if (between.length < height * width) between = new Float32Array(height * width);
  const out = new Uint8Array(channels * rows.size * width);
  // Assigning to it rounds half to even and clamps.
  const bytes = new Uint8ClampedArray(out.buffer);
  const sums = new Float64Array(width);
  for (let c = 0; c < channels; c++) {
    const corner = (c * allRows + top) * allColumns + left;
    alongRows(data, corner, allColumns, height, columns);
    alongColumns(bytes, c * rows.size * width, rows, width, sums);
  }
  return { channels, height: rows.size, width, data: out };
}

function alongRows(
  data: Uint8Array,
  corner: number,
  stride: number,
  height: number,
  { size, index, weight }: Taps,
): void {
  const taps = index.length / size;
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = corner + y * stride;
    for (let x = 0, k = 0; x < size; x++) {
      let sum = 0;
      for (const end = k + taps; k < end; k++)
        sum += (weight[k] as number) * (data[row + (index[k] as number)] as number);
      between[at++] = sum;
    }
  }
}

function alongColumns(
  bytes: Uint8ClampedArray,
  start: number,
  { size, index, weight }: Taps,
  width: number,
  sums: Float64Array,
): void {
  const taps = index.length / size;
  for (let y = 0, k = 0; y < size; y++) {
    sums.fill(0);
    for (const end = k + taps; k < end; k++) {
      const share = weight[k] as number;
      if (share === 0) continue;
      const row = (index[k] as number) * width;
      for (let x = 0; x < width; x++)
        sums[x] = (sums[x] as number) + share * (between[row + x] as number);
    }
    const at = start + y * width;
    for (let x = 0; x < width; x++) bytes[at + x] = sums[x] as number;
  }
}
