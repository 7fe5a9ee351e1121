// A log that grows with training: each record is appended whole, so that a killed run leaves a readable file; what a
// resumed run will do again is cut off first, and finished epochs that are missing are added from the history.
import { OptionError } from "../../tensor/errors.ts";
import type { Callback } from "../callback.ts";
import type { EpochRecord, TrainEvent } from "../events.ts";

export interface StepLogOptions {
  /** Record every so many steps (default: about one step a second). */
  readonly everySteps?: number;
}

/** A record that was found in a log. */
export interface LogRecord {
  /** Where it ends, in bytes. */
  readonly end: number;
  /** The finished epoch that it tells of, counted from 1; null for other records. */
  readonly epoch: number | null;
  /** Steps taken before it was written. */
  readonly step: number;
}

/** How a log is written and read. */
export interface LogFormat {
  /** What a new file begins with. */
  head(): Uint8Array;
  /** The records of a file up to the first that is cut off, damaged, or of another kind. */
  records(bytes: Uint8Array): Iterable<LogRecord>;
  /** Null for events that are not recorded. */
  encode(event: TrainEvent): Uint8Array | null;
}

/** Where training goes on. */
interface Position {
  readonly epoch: number;
  readonly step: number;
}

const stepEveryMs = 1000;

/** A callback that keeps a log in a file. */
export function logFile(
  where: string,
  path: string,
  format: LogFormat,
  { everySteps }: StepLogOptions = {},
): Callback {
  if (typeof path !== "string" || path === "")
    throw new OptionError(`${where}: needs a path, got ${JSON.stringify(path)}`);
  if (everySteps !== undefined && !(Number.isSafeInteger(everySteps) && everySteps > 0)) {
    throw new OptionError(
      `${where}: everySteps must be a whole number of at least 1, got ${String(everySteps)}`,
    );
  }
  let loggedAt = Number.NEGATIVE_INFINITY;

  const append = async (event: TrainEvent): Promise<void> => {
    const record = format.encode(event);
    if (record !== null) await appendTo(path, record);
  };

  return {
    ...(everySteps === undefined ? {} : { everySteps }),
    async onStart(event, { state }) {
      const { epoch, step, history } = await state();
      const known = await begin(path, format, { epoch, step });
      for (const record of history.slice(known)) await append(asEvent(record));
      await append(event);
    },
    async onStep(event) {
      const now = performance.now();
      const isDue =
        everySteps === undefined ? now - loggedAt >= stepEveryMs : event.step % everySteps === 0;
      if (!isDue) return;
      loggedAt = now;
      await append(event);
    },
    onEpoch: append,
    onInterrupt: append,
    onEnd: append,
  };
}

function asEvent(record: EpochRecord): TrainEvent {
  return { type: "epoch", ...record };
}

/** Makes the file ready for what comes after `at`. Returns how many finished epochs it has. */
async function begin(path: string, format: LogFormat, at: Position): Promise<number> {
  const { mkdir, readFile, truncate, writeFile } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  return explained(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const found = at.step === 0 ? null : await readFile(path).catch(ifMissing);
    const { length, epochs } = keptOf(format.records(found ?? new Uint8Array(0)), at);
    if (length === 0) await writeFile(path, format.head());
    else await truncate(path, length);
    return epochs;
  });
}

/** The part of a log that lies before `at`. */
function keptOf(records: Iterable<LogRecord>, at: Position): { length: number; epochs: number } {
  let [length, epochs] = [0, 0];
  for (const { end, epoch, step } of records) {
    if (epoch === null ? step > at.step : epoch > at.epoch) break;
    length = end;
    epochs = epoch ?? epochs;
  }
  return { length, epochs };
}

/** Appends a record whole, or not at all: half of one would end the file for readers. */
async function appendTo(path: string, record: Uint8Array): Promise<void> {
  const { open } = await import("node:fs/promises");
  await explained(path, async () => {
    const file = await open(path, "a");
    try {
      const { size } = await file.stat();
      await file.appendFile(record).catch(async (error: unknown) => {
        await file.truncate(size).catch(() => {});
        throw error;
      });
    } finally {
      await file.close();
    }
  });
}

async function explained<T>(path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (cause) {
    const { writeError } = await import("../../interop/files.ts");
    throw writeError(path, cause as NodeJS.ErrnoException);
  }
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

/** The whole lines of a text in UTF-8, with where each ends in bytes. */
export function* linesOf(bytes: Uint8Array): Iterable<{ line: string; end: number }> {
  let start = 0;
  for (;;) {
    const at = bytes.indexOf(10, start);
    if (at < 0) return;
    yield { line: new TextDecoder().decode(bytes.subarray(start, at)), end: at + 1 };
    start = at + 1;
  }
}
