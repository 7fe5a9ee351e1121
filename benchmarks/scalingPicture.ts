// The lines of `scaling` as one SVG picture: cost per unit of work, both axes logarithmic, worst cliff marked.
import { logScale } from "../src/pictures/scale.ts";
import { element, picture, text } from "../src/pictures/svg.ts";
import type { ScalingLine } from "./scaling.ts";

const panel = { width: 360, height: 190, gapX: 96, gapY: 104, left: 84, top: 120 };
const columns = 2;

export function scalingPicture(lines: readonly ScalingLine[]): string {
  const rows = Math.ceil(lines.length / columns);
  const width = panel.left + columns * (panel.width + panel.gapX) - 40;
  const height = panel.top + rows * (panel.height + panel.gapY) - 36;
  const worst = Math.max(...lines.map(({ cliff }) => cliff.ratio));
  const description = `Cost per unit of work; the worst step between neighbours is ${worst.toFixed(2)}.`;
  return picture({ id: "scaling", width, height, title: "Scaling", description }, [
    text(28, 38, "Scaling", "title ink"),
    text(28, 60, description, "muted"),
    ...lines.flatMap((line, i) =>
      drawLine(
        line,
        panel.left + (i % columns) * (panel.width + panel.gapX),
        panel.top + Math.floor(i / columns) * (panel.height + panel.gapY),
      ),
    ),
  ]);
}

function drawLine(
  { name, axis, unit, points, cliff }: ScalingLine,
  left: number,
  top: number,
): string[] {
  const [right, bottom] = [left + panel.width, top + panel.height];
  const x = logScale(
    points.map(({ at }) => at),
    [left, right],
  );
  const y = logScale(
    points.map(({ cost }) => cost),
    [bottom, top],
  );
  const middle = { "text-anchor": "middle" };
  const end = { "text-anchor": "end" };
  const grid = y.ticks.flatMap((tick) => [
    element("line", { class: "grid", x1: left, x2: right, y1: y.at(tick), y2: y.at(tick) }),
    text(left - 8, y.at(tick) + 4, y.format(tick), "small muted", end),
  ]);
  const marks = labelled(points.map(({ at }) => at)).map((at) =>
    text(x.at(at), bottom + 18, String(at), "small muted", middle),
  );
  const path = points.map(({ at, cost }, i) => `${i === 0 ? "M" : "L"}${x.at(at)} ${y.at(cost)}`);
  const end2 = points.find(({ at }) => at === cliff.to);
  return [
    text(left, top - 32, name, "head ink"),
    text(left, top - 14, `ns per ${unit}; worst step ${cliff.ratio.toFixed(2)}`, "small muted"),
    ...grid,
    element("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }),
    ...marks,
    text((left + right) / 2, bottom + 38, axis, "small muted", middle),
    element("path", { class: "accent-line", d: path.join("") }),
    ...points.map(({ at, cost }) =>
      element("circle", { class: "accent halo", cx: x.at(at), cy: y.at(cost), r: 4 }),
    ),
    ...(end2 === undefined
      ? []
      : [
          text(
            x.at(end2.at),
            y.at(end2.cost) - 12,
            `${cliff.ratio.toFixed(2)}×`,
            "small ink ringed",
            middle,
          ),
        ]),
  ];
}

/** Values that stand far enough apart for their labels: each at least half larger than the one before. */
function labelled(values: readonly number[]): number[] {
  const kept: number[] = [];
  for (const value of values)
    if (kept.length === 0 || value >= 1.5 * (kept.at(-1) ?? 0)) kept.push(value);
  return kept;
}
