// Bars of a given number of columns, exact to an eighth of a column.
import type { Look } from "./terminal.ts";

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar that fills `fraction` of `columns`; the rest is dotted, or blank with `track: false`. */
export function bar(
  fraction: number,
  columns: number,
  look: Look,
  options: { readonly track?: boolean } = {},
): string {
  const share = Math.min(Math.max(Number.isFinite(fraction) ? fraction : 0, 0), 1);
  const { track = true } = options;
  if (!look.unicode) {
    const full = Math.round(share * columns);
    return "#".repeat(full) + (track ? "." : " ").repeat(columns - full);
  }
  const steps = Math.round(share * columns * 8);
  const filled = "█".repeat(steps >> 3) + eighths[steps & 7];
  const rest = columns - Math.ceil(steps / 8);
  return filled + (track ? "·" : " ").repeat(rest);
}
