// The one timing loop: systems are prepared, their outputs compared with ours, and then they take turns.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Channel } from "./channel.ts";
import { type Peak, Unsupported } from "./contender.ts";
import { type Entry, pack } from "./work.ts";

export interface Timing {
  /** Rounds in which every system has its turn; at least three. */
  readonly rounds: number;
  /** How long a turn takes, about, and the calls before the first one. */
  readonly turnMs: number;
  readonly warmUpMs: number;
}

export const usual: Timing = { rounds: 5, turnMs: 300, warmUpMs: 1000 };
export const quick: Timing = { rounds: 3, turnMs: 20, warmUpMs: 40 };

/** A system that takes longer than this for a call has three turns, however many rounds there are. */
const slowMs = 5000;

/** Before a turn: threads of the system before may still be spinning. */
const restMs = 20;

/** A system with its line open. */
export interface Runner {
  readonly name: string;
  readonly version: string;
  readonly threads: number;
  readonly isPeer: boolean;
  /** It computes with fewer digits: differences up to this are its own. */
  readonly tolerance?: number;
  readonly channel: Channel;
  readonly peak: Peak | null;
}

export interface SystemResult {
  readonly system: string;
  readonly version: string;
  readonly threads: number;
  readonly isPeer: boolean;
  /** Milliseconds a call, one figure a round. */
  readonly ms: readonly number[];
  /** Largest difference from our output; 0 for the system that the others are compared with. */
  readonly difference: number;
  readonly peak: Peak | null;
}

export interface EntryResult {
  readonly entry: Entry;
  readonly systems: readonly SystemResult[];
  /** Systems that cannot do it, with their reasons. */
  readonly unsupported: readonly { readonly system: string; readonly reason: string }[];
  /** Systems that failed or computed something else; they are not timed. */
  readonly failed: readonly { readonly system: string; readonly reason: string }[];
}

interface Ready {
  readonly runner: Runner;
  readonly output: Float32Array;
  readonly difference: number;
  readonly ms: number[];
  readonly calls: number;
}

/** Measures one entry. The first runner is the one that the others are compared with. */
export async function measureEntry(
  entry: Entry,
  runners: readonly Runner[],
  folder: string,
  { rounds, turnMs, warmUpMs }: Timing,
): Promise<EntryResult> {
  await mkdir(folder, { recursive: true });
  const { work } = entry;
  await writeFile(join(folder, "work.json"), JSON.stringify(work));
  await writeFile(join(folder, "work.bin"), pack(work.tensors, await entry.elements()));

  const ready: Ready[] = [];
  const unsupported: { system: string; reason: string }[] = [];
  const failed: { system: string; reason: string }[] = [];
  for (const runner of runners) {
    try {
      const output = await outputOf(runner, folder);
      const first = ready[0]?.output ?? output;
      const difference = differenceOf(output, first, work.kind === "train");
      const tolerance = Math.max(entry.tolerance, runner.tolerance ?? 0);
      if (!(difference <= tolerance)) {
        const facts = `differs by ${difference.toExponential(1)}, more than ${tolerance}`;
        failed.push({ system: runner.name, reason: `its output ${facts}` });
        continue;
      }
      const calls = await warmUp(runner, turnMs, warmUpMs);
      ready.push({ runner, output, difference, ms: [], calls });
    } catch (error) {
      const list = error instanceof Unsupported ? unsupported : failed;
      list.push({ system: runner.name, reason: reasonOf(error) });
      // Without ours, there is nothing to compare with.
      if (ready.length === 0) break;
    }
  }

  const lost = new Set<Ready>();
  for (let round = 0; round < Math.max(3, rounds); round++)
    for (const each of ready) {
      if (lost.has(each) || (round >= 3 && (each.ms[0] ?? 0) > slowMs)) continue;
      try {
        await new Promise((done) => setTimeout(done, restMs));
        each.ms.push(await time(each.runner, each.calls));
      } catch (error) {
        lost.add(each);
        failed.push({ system: each.runner.name, reason: reasonOf(error) });
      }
    }
  const timed = ready.filter((each) => !lost.has(each));
  const systems = timed.map(({ runner, difference, ms }): SystemResult => {
    const { name: system, version, threads, isPeer, peak } = runner;
    return { system, version, threads, isPeer, ms, difference, peak };
  });
  return { entry, systems, unsupported, failed };
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

async function outputOf({ channel, name }: Runner, folder: string): Promise<Float32Array> {
  await channel.ask({ do: "prepare" });
  await channel.ask({ do: "outputs" });
  const { buffer, byteOffset, byteLength } = await readFile(join(folder, `${name}.bin`));
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
}

/** Losses differ each by its own size, other outputs by the size of their largest element. */
export function differenceOf(ours: Float32Array, first: Float32Array, isEach: boolean): number {
  if (ours.length !== first.length) return Number.POSITIVE_INFINITY;
  const largest = first.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let difference = 0;
  for (let i = 0; i < ours.length; i++) {
    const wanted = first[i] as number;
    const scale = isEach ? Math.abs(wanted) : largest;
    const off = Math.abs((ours[i] as number) - wanted) / (scale === 0 ? 1 : scale);
    // Not Math.max, which a NaN would pass unseen in a comparison.
    if (!(off <= difference)) difference = off;
  }
  return difference;
}

async function time({ channel }: Runner, calls: number): Promise<number> {
  const { ms } = await channel.ask({ do: "time", calls });
  if (typeof ms !== "number") throw new Error("no time came back");
  return ms;
}

/** Calls until the engines have optimised their code; returns how many calls fill a turn. */
async function warmUp(runner: Runner, turnMs: number, warmUpMs: number): Promise<number> {
  const begin = performance.now();
  let ms = await time(runner, 1);
  while (performance.now() - begin < warmUpMs) {
    const calls = Math.max(1, Math.ceil(warmUpMs / 8 / Math.max(ms, 1e-3)));
    ms = await time(runner, calls);
  }
  return Math.max(1, Math.round(turnMs / Math.max(ms, 1e-3)));
}
