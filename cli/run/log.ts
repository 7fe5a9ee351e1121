// The log of a run, events.jsonl: one JSON object a line, appended as things happen.
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { interop, type train } from "../../src/index.ts";
import type { Machine, RunSettings } from "./settings.ts";

/** The first line: what the run was asked to do, and where. */
export interface RunEvent {
  readonly type: "run";
  readonly run: string;
  readonly startedAt: string;
  /** Where the data came from; "sample" means the excerpt that ships with Fovea. */
  readonly origin: string;
  /** Files of the folder that were left out because they are no sound pictures. */
  readonly skipped?: number;
  readonly settings: RunSettings;
  /** What computes, whatever the settings leave open: a run goes on with the backend that it began with. */
  readonly backend?: string;
  /** The GPU's name, where one computes. */
  readonly device?: string;
  readonly machine: Machine;
}

/** The last line of a run that went to its end. */
export interface ResultEvent {
  readonly type: "result";
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
  readonly classes: readonly { readonly name: string; readonly accuracy: number | null }[];
}

export type LogEvent = RunEvent | ResultEvent | train.TrainEvent;

/** Step events come ten times a second; the log keeps one of them. */
const stepEveryMs = 1000;

export class EventLog {
  readonly #file: number;
  #stepAt = Number.NEGATIVE_INFINITY;
  #hasSteps = false;

  private constructor(file: number) {
    this.#file = file;
  }

  /** Begins a log; an earlier one is replaced. */
  static create(path: string, first: RunEvent): EventLog {
    const log = new EventLog(openSync(path, "w"));
    log.append(first);
    return log;
  }

  /** Goes on with a log under a new first line: what happened after the checkpoint is taken off, since it will happen again. */
  static async resume(
    path: string,
    first: RunEvent,
    checkpoint: { readonly epoch: number; readonly step: number },
  ): Promise<EventLog> {
    const kept = parseLog(readLog(path)).filter((event) => isBefore(event, checkpoint));
    const lines = [first, ...kept].map((event) => `${JSON.stringify(event)}\n`);
    await interop.atomicWrite(path, lines.join(""));
    return new EventLog(openSync(path, "a"));
  }

  /** Has training got under way since the log was opened? */
  get hasSteps(): boolean {
    return this.#hasSteps;
  }

  append(event: LogEvent): void {
    if (event.type === "step") {
      this.#hasSteps = true;
      const now = performance.now();
      if (now - this.#stepAt < stepEveryMs) return;
      this.#stepAt = now;
    }
    writeSync(this.#file, `${JSON.stringify(event)}\n`);
  }

  close(): void {
    fsyncSync(this.#file);
    closeSync(this.#file);
  }
}

/** The text of a log; empty if there is none. */
export function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The events of a log. A line that was cut off when the process died, and all after it, is left out. */
export function parseLog(text: string): LogEvent[] {
  const events: LogEvent[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      const event: unknown = JSON.parse(line);
      if (typeof event !== "object" || event === null || !("type" in event)) break;
      events.push(event as LogEvent);
    } catch {
      break;
    }
  }
  return events;
}

function isBefore(event: LogEvent, at: { readonly epoch: number; readonly step: number }): boolean {
  switch (event.type) {
    // The first line is written anew; a result and an end are none any more.
    case "run":
    case "result":
    case "end":
      return false;
    case "epoch":
      return event.epoch <= at.epoch;
    default:
      return event.step <= at.step;
  }
}
