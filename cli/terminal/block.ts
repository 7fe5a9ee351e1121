// The block that shows a training under way, as a pure function: what is known in, lines out.
// No line is wider than the terminal; a narrow one gets fewer fields.
import { bar } from "./bar.ts";
import { curve } from "./curve.ts";
import { count, cut, duration, lossText, pad, percent } from "./format.ts";
import { type Look, paint } from "./terminal.ts";

export interface BlockState {
  /** What is trained on what: "lenet on fashion-mnist". */
  readonly title: string;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean over this epoch so far. */
  readonly loss: number | null;
  readonly trainAccuracy: number | null;
  /** After the last whole epoch. */
  readonly testAccuracy: number | null;
  readonly imagesPerSecond: number | null;
  readonly secondsLeft: number | null;
  /** The losses read so far, oldest first. */
  readonly losses: readonly number[];
}

const curveRows = 3;

/** The lines of the block for a terminal of this many columns (40 or more look well). */
export function renderBlock(state: BlockState, columns: number, look: Look): string[] {
  // One column stays free: some terminals wrap when the last one is written.
  const width = Math.max(columns - 1, 20);
  return [
    paint(cut(state.title, width), "bold", look),
    progressLine(state, width, look),
    fieldLine(state, width, look),
    ...curveLines(state, width, look),
  ];
}

function progressLine(state: BlockState, width: number, look: Look): string {
  const { epoch, epochs, step, stepsPerEpoch, secondsLeft } = state;
  const share = stepsPerEpoch === 0 ? 0 : step / stepsPerEpoch;
  const head = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs} `;
  const left = secondsLeft === null ? "" : `  ${duration(secondsLeft, 0)} left`;
  const tail = ` ${String(Math.floor(share * 100)).padStart(3)} %${width >= 48 ? left.padEnd(16) : ""}`;
  const columns = Math.max(width - head.length - tail.length, 4);
  return `${head}${paint(bar(share, columns, look), "accent", look)}${tail}`.trimEnd();
}

/** As many fields as fit, the most telling first. Their widths are fixed, so that nothing jumps. */
function fieldLine(state: BlockState, width: number, look: Look): string {
  const speed = state.imagesPerSecond;
  const isWide = width >= 90;
  const fields: (readonly [name: string, value: string, columns: number])[] = [
    ["loss", lossText(state.loss), 6],
    [isWide ? "test accuracy" : "test", percent(state.testAccuracy), 6],
    [isWide ? "train accuracy" : "train", percent(state.trainAccuracy), 6],
    ["images/s", speed === null ? "-" : count(speed), 9],
  ];
  let line = "";
  let used = 0;
  for (const [name, value, columns] of fields) {
    const gap = line === "" ? 0 : 3;
    const needed = gap + name.length + 1 + Math.max(columns, value.length);
    if (used + needed > width) break;
    line += `${" ".repeat(gap)}${paint(name, "dim", look)} ${pad(value, columns)}`;
    used += needed;
  }
  return line.trimEnd();
}

function curveLines(state: BlockState, width: number, look: Look): string[] {
  const losses = state.losses.filter(Number.isFinite);
  if (losses.length < 2) return [];
  const labels = [lossText(Math.max(...losses)), "loss", lossText(Math.min(...losses))];
  const columns = Math.min(width - 7, 72);
  return curve(losses, columns, curveRows, look).map((line, row) => {
    const label = paint((labels[row] ?? "").padStart(6), "dim", look);
    return `${label} ${paint(line, "accent", look)}`.trimEnd();
  });
}
