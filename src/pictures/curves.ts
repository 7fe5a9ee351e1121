// Learning curves: loss on the left, accuracy on the right, by epoch. Grey is what the network was
// trained on, the accent what it had not seen. Lines carry their names; there is no legend.
import { linePanel, type Series } from "./linePanel.ts";
import { formatPercent, picture, text } from "./svg.ts";

/** Results of one epoch, as `fit` records them. Missing or non-finite values leave a gap. */
export interface CurvePoint {
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly validationLoss?: number | null;
  readonly validationAccuracy?: number | null;
}

const size = { width: 930, height: 384 };
const frame = { top: 116, width: 296, bottom: 328 };
const panels = { loss: { ...frame, left: 64 }, accuracy: { ...frame, left: 524 } };

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
      linePanel(panels.loss, "Loss per image", loss, { reach: 0 }, (value) => value.toPrecision(3)),
      linePanel(
        panels.accuracy,
        "Accuracy, %",
        accuracy,
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
