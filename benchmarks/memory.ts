// Memory of a training step: what it holds at its peak, and by how much a fresh process grows that runs it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProcessChannel } from "./channel.ts";
import { differenceOf } from "./measure.ts";
import { foveaSystems, peers, type System } from "./systems.ts";
import { type Entry, numel, pack } from "./work.ts";
import { memoryEntries } from "./works/networks.ts";

export interface MemoryReport {
  readonly entry: string;
  /** Parameters and running statistics: the same for all. */
  readonly parameterBytes: number;
  readonly systems: readonly SystemMemory[];
  /** The first system's figures as multiples of each other one's. */
  readonly ratios: Readonly<Record<string, MemoryRatio>>;
  readonly failed: readonly { readonly system: string; readonly reason: string }[];
}

export interface MemoryRatio {
  /** Of parameters and temporaries. */
  readonly held: number;
  readonly grown: number | null;
}

export interface SystemMemory {
  readonly system: string;
  readonly version: string;
  /** Most that activations, gradients and other temporaries of a step take at once. */
  readonly temporaryBytes: number;
  /** By how much the process grew, from its libraries loaded to its largest in three steps; null where the system does not say. */
  readonly grownBytes: number | null;
}

/** What the figures are, in a sentence. */
export const memoryNote =
  "  Held at the peak: parameters, activations and gradients; of PyTorch what its profiler says that its allocator gave (scratch\n" +
  "  of its libraries is not in it), of Fovea all that a step's arena takes, scratch too. Growth: the process, from its libraries\n" +
  "  loaded to its largest in three steps. PyTorch has contiguous tensors here, which take less than those it is fastest with.";

/** Steps in which a process grows. */
const steps = 3;

export interface MemoryOptions {
  readonly backends: readonly string[];
  readonly threads: number;
  /** Only entries whose name has this in it. */
  readonly entry: string;
  readonly withPeers: boolean;
}

/** Measures every entry, each system in a process of its own. */
export async function memory(
  { backends, threads, entry: wanted, withPeers }: MemoryOptions,
  say: (text: string) => void,
): Promise<MemoryReport[]> {
  say(memoryNote);
  const own = backends.map((name) => foveaSystems(name)[0] as System);
  const systems = [...own, ...(withPeers ? peers.filter(({ name }) => name === "pytorch") : [])];
  const present = systems.filter(({ name, start }) => {
    const found = start(threads);
    if ("missing" in found) say(`  ${name} is left out: ${found.missing}`);
    return !("missing" in found);
  });
  const reports: MemoryReport[] = [];
  for (const entry of memoryEntries.filter(({ name }) => name.includes(wanted))) {
    const report = await measureEntry(entry, present, threads);
    reports.push(report);
    say(memoryLines(report).join("\n"));
  }
  return reports;
}

async function measureEntry(
  entry: Entry,
  systems: readonly System[],
  threads: number,
): Promise<MemoryReport> {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const { tensors } = entry.work;
  const floats = tensors.filter(({ dtype }) => dtype === "float32");
  const parameterBytes = 4 * floats.reduce((sum, { shape }) => sum + numel(shape), 0);
  const measured: SystemMemory[] = [];
  const failed: { system: string; reason: string }[] = [];
  let first: Float32Array | null = null;
  try {
    await writeFile(join(folder, "work.json"), JSON.stringify(entry.work));
    await writeFile(join(folder, "work.bin"), pack(tensors, await entry.elements()));
    for (const system of systems) {
      try {
        const { losses, ...own } = await measureSystem(system, threads, folder);
        first ??= losses;
        const difference = differenceOf(losses, first, true);
        if (difference <= entry.tolerance) measured.push(own);
        else failed.push({ system: system.name, reason: `its losses differ by ${difference}` });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failed.push({ system: system.name, reason });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const ratios = ratiosOf(measured, parameterBytes);
  return { entry: entry.name, parameterBytes, systems: measured, ratios, failed };
}

function ratiosOf(
  [ours, ...others]: readonly SystemMemory[],
  parameterBytes: number,
): Record<string, MemoryRatio> {
  const ratio = (own: number, other: number): number => Number((own / other).toFixed(3));
  return Object.fromEntries(
    others.flatMap((other) => {
      if (ours === undefined) return [];
      const [own, its] = [ours, other].map((one) => parameterBytes + one.temporaryBytes);
      const isKnown = ours.grownBytes !== null && other.grownBytes !== null;
      const grown = isKnown ? ratio(ours.grownBytes, other.grownBytes) : null;
      return [
        [`${ours.system}/${other.system}`, { held: ratio(own as number, its as number), grown }],
      ];
    }),
  );
}

/** Two processes: one computes what is compared, the other makes its parameters itself and only grows. */
async function measureSystem(
  system: System,
  threads: number,
  folder: string,
): Promise<SystemMemory & { readonly losses: Float32Array }> {
  const found = system.start(threads);
  if ("missing" in found) throw new Error(found.missing);
  const { command, args } = found;
  // PyTorch as it takes least: the surroundings in which it is fastest keep large buffers.
  const start = system.isPeer ? { command, args: [...args, "--layout", "contiguous"] } : found;
  const compares = new ProcessChannel(start, system.name, folder);
  const grows = new ProcessChannel(start, system.name, folder);
  try {
    const { version } = await compares.ask({ do: "hello" });
    await compares.ask({ do: "prepare" });
    await compares.ask({ do: "outputs" });
    const { bytes } = await compares.ask({ do: "temporaries" });
    compares.stop();
    const { buffer } = new Uint8Array(await readFile(join(folder, `${system.name}.bin`)));
    return {
      ...{ system: system.name, version: String(version), temporaryBytes: Number(bytes) },
      grownBytes: await growth(grows),
      losses: new Float32Array(buffer),
    };
  } finally {
    compares.stop();
    grows.stop();
  }
}

/** From the libraries loaded to the largest in some steps. */
async function growth(channel: ProcessChannel): Promise<number | null> {
  await channel.ask({ do: "hello" });
  const before = residentBytes(channel.pid, "VmRSS");
  await channel.ask({ do: "prepare", empty: true });
  await channel.ask({ do: "time", calls: steps });
  const largest = residentBytes(channel.pid, "VmHWM");
  return before === null || largest === null ? null : largest - before;
}

/** What Linux says of a process; null elsewhere. */
function residentBytes(pid: number, field: "VmRSS" | "VmHWM"): number | null {
  try {
    const [, kilobytes] =
      new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(
        readFileSync(`/proc/${pid}/status`, "utf8"),
      ) ?? [];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Lines for the terminal. */
export function memoryLines({
  entry,
  parameterBytes,
  systems,
  ratios,
  failed,
}: MemoryReport): string[] {
  const width = Math.max(8, ...systems.map(({ system }) => system.length));
  return [
    `  ${entry}`,
    ...systems.map(({ system, temporaryBytes, grownBytes }) => {
      const held = `holds ${megabytes(parameterBytes + temporaryBytes)}`;
      const grown = grownBytes === null ? "" : `, grows by ${megabytes(grownBytes)}`;
      return `    ${system.padEnd(width)}  ${held} (${megabytes(temporaryBytes)} of temporaries)${grown}`;
    }),
    ...Object.entries(ratios).map(([name, { held, grown }]) => {
      const growth = grown === null ? "" : `, grows ${grown.toFixed(2)} times as much`;
      return `    ${name}  holds ${held.toFixed(2)} times as much${growth}`;
    }),
    ...failed.map(({ system, reason }) => `    ${system} FAILED: ${reason}`),
  ];
}
