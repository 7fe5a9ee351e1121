// The epochs of a run as a table.
import type { Callback } from "../callback.ts";
import type { EpochRecord } from "../events.ts";
import { type LogFormat, linesOf, logFile } from "./logFile.ts";

const columns = [
  "epoch",
  "step",
  "loss",
  "accuracy",
  "validationLoss",
  "validationAccuracy",
  "seconds",
  "imagesPerSecond",
  "lr",
] as const satisfies readonly (keyof EpochRecord)[];

const head = columns.join(",");

const format: LogFormat = {
  head: () => new TextEncoder().encode(`${head}\n`),
  *records(bytes) {
    for (const { line, end } of linesOf(bytes)) {
      const cells = line.split(",");
      const [epoch, step] = line === head ? [0, 0] : cells.map(Number);
      if (cells.length !== columns.length || !Number.isInteger(epoch)) return;
      yield { end, epoch: epoch as number, step: step as number };
    }
  },
  encode(event) {
    if (event.type !== "epoch") return null;
    // Numbers and nothing: no cell needs quotes.
    const cells = columns.map((column) => event[column] ?? "");
    return new TextEncoder().encode(`${cells.join(",")}\n`);
  },
};

/**
 * Keeps a table of the finished epochs in a CSV file: a line of names, then a line for each epoch with the values of
 * {@link EpochRecord}; a cell is empty where there is no value. A new run replaces the file; a resumed run continues
 * it. Node only.
 * @param path where the file lies; folders are made
 * @throws OptionError without a path; from `fit`, DataError if the file cannot be written
 * @example
 * const callbacks = [csvLog("runs/lenet/epochs.csv")];
 */
export function csvLog(path: string): Callback {
  return logFile("csvLog", path, format);
}
