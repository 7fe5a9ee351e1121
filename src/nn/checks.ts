// Checks that layers make of their arguments when they are built, and the texts in which they print them.
import type { AdaptiveSize, Padding1d } from "../ops/index.ts";
import { OptionError } from "../tensor/errors.ts";

/** A size that may differ by axis: one number, or `[vertical, horizontal]`. */
export type Size2d = number | readonly [number, number];

/** Zeros around an image: a size, `[top, bottom, left, right]`, `"same"` (size kept) or `"valid"` (none). */
export type Padding2d = Size2d | readonly [number, number, number, number] | "same" | "valid";

/** Throws unless `value` is a whole number of at least `least`. */
export function checkInteger(where: string, name: string, value: number, least = 1): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new OptionError(
    `${where}: ${name} must be a whole number of at least ${least}, got ${String(value)}`,
  );
}

/** `[vertical, horizontal]` of a size, checked. */
export function checkSize(
  where: string,
  name: string,
  size: Size2d,
  least = 1,
): readonly [number, number] {
  const pair = typeof size === "number" ? [size, size] : size;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new OptionError(
      `${where}: ${name} must be a number or [vertical, horizontal], got ${JSON.stringify(size)}`,
    );
  }
  for (const n of pair) checkInteger(where, name, n, least);
  return pair as [number, number];
}

/** Throws unless the padding is one of the forms of `Padding2d`. */
export function checkPadding(where: string, padding: Padding2d): void {
  if (padding === "same" || padding === "valid") return;
  const sizes: readonly unknown[] =
    typeof padding === "number" ? [padding] : Array.isArray(padding) ? padding : [];
  if (![1, 2, 4].includes(sizes.length) || (sizes.length === 1 && typeof padding !== "number")) {
    throw new OptionError(`${where}: padding cannot be ${JSON.stringify(padding)}`, {
      hint: 'use n, [vertical, horizontal], [top, bottom, left, right], "same" or "valid"',
    });
  }
  for (const n of sizes) checkInteger(where, "padding", n as number, 0);
}

/** `3x5` of `[3, 5]` or `3x3` of `3`. */
export function formatSize(size: Size2d): string {
  return typeof size === "number" ? `${size}x${size}` : size.join("x");
}

/** `2`, or `[2, 1]` where the axes differ. */
export function formatPair(size: Padding2d | Padding1d): string {
  if (typeof size === "string" || typeof size === "number") return String(size);
  return size.every((n) => n === size[0]) ? String(size[0]) : `[${size.join(", ")}]`;
}

/** `5x5`, with `keep` where the input's size is kept. */
export function formatAdaptive(size: AdaptiveSize): string {
  const both = typeof size === "number" ? [size, size] : size;
  return both.map((n) => n ?? "keep").join("x");
}

/** Is every number of the size the default? */
export function isAll(size: Padding2d | Padding1d, value: number): boolean {
  return typeof size === "string"
    ? size === "valid" && value === 0
    : [size].flat().every((n) => n === value);
}

/** Throws unless the padding is a size of at most half the kernel: more would make windows of padding only. */
export function checkPoolPadding(
  where: string,
  padding: Size2d,
  kernel: readonly [number, number],
): void {
  const pair = checkSize(where, "padding", padding, 0);
  if (pair[0] * 2 > kernel[0] || pair[1] * 2 > kernel[1]) {
    throw new OptionError(`${where}: padding may be at most half the kernel`, {
      facts: [
        { name: "kernel", value: formatSize(kernel) },
        { name: "padding", value: formatPair(pair) },
      ],
    });
  }
}
