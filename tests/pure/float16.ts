// Rounding to float16, as the kernels of a GPU may round the operands of products.

/** The nearest float16; of two that are equally near, the one whose last digit is 0. Beyond 65504 and half a step it is infinite. */
export function toFloat16(x: number): number {
  const size = Math.abs(x);
  // NaN stays what it is.
  if (!(size < 65520)) return x * Number.POSITIVE_INFINITY;
  // What the last of 11 digits is worth; below 2⁻¹⁴ numbers have fewer.
  const digit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  // Beside this number a float64 has no smaller digits.
  const shift = 1.5 * 2 ** 52 * digit;
  return x + shift - shift;
}
