// Learning curves: loss on the left, accuracy on the right, by epoch. Grey is what the network was
// trained on, the accent what it had not seen. Lines carry their names; there is no legend.
import { countScale, linearScale, type ScaleOptions } from "./scale.ts";
import { element, formatPercent, picture, text } from "./svg.ts";

/** Results of one epoch, as `fit` records them. Missing or non-finite values leave a gap. */
export interface CurvePoint {
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly validationLoss?: number | null;
  readonly validationAccuracy?: number | null;
}

interface Series {
  readonly name: string;
  readonly kind: "train" | "accent";
  /** `[epoch, value]`; a value that is not finite interrupts the line. */
  readonly points: readonly (readonly [number, number])[];
}

const size = { width: 930, height: 384, top: 116, bottom: 328, panel: 296 };
const panels = { loss: 64, accuracy: 524 };

/**
 * Learning curves as an SVG file.
 * @param history what `fit` returned, or its epochs: loss, and accuracy as a share from 0 to 1
 * @returns SVG text, light or dark as the viewer prefers
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const history = await fit(net, { data: train, optimizer: sgd({ lr: 0.1 }), epochs: 2 });
 * curves(history).startsWith("<svg") // true
 */
export function curves(
  history: readonly CurvePoint[] | { readonly epochs: readonly CurvePoint[] },
): string {
  const epochs = "epochs" in history ? history.epochs : history;
  const seriesOf = (
    name: string,
    kind: Series["kind"],
    value: (point: CurvePoint) => number | null | undefined,
    factor = 1,
  ): Series => ({
    name,
    kind,
    points: epochs.map((point) => [point.epoch, factor * (value(point) ?? Number.NaN)] as const),
  });
  const loss = [
    seriesOf("train", "train", (point) => point.loss),
    seriesOf("test", "accent", (point) => point.validationLoss),
  ];
  const accuracy = [
    seriesOf("train", "train", (point) => point.accuracy, 100),
    seriesOf("test", "accent", (point) => point.validationAccuracy, 100),
  ];
  const summary = summarize(epochs);
  return picture(
    {
      id: "curves",
      width: size.width,
      height: size.height,
      title: "Learning curves",
      description: summary,
    },
    [
      text(28, 38, "Learning curves", "title ink"),
      text(28, 60, summary, "muted"),
      panel(panels.loss, "Loss per image", loss, epochs, { reach: 0 }, (value) =>
        value.toPrecision(3),
      ),
      panel(
        panels.accuracy,
        "Accuracy, %",
        accuracy,
        epochs,
        { atLeast: 0, atMost: 100, span: 10 },
        (value) => `${value.toFixed(1)}%`,
      ),
    ],
  );
}

/** What the picture says, in words. */
function summarize(epochs: readonly CurvePoint[]): string {
  if (epochs.length === 0) return "No epoch is finished yet.";
  const count = `${epochs.length} epoch${epochs.length === 1 ? "" : "s"}`;
  const tested = epochs.filter((point) => isValue(point.validationAccuracy));
  const last = tested.at(-1);
  if (last === undefined) return `${count}, not tested.`;
  const best = tested.reduce((a, b) =>
    (b.validationAccuracy as number) > (a.validationAccuracy as number) ? b : a,
  );
  const result = `Test accuracy ${formatPercent(last.validationAccuracy as number)} after ${count}`;
  return best === last
    ? `${result}.`
    : `${result}; best ${formatPercent(best.validationAccuracy as number)} after epoch ${best.epoch}.`;
}

function isValue(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** One diagram: axes, grid, lines and their names. */
function panel(
  left: number,
  title: string,
  series: readonly Series[],
  epochs: readonly CurvePoint[],
  limits: Omit<ScaleOptions, "ticks">,
  format: (value: number) => string,
): string {
  const { top, bottom } = size;
  const right = left + size.panel;
  const values = series.flatMap(({ points }) =>
    points.map(([, value]) => value).filter(Number.isFinite),
  );
  const y = linearScale(values, [bottom, top], { ticks: 5, ...limits });
  const x = countScale(epochs[0]?.epoch ?? 0, epochs.at(-1)?.epoch ?? 1, [left, right], 12);
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
    return last === undefined
      ? []
      : [{ kind, words: `${name} ${format(last[1])}`, px: x(last[0]), py: y(last[1]) + 4 }];
  });
  names.sort((a, b) => a.py - b.py);
  const [upper, lower] = names;
  if (upper !== undefined && lower !== undefined && lower.py - upper.py < 16) {
    const middle = (upper.py + lower.py) / 2;
    upper.py = middle - 8;
    lower.py = middle + 8;
  }
  return names.map(({ kind, words, px, py }) =>
    text(Math.min(px, right) + 11, py, words, `strong ringed ${kind}`),
  );
}
