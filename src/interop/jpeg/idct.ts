// From coefficients to samples: undoes quantization and the cosine transform, with the integers of
// the Independent JPEG Group's library, so that the pixels are those that other programs show.
import { zigzag } from "./scan.ts";

// Cosines times 2^13.
const [c0298, c0390, c0541, c0765, c0899, c1175] = [2446, 3196, 4433, 6270, 7373, 9633] as const;
const [c1501, c1847, c1961, c2053, c2562, c3072] = [
  12299, 15137, 16069, 16819, 20995, 25172,
] as const;

/** Samples of a component, `stride` bytes in a row. */
export interface Plane {
  readonly data: Uint8Array;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The samples of all blocks of a component.
 * @param coefficients 64 for each block, row by row
 * @param quantization 64 factors in the order of the file
 * @see Loeffler, Ligtenberg & Moschytz 1989, "Practical fast 1-D DCT algorithms with 11 multiplications"
 */
export function inverseTransform(
  coefficients: Int16Array,
  quantization: Uint16Array,
  blocksPerLine: number,
  blocksPerColumn: number,
): Uint8Array {
  const stride = blocksPerLine * 8;
  const data = new Uint8Array(stride * blocksPerColumn * 8);
  const factors = new Int32Array(64);
  for (let k = 0; k < 64; k++) factors[zigzag[k] as number] = quantization[k] as number;
  const values = new Int32Array(64);
  const out = new Int32Array(64);
  for (let block = 0; block < blocksPerLine * blocksPerColumn; block++) {
    const at = block * 64;
    let hasDetail = false;
    for (let i = 0; i < 64; i++) {
      const value = coefficients[at + i] as number;
      values[i] = Math.imul(value, factors[i] as number);
      if (value !== 0 && i > 0) hasDetail = true;
    }
    const row = Math.floor(block / blocksPerLine);
    let target = row * 8 * stride + (block - row * blocksPerLine) * 8;
    if (hasDetail) {
      // Columns keep two more bits; rows drop them, and the factor 8 of the transform.
      for (let x = 0; x < 8; x++) transform8(values, x, 8, out, 11);
      for (let y = 0; y < 64; y += 8) transform8(out, y, 1, values, 18);
    } else values.fill(((values[0] as number) + 4) >> 3);
    for (let y = 0; y < 64; y += 8, target += stride) {
      for (let x = 0; x < 8; x++) {
        const sample = (values[y + x] as number) + 128;
        data[target + x] = sample < 0 ? 0 : sample > 255 ? 255 : sample;
      }
    }
  }
  return data;
}

/** Eight values, `step` apart, from frequencies to positions; the result is divided by `2^shift`. */
function transform8(from: Int32Array, at: number, step: number, to: Int32Array, shift: number) {
  const f0 = from[at] as number;
  const f1 = from[at + step] as number;
  const f2 = from[at + 2 * step] as number;
  const f3 = from[at + 3 * step] as number;
  const f4 = from[at + 4 * step] as number;
  const f5 = from[at + 5 * step] as number;
  const f6 = from[at + 6 * step] as number;
  const f7 = from[at + 7 * step] as number;
  const half = 1 << (shift - 1);
  // Many columns of a photograph have only a mean.
  if ((f1 | f2 | f3 | f4 | f5 | f6 | f7) === 0) {
    const mean = ((f0 << 13) + half) >> shift;
    for (let i = 0, place = at; i < 8; i++, place += step) to[place] = mean;
    return;
  }

  const both = Math.imul(f2 + f6, c0541);
  const low = both - Math.imul(f6, c1847);
  const high = both + Math.imul(f2, c0765);
  const sum = ((f0 + f4) << 13) + half;
  const difference = ((f0 - f4) << 13) + half;
  const e0 = sum + high;
  const e1 = difference + low;
  const e2 = difference - low;
  const e3 = sum - high;

  const turn = Math.imul(f7 + f3 + f5 + f1, c1175);
  const z1 = Math.imul(f7 + f1, -c0899);
  const z2 = Math.imul(f5 + f3, -c2562);
  const z3 = Math.imul(f7 + f3, -c1961) + turn;
  const z4 = Math.imul(f5 + f1, -c0390) + turn;
  const o0 = Math.imul(f1, c1501) + z1 + z4;
  const o1 = Math.imul(f3, c3072) + z2 + z3;
  const o2 = Math.imul(f5, c2053) + z2 + z4;
  const o3 = Math.imul(f7, c0298) + z1 + z3;

  to[at] = (e0 + o0) >> shift;
  to[at + step] = (e1 + o1) >> shift;
  to[at + 2 * step] = (e2 + o2) >> shift;
  to[at + 3 * step] = (e3 + o3) >> shift;
  to[at + 4 * step] = (e3 - o3) >> shift;
  to[at + 5 * step] = (e2 - o2) >> shift;
  to[at + 6 * step] = (e1 - o1) >> shift;
  to[at + 7 * step] = (e0 - o0) >> shift;
}
