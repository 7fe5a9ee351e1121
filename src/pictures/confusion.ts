// The confusion matrix: what was there, by rows, and what the network saw, by columns.
import { ShapeError } from "../tensor/errors.ts";
import { element, escapeXml, fitText, formatCount, formatPercent, picture, text } from "./svg.ts";

/** Above this many classes the cells are too small for numbers; the tooltips still have them. */
const mostWithCounts = 24;

/**
 * A confusion matrix as an SVG file: counts in the cells, coloured by the share of their row, and
 * beside each row the share that was recognised (recall).
 * @param matrix  counts `[truth][predicted]`
 * @param classes names of the classes, by index
 * @returns SVG text, light or dark as the viewer prefers
 * @throws ShapeError if the matrix is not square or does not fit the classes
 * @example confusion([[8, 2], [1, 9]], ["cat", "dog"])
 */
export function confusion(
  matrix: readonly (readonly number[])[],
  classes: readonly string[],
): string {
  const count = classes.length;
  if (count === 0 || matrix.length !== count || matrix.some((row) => row.length !== count)) {
    const widths = [...new Set(matrix.map((row) => row.length))].join(" or ") || "0";
    throw new ShapeError("confusion: the matrix does not fit the classes", {
      facts: [
        { name: "matrix", value: `${matrix.length} x ${widths}`, remark: "truth x predicted" },
        { name: "classes", value: String(count) },
      ],
    });
  }
  const cell =
    count <= 12 ? 48 : count <= mostWithCounts ? 36 : Math.max(6, Math.floor(640 / count));
  const nameSize = Math.max(5, Math.min(12, cell * 0.7));
  const longest = Math.min(
    150,
    Math.max(...classes.map((name) => [...name].length)) * 0.56 * nameSize + 8,
  );
  const left = 46 + longest;
  const top = 116 + longest * 0.72;
  const side = cell * count;
  const width = Math.max(left + side + 132, 560);
  const height = top + side + 78;
  const sums = matrix.map((row) => row.reduce((a, b) => a + b, 0));
  const summary = summarize(matrix, sums, classes);
  const parts = [
    text(28, 38, "Confusion matrix", "title ink"),
    ...summary.map((words, i) => text(28, 60 + 18 * i, words, "muted")),
  ];
  for (const [i, name] of classes.entries()) {
    const words = fitText(name, longest - 4, nameSize);
    const middle = (i + 0.5) * cell;
    parts.push(
      text(left - 8, top + middle + nameSize / 3, words, "ink", {
        "text-anchor": "end",
        style: `font-size:${nameSize}px`,
      }),
    );
    const x = left + middle + nameSize / 3;
    parts.push(
      text(x, top - 8, words, "ink", {
        transform: `rotate(-45 ${x} ${top - 8})`,
        style: `font-size:${nameSize}px`,
      }),
    );
  }
  for (const [i, row] of matrix.entries()) {
    const sum = sums[i] as number;
    for (const [j, value] of row.entries()) {
      if (value === 0 || sum === 0) continue;
      parts.push(
        drawCell(
          left + j * cell,
          top + i * cell,
          cell,
          value,
          sum,
          count <= mostWithCounts,
          tooltip(classes, i, j, value, sum),
        ),
      );
    }
    if (cell >= 12)
      parts.push(
        recall(
          left + side + 14,
          top + (i + 0.5) * cell,
          sum === 0 ? Number.NaN : (row[i] as number) / sum,
        ),
      );
  }
  parts.push(
    element("rect", {
      class: "frame",
      x: left - 0.5,
      y: top - 0.5,
      width: side + 1,
      height: side + 1,
      rx: 3,
    }),
  );
  if (cell >= 12) parts.push(text(left + side + 14, top - 10, "recognised", "small muted"));
  parts.push(
    text(left + side / 2, top + side + 24, "predicted", "small muted", { "text-anchor": "middle" }),
  );
  const axisY = top + side / 2;
  parts.push(
    text(30, axisY, "truth", "small muted", {
      "text-anchor": "middle",
      transform: `rotate(-90 30 ${axisY})`,
    }),
  );
  parts.push(...legend(left, top + side + 46, Math.min(side, 280)));
  return picture(
    { id: "confusion", width, height, title: "Confusion matrix", description: summary.join(" ") },
    parts,
  );
}

/** How many were right, and the commonest mistake. */
function summarize(
  matrix: readonly (readonly number[])[],
  sums: readonly number[],
  classes: readonly string[],
): string[] {
  const total = sums.reduce((a, b) => a + b, 0);
  if (total === 0) return ["No images were classified."];
  const right = matrix.reduce((sum, row, i) => sum + (row[i] as number), 0);
  const lines = [
    `${formatCount(right)} of ${formatCount(total)} images right (${formatPercent(right / total)}).`,
  ];
  let most = { count: 0, truth: 0, predicted: 0 };
  for (const [truth, row] of matrix.entries()) {
    for (const [predicted, count] of row.entries()) {
      if (truth !== predicted && count > most.count) most = { count, truth, predicted };
    }
  }
  if (most.count > 0) {
    const [truth, predicted] = [classes[most.truth] as string, classes[most.predicted] as string];
    lines.push(
      `Most often: ${fitText(truth, 160)} taken for ${fitText(predicted, 160)}, ${formatCount(most.count)} times.`,
    );
  }
  return lines;
}

function tooltip(
  classes: readonly string[],
  truth: number,
  predicted: number,
  value: number,
  sum: number,
): string {
  return `${classes[truth]} seen as ${classes[predicted]}: ${formatCount(value)} of ${formatCount(sum)} (${formatPercent(value / sum)})`;
}

/** The root makes a share of 2 % visible beside one of 90 %. */
function shade(share: number): number {
  return Math.sqrt(share);
}

function drawCell(
  x: number,
  y: number,
  size: number,
  value: number,
  sum: number,
  withCount: boolean,
  words: string,
): string {
  const opacity = shade(value / sum);
  const gap = size >= 12 ? 1 : 0;
  const square = element(
    "rect",
    {
      class: "accent",
      x: x + gap,
      y: y + gap,
      width: size - 2 * gap,
      height: size - 2 * gap,
      rx: gap * 3,
      "fill-opacity": opacity,
    },
    `<title>${escapeXml(words)}</title>`,
  );
  if (!withCount) return square;
  const digits = formatCount(value);
  const fontSize = Math.min(12, (size - 6) / (0.58 * digits.length));
  return (
    square +
    text(
      x + size / 2,
      y + size / 2 + fontSize * 0.35,
      digits,
      opacity > 0.72 ? "on-accent" : "ink",
      {
        "text-anchor": "middle",
        "pointer-events": "none",
        style: `font-size:${Math.round(fontSize * 10) / 10}px`,
      },
    )
  );
}

/** A bar of 48 pixels and the number. */
function recall(x: number, middle: number, share: number): string {
  if (Number.isNaN(share)) return text(x, middle + 4, "no images", "small muted");
  return [
    element("rect", { class: "bar", x, y: middle - 3, width: 48, height: 6, rx: 3 }),
    element("rect", { class: "accent", x, y: middle - 3, width: 48 * share, height: 6, rx: 3 }),
    text(x + 56, middle + 4, formatPercent(share), "small ink"),
  ].join("");
}

/** The colours from 0 to 100 %, with ticks where their shares lie. */
function legend(x: number, y: number, width: number): string[] {
  const stops =
    element("stop", { class: "accent-stop", offset: 0, "stop-opacity": 0 }) +
    element("stop", { class: "accent-stop", offset: 1 });
  const ticks = [0, 0.01, 0.1, 0.25, 0.5, 1].filter(
    (_, i) => width >= 160 || i % 5 === 0 || i === 3,
  );
  return [
    `<defs>${element("linearGradient", { id: "confusion-scale" }, stops)}</defs>`,
    element("rect", { x, y: y - 8, width, height: 8, rx: 2, fill: "url(#confusion-scale)" }),
    ...ticks.map((share) =>
      text(
        x + width * shade(share),
        y + 14,
        share === 1 ? "100% of the row" : `${100 * share}%`,
        "small muted",
        {
          "text-anchor": share === 1 ? "start" : "middle",
        },
      ),
    ),
  ];
}
