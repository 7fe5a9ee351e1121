// The folder of a run, `runs/NAME/`: finding it, making it, and what it may overwrite.
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DataError, nearest, OptionError, type train } from "../../src/index.ts";
import { type LogEvent, parseLog, type ResultEvent, type RunEvent, readLog } from "./log.ts";
import { readSettings } from "./settings.ts";

/** Everything a run writes. `--force` removes these files and no others. */
const files = {
  last: "last.safetensors",
  best: "best.safetensors",
  events: "events.jsonl",
  settings: "settings.json",
  csv: "metrics.csv",
  jsonl: "metrics.jsonl",
  tensorboard: "events.out.tfevents.fovea",
  curves: "curves.svg",
  confusion: "confusion.svg",
  samples: "samples.svg",
  report: "report.md",
} as const;

export class RunFolder {
  readonly runsDir: string;
  readonly name: string;

  /** @throws OptionError for a name that could leave the folder of the runs */
  constructor(runsDir: string, name: string) {
    if (!/^[\w][\w.-]*$/.test(name) || name.length > 100) {
      throw new OptionError(`"${name}" cannot be the name of a run`, {
        hint: "use letters, digits, dots, dashes and underscores",
      });
    }
    this.runsDir = runsDir;
    this.name = name;
  }

  get path(): string {
    return join(this.runsDir, this.name);
  }

  /** Path of one of the run's files. */
  file(kind: keyof typeof files): string {
    return join(this.path, files[kind]);
  }

  /** Does it hold a run? */
  exists(): boolean {
    return Object.values(files).some((name) => existsSync(join(this.path, name)));
  }

  hasCheckpoint(): boolean {
    return existsSync(this.file("last"));
  }

  /** The first line of the run's log: what it was asked to do. `null` if there is none. */
  settings(): RunEvent | null {
    return runOf(this.file("events"));
  }

  /** The epochs that are finished, as logged. */
  epochs(): train.EpochRecord[] {
    return this.#events().flatMap((event) => (event.type === "epoch" ? [event] : []));
  }

  /** What it came to in the end; `null` if it is not finished. */
  result(): ResultEvent | null {
    return this.#events().findLast((event) => event.type === "result") ?? null;
  }

  #events(): LogEvent[] {
    return parseLog(readLog(this.file("events")));
  }

  /** Did it go to its end? */
  isFinished(): boolean {
    return this.result() !== null;
  }

  /**
   * Makes the folder for a new run.
   * @throws DataError if it holds a run already and `force` is not set, or cannot be made
   */
  create(force: boolean): void {
    if (this.exists() && !force) {
      throw new DataError(`the run ${this.name} exists already`, {
        facts: [{ name: "folder", value: this.path }],
        hint: "choose another --run NAME, go on with --resume, or overwrite it with --force",
      });
    }
    try {
      makeFolder(this.path);
      for (const name of Object.values(files)) rmSync(join(this.path, name), { force: true });
    } catch (cause) {
      throw cannotWrite(this.path, cause as NodeJS.ErrnoException);
    }
  }

  /** Takes the folder away again if the run wrote nothing into it. */
  discardEmpty(): void {
    try {
      rmdirSync(this.path);
    } catch {
      // There is something in it.
    }
  }
}

/** The run that was worked on last, among those that `accept` takes. */
export function latestRun(
  runsDir: string,
  accept: (folder: RunFolder) => boolean = (folder) => folder.hasCheckpoint(),
): RunFolder | null {
  let latest: RunFolder | null = null;
  let latestTime = Number.NEGATIVE_INFINITY;
  for (const folder of allRuns(runsDir)) {
    const changed = Math.max(
      ...(["last", "events"] as const).map((kind) => timeOf(folder.file(kind))),
    );
    if (changed > latestTime && accept(folder)) {
      latest = folder;
      latestTime = changed;
    }
  }
  return latest;
}

/**
 * The run of this name, or without a name the latest.
 * @throws DataError if there is none
 */
export function findRun(runsDir: string, name: string | undefined): RunFolder {
  if (name === undefined) {
    const latest = latestRun(runsDir);
    if (latest !== null) return latest;
    throw new DataError(`there is no trained network in ${runsDir}/`, {
      hint: "train one first: fovea train lenet",
    });
  }
  const folder = new RunFolder(runsDir, name);
  if (folder.hasCheckpoint()) return folder;
  throw new DataError(`there is no checkpoint ${folder.file("last")}`, nearRun(runsDir, name));
}

/**
 * A run that has begun, trained or not.
 * @throws DataError if there is none of this name
 */
export function begunRun(runsDir: string, name: string): RunFolder {
  const folder = new RunFolder(runsDir, name);
  if (folder.settings() !== null) return folder;
  throw new DataError(`there is no run ${name} in ${runsDir}/`, nearRun(runsDir, name));
}

function nearRun(runsDir: string, name: string): { readonly hint?: string } {
  const near = nearest(
    name,
    allRuns(runsDir).map((run) => run.name),
  );
  return near === undefined || near === name ? {} : { hint: `did you mean the run "${near}"?` };
}

/**
 * The checkpoint that is meant: a file, or the last one of a run.
 * @throws DataError if there is none
 */
export function checkpointOf(
  runsDir: string,
  name: string | undefined,
  file: string | undefined,
): { readonly path: string; readonly run: RunEvent | null } {
  if (file !== undefined && name === undefined) {
    // A checkpoint inside a run's folder: its log says what it was trained on.
    return { path: file, run: runOf(join(dirname(file), files.events)) };
  }
  const folder = findRun(runsDir, name);
  return { path: file ?? folder.file("last"), run: folder.settings() };
}

/** `lenet-2026-01-31-184500`; the next free one if two runs begin in the same second. */
export function newRunName(runsDir: string, model: string, now = new Date()): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  const date = [now.getFullYear(), pad(now.getMonth() + 1), pad(now.getDate())].join("-");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(pad).join("");
  const name = `${model}-${date}-${time}`;
  let candidate = name;
  for (let count = 2; existsSync(join(runsDir, candidate)); count++) candidate = `${name}-${count}`;
  return candidate;
}

function allRuns(runsDir: string): RunFolder[] {
  let names: string[];
  try {
    names = readdirSync(runsDir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[\w][\w.-]*$/.test(entry.name))
      .map((entry) => entry.name);
  } catch {
    return [];
  }
  return names.map((name) => new RunFolder(runsDir, name)).filter((folder) => folder.exists());
}

/** Not `recursive: true`: under /proc and the like Node 24 tries that for ever. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path);
  }
}

function runOf(logPath: string): RunEvent | null {
  const first = parseLog(readLog(logPath))[0];
  if (first?.type !== "run") return null;
  const settings = readSettings(first.settings);
  return settings === null ? null : { ...first, settings };
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}

function cannotWrite(path: string, cause: NodeJS.ErrnoException): DataError {
  return new DataError(`cannot write the run's folder`, {
    facts: [
      { name: "folder", value: path },
      { name: "system", value: cause.code ?? cause.message },
    ],
    hint: "choose a folder of your own with --runs-dir",
    cause,
  });
}
