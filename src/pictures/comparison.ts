// Runs side by side: the test loss on the left, the test accuracy on the right, by epoch, a colour for each run.
import { DataError } from "../tensor/errors.ts";
import type { CurvePoint } from "./curves.ts";
import { type LineLook, linePanel, type Series } from "./linePanel.ts";
import { element, fitText, formatPercent, picture, text } from "./svg.ts";

/** A run, as it is called and as it went. */
export interface ComparedRun {
  readonly name: string;
  /** As `fit` records them. */
  readonly epochs: readonly CurvePoint[];
}

const looks: readonly LineLook[] = [
  ...(["run0", "run1", "run2", "run3", "run4", "run5", "run6", "run7"] as const),
];

const mostNamePixels = 440;
const size = { width: 930, left: 28, head: 60, row: 20, panel: 296, panelHeight: 212 };

/**
 * Learning curves of several runs as an SVG file: what was tested, or, of a run without test data, what was trained.
 * @param runs two to eight of them
 * @returns SVG text, light or dark as the viewer prefers
 * @throws DataError for more runs than there are colours, or none
 * @example
 * const epochs = [{ epoch: 1, loss: 1.2, accuracy: 0.6, validationLoss: 1, validationAccuracy: 0.65 }];
 * comparison([{ name: "sgd", epochs }, { name: "adam", epochs }]).startsWith("<svg") // true
 */
export function comparison(runs: readonly ComparedRun[]): string {
  if (runs.length === 0 || runs.length > looks.length)
    throw new DataError(
      `comparison: 1 to ${looks.length} runs can be told apart, not ${runs.length}`,
    );
  const top = size.head + size.row * runs.length + 48;
  const bottom = top + size.panelHeight;
  const frame = { top, bottom, width: size.panel };
  const seriesOf = (
    value: (point: CurvePoint) => number | null | undefined,
    factor = 1,
  ): Series[] =>
    runs.map(({ epochs }, i) => ({
      name: "",
      kind: looks[i] as LineLook,
      points: epochs.map((point) => [point.epoch, factor * (value(point) ?? Number.NaN)] as const),
    }));
  const loss = seriesOf((point) => point.validationLoss ?? point.loss);
  const accuracy = seriesOf((point) => point.validationAccuracy ?? point.accuracy, 100);
  const words = runs.map((run) => `${run.name}: ${resultOf(run)}`);
  return picture(
    {
      ...{ id: "comparison", width: size.width, height: bottom + 56 },
      ...{ title: "Runs compared", description: `${words.join("; ")}.` },
    },
    [
      text(size.left, 38, "Runs compared", "title ink"),
      ...legend(runs),
      linePanel({ ...frame, left: 64 }, "Test loss per image", loss, { reach: 0 }, (value) =>
        value.toPrecision(3),
      ),
      linePanel(
        { ...frame, left: 524 },
        "Test accuracy, %",
        accuracy,
        { atLeast: 0, atMost: 100, span: 10 },
        (value) => `${value.toFixed(1)}%`,
      ),
    ],
  );
}

/** A line for each run: its colour, its name, what it came to. */
function legend(runs: readonly ComparedRun[]): string[] {
  const names = runs.map(({ name }) => fitText(name, mostNamePixels, 13));
  const nameWidth = Math.max(...names.map((name) => [...name].length)) * 0.6 * 13;
  return runs.flatMap((run, i) => {
    const y = size.head + i * size.row;
    return [
      element("circle", { class: looks[i], cx: size.left + 5, cy: y - 4, r: 5 }),
      text(size.left + 18, y, names[i] as string, "strong ink"),
      text(size.left + 34 + nameWidth, y, resultOf(run), "muted"),
    ];
  });
}

/** "88.1% after 10 epochs, best 88.4% after epoch 9" */
function resultOf({ epochs }: ComparedRun): string {
  const accuracyOf = (point: CurvePoint): number =>
    point.validationAccuracy ?? point.accuracy ?? Number.NaN;
  const known = epochs.filter((point) => Number.isFinite(accuracyOf(point)));
  const last = known.at(-1);
  if (last === undefined) return "no epoch is finished";
  const best = known.reduce((a, b) => (accuracyOf(b) > accuracyOf(a) ? b : a));
  const count = `${epochs.length} epoch${epochs.length === 1 ? "" : "s"}`;
  const result = `${formatPercent(accuracyOf(last))} after ${count}`;
  return best === last
    ? result
    : `${result}, best ${formatPercent(accuracyOf(best))} after epoch ${best.epoch}`;
}
