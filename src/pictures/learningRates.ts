// The range test of learning rates: loss by rate, the rate on a logarithmic axis, and the suggestion marked. Grey are
// the batches, the accent their average.
import { linearScale, logScale, type Scale } from "./scale.ts";
import { element, picture, text } from "./svg.ts";

/** A step of the test, as `findLearningRate` records it. Values that are not finite leave a gap. */
export interface RatePoint {
  readonly lr: number;
  readonly loss: number;
  readonly smoothed: number;
}

const size = { width: 620, height: 384, left: 64, right: 576, top: 116, bottom: 328 };

/**
 * What `findLearningRate` found, as an SVG file.
 * @returns SVG text, light or dark as the viewer prefers
 * @example
 * const points = [{ lr: 0.01, loss: 2, smoothed: 2 }, { lr: 0.1, loss: 1, smoothed: 1.5 }];
 * learningRates({ points, suggestion: 0.01 }).startsWith("<svg") // true
 */
export function learningRates({
  points,
  suggestion,
}: {
  readonly points: readonly RatePoint[];
  readonly suggestion: number | null;
}): string {
  const summary = summarize(points, suggestion);
  const { width, height, left, right, top, bottom } = size;
  const rates = points.map(({ lr }) => lr);
  const averages = points.map(({ smoothed }) => smoothed).filter(Number.isFinite);
  const x = logScale(suggestion === null ? rates : [...rates, suggestion], [left, right]);
  const y = linearScale(averages, [bottom, top], { ticks: 5, atLeast: 0 });
  return picture({ id: "rates", width, height, title: "Learning rates", description: summary }, [
    text(28, 38, "Learning rates", "title ink"),
    text(28, 60, summary, "muted"),
    text(left, top - 16, "Loss", "head ink"),
    ...axes(x, y, averages.length > 0),
    // Single batches may lie far beyond their average.
    line("train", points, x, (point) => limited(y.at(point.loss))),
    line("accent", points, x, (point) => y.at(point.smoothed)),
    ...(suggestion === null ? [] : mark(x.at(suggestion), suggestion)),
  ]);
}

/** What the picture says, in words. */
function summarize(points: readonly RatePoint[], suggestion: number | null): string {
  if (points.length === 0) return "No step was taken.";
  const count = `${points.length} step${points.length === 1 ? "" : "s"}`;
  return suggestion === null
    ? `${count}; the loss never fell.`
    : `${count}; suggested rate ${formatRate(suggestion)}.`;
}

function formatRate(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}

function limited(pixel: number): number {
  return Number.isFinite(pixel) ? Math.min(size.bottom, Math.max(size.top, pixel)) : pixel;
}

function axes(x: Scale, y: Scale, hasValues: boolean): string[] {
  const { left, right, top, bottom } = size;
  const middle = { "text-anchor": "middle" };
  const center = (left + right) / 2;
  const parts = y.ticks.flatMap((tick, i) => {
    const at = y.at(tick);
    const line = { class: i === 0 ? "axis" : "grid", x1: left, x2: right, y1: at, y2: at };
    const name = text(left - 8, at + 4, y.format(tick), "small muted", { "text-anchor": "end" });
    return [element("line", line), ...(hasValues ? [name] : [])];
  });
  for (const tick of x.ticks) {
    const at = x.at(tick);
    parts.push(element("line", { class: "axis", x1: at, x2: at, y1: bottom, y2: bottom + 4 }));
    parts.push(text(at, bottom + 18, x.format(tick), "small muted", middle));
  }
  parts.push(text(center, bottom + 38, "learning rate", "small muted", middle));
  if (!hasValues) parts.push(text(center, (top + bottom) / 2, "no values", "muted", middle));
  return parts;
}

/** A line through the points, in as many pieces as gaps make. */
function line(
  kind: "train" | "accent",
  points: readonly RatePoint[],
  x: Scale,
  pixel: (point: RatePoint) => number,
): string {
  let d = "";
  let isDrawing = false;
  for (const point of points) {
    const at = pixel(point);
    if (Number.isFinite(at))
      d += `${isDrawing ? "L" : "M"}${x.at(point.lr).toFixed(1)} ${at.toFixed(1)}`;
    isDrawing = Number.isFinite(at);
  }
  return d === "" ? "" : element("path", { class: `${kind}-line`, d });
}

/** The suggestion: a line across, and its value above. */
function mark(at: number, suggestion: number): string[] {
  const { top, bottom, left, right } = size;
  const anchor = at > (left + right) / 2 ? "end" : "start";
  const words = `suggested ${formatRate(suggestion)}`;
  const dashes = { "stroke-dasharray": "4 4" };
  return [
    element("line", { class: "accent-line", x1: at, x2: at, y1: top, y2: bottom, ...dashes }),
    text(at + (anchor === "end" ? -8 : 8), top + 4, words, "strong ringed accent", {
      "text-anchor": anchor,
    }),
  ];
}
