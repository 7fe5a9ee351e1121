// Colour scales that people with any colour vision can read: signed values from blue over the page's colour to orange,
// others from the page's colour to ink. Zero is always the page's colour.
import { colourWord } from "./paint.ts";

export type ScaleName = "diverging" | "sequential" | "gray";
type Rgb = readonly [number, number, number];

interface Palette {
  readonly paper: Rgb;
  readonly negative: readonly Rgb[];
  readonly positive: readonly Rgb[];
  readonly ink: readonly Rgb[];
}

const light: Palette = {
  paper: [255, 255, 255],
  negative: [
    [158, 197, 232],
    [52, 119, 186],
    [12, 55, 110],
  ],
  positive: [
    [250, 200, 140],
    [222, 122, 28],
    [122, 56, 4],
  ],
  ink: [
    [190, 208, 232],
    [88, 130, 186],
    [16, 44, 92],
  ],
};

const dark: Palette = {
  paper: [24, 27, 33],
  negative: [
    [34, 68, 108],
    [58, 128, 196],
    [168, 211, 245],
  ],
  positive: [
    [96, 56, 20],
    [214, 122, 40],
    [255, 214, 158],
  ],
  ink: [
    [44, 60, 88],
    [92, 136, 196],
    [214, 229, 250],
  ],
};

let system: MediaQueryList | null = null;

/** Is the page dark at the moment? */
export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "dark" || chosen === "light") return chosen === "dark";
  system ??= matchMedia("(prefers-color-scheme: dark)");
  return system.matches;
}

/** The colour of a value between −1 and 1 (diverging), or 0 and 1. Values beyond are clipped; NaN is magenta. */
export function colourOf(scale: ScaleName, t: number): Rgb {
  if (Number.isNaN(t)) return [220, 0, 160];
  const palette = isDark() ? dark : light;
  if (scale === "gray") {
    const level = Math.round(255 * clip(t, 0, 1));
    return [level, level, level];
  }
  if (scale === "sequential") return along([palette.paper, ...palette.ink], clip(t, 0, 1));
  const side = t < 0 ? palette.negative : palette.positive;
  return along([palette.paper, ...side], clip(Math.abs(t), 0, 1));
}

/** The colour of thin lines, `--line` of the theme, as one number. */
export function lineWord(): number {
  return isDark() ? colourWord(0x33, 0x39, 0x44) : colourWord(0xdc, 0xdf, 0xe4);
}

const steps = 256;
const tables = new Map<string, Uint32Array>();

/**
 * {@link colourOf} by a table, as words for `repaint`: for pictures that change many times a second.
 * @returns gives the opaque colour of a value
 */
export function painterOf(scale: ScaleName): (t: number) => number {
  const name = `${scale} ${isDark()}`;
  const table = tables.get(name) ?? tableOf(scale);
  tables.set(name, table);
  return (t) => {
    const at = Number.isNaN(t) ? 2 * steps + 1 : Math.round((clip(t, -1, 1) + 1) * steps);
    return table[at] as number;
  };
}

/** From −1 to 1 in even steps, then the colour of NaN. */
function tableOf(scale: ScaleName): Uint32Array {
  const values = Array.from({ length: 2 * steps + 1 }, (_, i) => i / steps - 1);
  return Uint32Array.from([...values, Number.NaN], (t) => colourWord(...colourOf(scale, t)));
}

type CellStyle = Readonly<Record<"background" | "color", string>>;

const cellStyles = new Map<string, CellStyle>();

/**
 * How a cell of a table is coloured that shows its value, from 0 to 1 or −1 to 1, as a number too. The same object for the
 * same look: tables that change every second stay as they are where they can.
 */
export function cellStyle(scale: Exclude<ScaleName, "gray">, t: number): CellStyle {
  const value = Math.round(t * steps) / steps;
  const name = `${scale} ${isDark()} ${value}`;
  let style = cellStyles.get(name);
  if (style === undefined) {
    const colour = colourOf(scale, value);
    style = { background: cssOf(colour), color: inkOn(colour) };
    cellStyles.set(name, style);
  }
  return style;
}

function cssOf([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

/** Black or white, whichever has more contrast with a colour: they meet at a relative luminance of √(1.05 · 0.05) − 0.05 (WCAG 2). */
function inkOn([r, g, b]: Rgb): string {
  const linear = (level: number): number =>
    level <= 10 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.179 ? "#000" : "#fff";
}

/** The largest magnitude of values, for a scale that is the same on both sides; 1 if there is none. */
export function magnitudeOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size > most && size < Number.POSITIVE_INFINITY) most = size;
  }
  return most === 0 ? 1 : most;
}

function clip(t: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, t));
}

function along(stops: readonly Rgb[], t: number): Rgb {
  const at = t * (stops.length - 1);
  const i = Math.min(Math.floor(at), stops.length - 2);
  const [from, to] = [stops[i], stops[i + 1]] as [Rgb, Rgb];
  const mix = (a: number, b: number): number => Math.round(a + (b - a) * (at - i));
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])];
}
