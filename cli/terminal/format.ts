// Numbers as people read them, and text cut or filled to a width.

/** 12,345 */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** 87.5 % of 0.875 */
export function percent(fraction: number | null): string {
  return fraction === null ? "-" : `${(100 * fraction).toFixed(1)} %`;
}

/** Loss in six characters at most: 0.6123, 2.303, 12.35, 1e+20. */
export function lossText(value: number | null): string {
  if (value === null) return "-";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : "inf";
  if (Math.abs(value) >= 10_000) return value.toExponential(0);
  return Math.abs(value) < 1 ? value.toFixed(value < 0 ? 3 : 4) : value.toPrecision(4);
}

/** 0.4 s, 17 s, 1:05, 2:03:04; `digits` after the point below ten seconds. */
export function duration(seconds: number, digits = 1): string {
  if (seconds >= 0 && seconds < 9.95) return `${seconds.toFixed(digits)} s`;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const pad = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

/** 1.5 MB */
export function bytes(value: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const escapes = /\x1b\[[0-9;?]*[A-Za-z]/g;

/** Columns that a text takes, its escape sequences left out. */
export function visibleLength(text: string): number {
  return [...text.replace(escapes, "")].length;
}

/** Filled with blanks to `columns`, on the right, or on the left for numbers. */
export function pad(text: string, columns: number, side: "left" | "right" = "right"): string {
  const blanks = " ".repeat(Math.max(0, columns - visibleLength(text)));
  return side === "right" ? text + blanks : blanks + text;
}

/** At most `columns` long, with ".." for what was cut. For text without escape sequences. */
export function cut(text: string, columns: number): string {
  const characters = [...text];
  if (characters.length <= columns) return text;
  return `${characters.slice(0, Math.max(columns - 2, 0)).join("")}..`.slice(0, columns);
}
