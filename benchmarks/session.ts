// A run of benchmarks: opens the systems once for each number of threads, and measures entry by entry.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchmarkSpec } from "./benchmark.ts";
import { ProcessChannel } from "./channel.ts";
import type { Peak } from "./contender.ts";
import { type EntryResult, measureEntry, type Runner, type Timing } from "./measure.ts";
import type { System } from "./systems.ts";

export interface SessionOptions {
  readonly timing: Timing;
  readonly note: (text: string) => void;
  /** Opens a system; a process of its own unless given. */
  readonly open?: (system: System, threads: number, folder: string) => Promise<Runner | string>;
}

/** One benchmark's results for a number of threads. */
export interface BenchmarkResult {
  readonly benchmark: string;
  readonly summary: string;
  readonly threads: number;
  readonly entries: readonly EntryResult[];
}

export class Session {
  readonly #systems: readonly System[];
  readonly #options: SessionOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  readonly #open = new Map<string, Runner>();
  /** Systems that were not there, with their reasons. */
  readonly missing = new Map<string, string>();

  constructor(systems: readonly System[], options: SessionOptions) {
    this.#systems = systems;
    this.#options = options;
  }

  async run(
    { name, summary, entries }: BenchmarkSpec,
    threads: number,
    report: (result: EntryResult) => void,
  ): Promise<BenchmarkResult> {
    const results: EntryResult[] = [];
    for (const entry of entries()) {
      const runners: Runner[] = [];
      for (const system of this.#systems) {
        if (!system.kinds.includes(entry.work.kind)) continue;
        const runner = await this.#runner(system, threads);
        if (runner !== null) runners.push(runner);
      }
      const result = await measureEntry(entry, runners, this.#folder, this.#options.timing);
      report(result);
      results.push(result);
      // Systems whose process has ended are started again for the next entry.
      for (const { system } of result.failed) this.#close(`${system} ${threads}`);
    }
    return { benchmark: name, summary, threads, entries: results };
  }

  async #runner(system: System, threads: number): Promise<Runner | null> {
    const key = `${system.name} ${threads}`;
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    if (this.missing.has(system.name)) return null;
    const opened = await (this.#options.open ?? openProcess)(system, threads, this.#folder);
    if (typeof opened !== "string") {
      this.#open.set(key, opened);
      return opened;
    }
    this.missing.set(system.name, opened);
    this.#options.note(`${system.name} is left out: ${opened}`);
    return null;
  }

  #close(key: string): void {
    this.#open.get(key)?.channel.stop();
    this.#open.delete(key);
  }

  /** Ends all processes and removes what they shared. */
  stop(): void {
    for (const runner of this.#open.values()) runner.channel.stop();
    this.#open.clear();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A runner, or why there is none. */
async function openProcess(
  system: System,
  threads: number,
  folder: string,
): Promise<Runner | string> {
  const start = system.start(threads);
  if ("missing" in start) return start.missing;
  return greet(new ProcessChannel(start, system.name, folder), system);
}

/** Asks a new system who it is, and one of ours what its backend could reach. */
export async function greet(
  channel: Runner["channel"],
  { name, isPeer, tolerance }: System,
): Promise<Runner | string> {
  try {
    const { version, threads } = await channel.ask({ do: "hello" });
    const { peak = null } = isPeer ? {} : await channel.ask({ do: "peak" });
    const own = { name, isPeer, version: String(version), threads: Number(threads) };
    const allowed = tolerance === undefined ? {} : { tolerance };
    return { ...own, ...allowed, channel, peak: peak as Peak | null };
  } catch (error) {
    channel.stop();
    const reason = error instanceof Error ? error.message : String(error);
    if (!isPeer) throw new Error(`${name} does not start: ${reason}`, { cause: error });
    return reason;
  }
}
