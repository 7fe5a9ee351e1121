// Lines by epoch in one panel: axes, grid, lines, and beside the end of each its last value.
import { countScale, linearScale, type ScaleOptions } from "./scale.ts";
import { element, text } from "./svg.ts";

/** How a line looks: a class of the common style, which has a colour for each. */
export type LineLook = "train" | "accent" | `run${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`;

export interface Series {
  /** Stands beside the line's end, before its last value; empty for the value alone. */
  readonly name: string;
  readonly kind: LineLook;
  /** `[epoch, value]`; a value that is not finite interrupts the line. */
  readonly points: readonly (readonly [number, number])[];
}

export interface PanelFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly bottom: number;
}

/** Lines by epoch. */
export function linePanel(
  { left, top, width, bottom }: PanelFrame,
  title: string,
  series: readonly Series[],
  limits: Omit<ScaleOptions, "ticks">,
  format: (value: number) => string,
): string {
  const right = left + width;
  const values = series.flatMap(({ points }) =>
    points.map(([, value]) => value).filter(Number.isFinite),
  );
  const y = linearScale(values, [bottom, top], { ticks: 5, ...limits });
  const epochs = series.flatMap(({ points }) => points.map(([epoch]) => epoch));
  const [first, last] = epochs.length === 0 ? [0, 1] : [Math.min(...epochs), Math.max(...epochs)];
  const x = countScale(first, last, [left, right], 12);
  const parts = [text(left, top - 16, title, "head ink")];
  for (const tick of y.ticks) {
    const isBase = tick === y.ticks[0];
    parts.push(
      element("line", {
        class: isBase ? "axis" : "grid",
        x1: left,
        x2: right,
        y1: y.at(tick),
        y2: y.at(tick),
      }),
    );
    if (values.length > 0)
      parts.push(
        text(left - 8, y.at(tick) + 4, y.format(tick), "small muted", { "text-anchor": "end" }),
      );
  }
  for (const tick of epochs.length === 0 ? [] : x.ticks) {
    parts.push(
      element("line", {
        class: "axis",
        x1: x.at(tick),
        x2: x.at(tick),
        y1: bottom,
        y2: bottom + 4,
      }),
    );
    parts.push(
      text(x.at(tick), bottom + 18, x.format(tick), "small muted", { "text-anchor": "middle" }),
    );
  }
  parts.push(
    text((left + right) / 2, bottom + 38, "epoch", "small muted", { "text-anchor": "middle" }),
  );
  if (values.length === 0)
    parts.push(
      text((left + right) / 2, (top + bottom) / 2, "no values", "muted", {
        "text-anchor": "middle",
      }),
    );
  for (const { kind, points } of series)
    parts.push(
      line(
        kind,
        points.map(([epoch, value]) => [x.at(epoch), y.at(value)] as const),
      ),
    );
  parts.push(...lineNames(series, x.at, y.at, right, format));
  return parts.join("\n");
}

/** The line, in as many pieces as gaps make; points that stand alone, and the last one, get a dot. */
function line(kind: Series["kind"], points: readonly (readonly [number, number])[]): string {
  const pieces: (readonly [number, number])[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point[1])) pieces.at(-1)?.push(point);
    else if (pieces.at(-1)?.length !== 0) pieces.push([]);
  }
  const drawn = pieces.filter((piece) => piece.length > 0);
  const paths = drawn
    .filter((piece) => piece.length > 1)
    .map((piece) => {
      const d = piece
        .map(([px, py], i) => `${i === 0 ? "M" : "L"}${px.toFixed(1)} ${py.toFixed(1)}`)
        .join("");
      return element("path", { class: `${kind}-line`, d });
    });
  const dots = drawn
    .filter((piece, i) => piece.length === 1 || i === drawn.length - 1)
    .map((piece) => {
      const [cx, cy] = piece.at(-1) as readonly [number, number];
      return element("circle", { class: `${kind} halo`, cx, cy, r: 4.5 });
    });
  return [...paths, ...dots].join("\n");
}

/** Each line's name and last value beside its end, pushed apart where they would touch. */
function lineNames(
  series: readonly Series[],
  x: (epoch: number) => number,
  y: (value: number) => number,
  right: number,
  format: (value: number) => string,
): string[] {
  const names = series.flatMap(({ name, kind, points }) => {
    const last = points.findLast(([, value]) => Number.isFinite(value));
    if (last === undefined) return [];
    const words = `${name} ${format(last[1])}`.trim();
    return [{ kind, words, px: x(last[0]), py: y(last[1]) + 4 }];
  });
  spread(names);
  return names.map(({ kind, words, px, py }) =>
    text(Math.min(px, right) + 11, py, words, `strong ringed ${kind}`),
  );
}

const lineHeight = 16;

/** Moves words up and down until none touch: groups of them around their middle. */
function spread(words: { py: number }[]): void {
  words.sort((a, b) => a.py - b.py);
  const groups: { middle: number; words: { py: number }[] }[] = [];
  for (const word of words) {
    groups.push({ middle: word.py, words: [word] });
    for (;;) {
      const [upper, lower] = groups.slice(-2);
      if (upper === undefined || lower === undefined) break;
      const count = upper.words.length + lower.words.length;
      if (lower.middle - upper.middle >= (count * lineHeight) / 2) break;
      const middle =
        (upper.middle * upper.words.length + lower.middle * lower.words.length) / count;
      groups.splice(-2, 2, { middle, words: [...upper.words, ...lower.words] });
    }
  }
  for (const group of groups) {
    for (const [i, word] of group.words.entries())
      word.py = group.middle + (i - (group.words.length - 1) / 2) * lineHeight;
  }
}
