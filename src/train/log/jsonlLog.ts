// The events of a run, one JSON object a line.
import { checkOptions } from "../../tensor/errors.ts";
import type { Callback } from "../callback.ts";
import {
  type LogFormat,
  type LogRecord,
  linesOf,
  logFile,
  type StepLogOptions,
} from "./logFile.ts";

const format: LogFormat = {
  head: () => new Uint8Array(0),
  *records(bytes) {
    for (const { line, end } of linesOf(bytes)) {
      const found = recordOf(line);
      if (found === null) return;
      yield { end, ...found };
    }
  },
  encode: (event) => new TextEncoder().encode(`${JSON.stringify(event)}\n`),
};

function recordOf(line: string): Omit<LogRecord, "end"> | null {
  let event: { type?: unknown; epoch?: unknown; step?: unknown } | null;
  try {
    event = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof event?.step !== "number") return null;
  // Training that goes on has not ended.
  if (event.type === "end") return null;
  const isEpoch = event.type === "epoch" && typeof event.epoch === "number";
  return { epoch: isEpoch ? (event.epoch as number) : null, step: event.step };
}

/**
 * Keeps the events of training in a file, one JSON object a line: the start, steps, epochs, an interruption and the
 * end, as {@link TrainEvent}. A new run replaces the file; a resumed run continues it: what happened after the
 * checkpoint is taken off first, since it happens again. Node only.
 * @param path where the file lies; folders are made
 * @throws OptionError without a path, for unknown options or impossible values; from `fit`, DataError if the file
 *         cannot be written
 * @example
 * const callbacks = [jsonlLog("runs/lenet/events.jsonl", { everySteps: 100 })];
 */
export function jsonlLog(path: string, options: StepLogOptions = {}): Callback {
  checkOptions("jsonlLog", options, ["everySteps"]);
  return logFile("jsonlLog", path, format, options);
}
