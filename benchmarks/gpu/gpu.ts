// `npm run bench -- gpu`: what the GPU can do, what single ops reach of it, and whole networks beside PyTorch on the same card.
import { createWebgpuBackend, type Gpu, openGpu } from "../../src/backend/webgpu/index.ts";
import { useBackend } from "../../src/engine.ts";
import type { MatmulPrecision } from "../../src/index.ts";
import type { Timing } from "../measure.ts";
import { type EntryReport, entryLines, entryReport } from "../report.ts";
import { Session } from "../session.ts";
import { gpuEntries } from "../works/networks.ts";
import { measureOp, type OpFault, type OpReport, opLine } from "./ops.ts";
import { cardSizes, type GpuPeak, measureGpuPeak, softwareSizes } from "./peak.ts";
import { measureStart, type Started, type StartReport, startLines } from "./start.ts";
import { gpuSystems } from "./systems.ts";
import { type Batches, type GpuOp, gpuOps, type OpSizes } from "./works.ts";

export const gpuParts = ["ops", "train", "infer", "start"] as const;
export type GpuPart = (typeof gpuParts)[number];

export interface GpuBenchOptions {
  readonly parts: readonly GpuPart[];
  /** An adapter that computes on the processor will do, with small sizes. */
  readonly software: boolean;
  /** Images in a batch, of all networks; each has its own unless given. */
  readonly batch: number | null;
  /** Only ops and networks whose name has this in it. */
  readonly entry: string;
  /** Names of the peers that are asked. */
  readonly peers: readonly string[];
  readonly timing: Timing;
}

export interface GpuReport {
  readonly adapter: string;
  /** Does the GPU say when kernels begin and end? Otherwise their times are those of the queue. */
  readonly hasClock: boolean;
  /** Are there products in float16? They are measured beside those in float32. */
  readonly hasFloat16: boolean;
  readonly peak: GpuPeak | null;
  readonly ops: readonly OpReport[];
  readonly opFaults: readonly OpFault[];
  readonly train: readonly EntryReport[];
  readonly infer: readonly EntryReport[];
  readonly start: readonly StartReport[];
  /** Peers that were not there, and why. */
  readonly missing: Readonly<Record<string, string>>;
}

const cardOps: OpSizes = {
  batches: { lenet: 1024, resnet18: 128, vgg11: 32 },
  elements: 2 ** 26,
  matrices: [256, 1024, 4096],
};
const softwareOps: OpSizes = {
  batches: { lenet: 2, resnet18: 1, vgg11: 1 },
  elements: 2 ** 12,
  matrices: [64],
};
const cardBatches = { lenet: [256, 1024], resnet18: [128, 512], vgg11: [32, 64] };
const softwareBatches = { lenet: [8], resnet18: [2], vgg11: [1] };

/** Peers by name, for the options. */
export const gpuPeers: readonly string[] = gpuSystems({ isSoftware: false, hasFloat16: false })
  .filter(({ isPeer }) => isPeer)
  .map(({ name }) => name);

export async function gpuBench(
  options: GpuBenchOptions,
  say: (text: string) => void,
): Promise<GpuReport> {
  const { parts, software } = options;
  const gpu = await open(software);
  const { title: adapter, hasClock, hasFloat16 } = gpu;
  say(`adapter: ${adapter}${hasClock ? "" : ", without a clock: times of kernels are coarse"}`);
  if (!hasFloat16) say("  it has no float16: products are in float32 alone");
  let peak: GpuPeak | null = null;
  let measured: Pick<GpuReport, "ops" | "opFaults"> = { ops: [], opFaults: [] };
  if (parts.includes("ops")) {
    peak = await measureGpuPeak(gpu, software ? softwareSizes : cardSizes);
    const { copyGigabytesPerSecond, gflopsPerSecond } = peak;
    say(`  copies ${copyGigabytesPerSecond.toFixed(1)} GB/s, read and written together`);
    say(`  multiplies and adds ${gflopsPerSecond.toFixed(1)} GFLOP/s`);
    gpu.close();
    measured = await ops(options, peak, say);
  } else gpu.close();
  const networks = await wholeNetworks(options, hasFloat16, say);
  const start = parts.includes("start") ? await starts(options, say) : [];
  return { adapter, hasClock, hasFloat16, peak, ...measured, ...networks, start };
}

async function open(software: boolean): Promise<Gpu> {
  const gpu = await openGpu({ software: true });
  if (!gpu.isSoftware || software) return gpu;
  gpu.close();
  throw new Error(
    `gpu: the only adapter here computes on the processor: ${gpu.title}\n` +
      "  hint     --software measures it all the same, with small sizes: to see that all works",
  );
}

function withBatch<Sizes extends Readonly<Record<keyof Batches, unknown>>>(
  sizes: Sizes,
  value: Sizes[keyof Batches] | null,
): Sizes {
  if (value === null) return sizes;
  return { ...sizes, lenet: value, resnet18: value, vgg11: value };
}

async function ops(
  { software, batch, entry, timing }: GpuBenchOptions,
  peak: GpuPeak,
  say: (text: string) => void,
): Promise<Pick<GpuReport, "ops" | "opFaults">> {
  say("ops: median time of their kernels; share of the peak of arithmetic, or of copying");
  const sizes = software ? softwareOps : cardOps;
  const wanted = gpuOps({ ...sizes, batches: withBatch<Batches>(sizes.batches, batch) });
  const found: OpReport[] = [];
  const opFaults: OpFault[] = [];
  let gpu: Gpu | null = null;
  const chosen = wanted.filter(({ name }) => name.includes(entry));
  for (const { matmulPrecision, ...op } of chosen.flatMap(inEachPrecision)) {
    gpu ??= await open(software);
    if (matmulPrecision === "float16" && !gpu.hasFloat16) continue;
    // A backend of its own: what the op before held is gone.
    const backend = createWebgpuBackend(gpu, { matmulPrecision });
    useBackend(backend);
    try {
      const report = await measureOp(op, { runs: timing.rounds * (software ? 1 : 4), peak });
      found.push(report);
      say(opLine(report));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      opFaults.push({ op: op.name, reason });
      say(`  ${op.name} FAILED: ${reason.split("\n")[0]}`);
      // A device that was at fault is not asked again.
      gpu.close();
      gpu = null;
    } finally {
      backend.dispose();
    }
  }
  gpu?.close();
  return { ops: found, opFaults };
}

/** Products, which count their operations, also with factors in float16. */
function inEachPrecision(op: GpuOp): (GpuOp & { readonly matmulPrecision: MatmulPrecision })[] {
  const usual = { ...op, matmulPrecision: "float32" } as const;
  if (op.flops === undefined) return [usual];
  return [usual, { ...op, name: `${op.name}, float16`, matmulPrecision: "float16" }];
}

async function wholeNetworks(
  { parts, software, batch, entry, peers, timing }: GpuBenchOptions,
  hasFloat16: boolean,
  say: (text: string) => void,
): Promise<Pick<GpuReport, "train" | "infer" | "missing">> {
  const systems = gpuSystems({ isSoftware: software, hasFloat16 }).filter(
    ({ name, isPeer }) => !isPeer || peers.includes(name),
  );
  const session = new Session(systems, { timing, note: (text) => say(`  ${text}`) });
  const stop = (): void => session.stop();
  process.once("exit", stop);
  const batches = withBatch<Readonly<Record<keyof Batches, readonly number[]>>>(
    software ? softwareBatches : cardBatches,
    batch === null ? null : [batch],
  );
  const measure = async (kind: "train" | "infer", summary: string): Promise<EntryReport[]> => {
    if (!parts.includes(kind)) return [];
    say(`${kind}: ${summary}`);
    const reports: EntryReport[] = [];
    const entries = () => gpuEntries(kind, batches).filter(({ name }) => name.includes(entry));
    await session.run({ name: kind, summary, entries }, 1, (result) => {
      const report = entryReport(result, 1);
      reports.push(report);
      say([`  ${report.entry}`, ...entryLines(report).slice(1)].join("\n"));
    });
    return reports;
  };
  try {
    const train = await measure("train", "steps of SGD, images and parameters on the card");
    const infer = await measure("infer", "logits of a batch, from and to the card's memory");
    return { train, infer, missing: Object.fromEntries(session.missing) };
  } finally {
    stop();
    process.off("exit", stop);
  }
}

async function starts(
  { software, batch, entry, timing }: GpuBenchOptions,
  say: (text: string) => void,
): Promise<StartReport[]> {
  say("start: from the start of a process to the loss of its first training step");
  const batches = withBatch<Batches>((software ? softwareOps : cardOps).batches, batch);
  const networks: readonly (Started & { readonly title: string })[] = [
    { title: "LeNet", model: "lenet", size: 28, batch: batches.lenet },
    { title: "ResNet-18", model: "resnet18", size: 96, batch: batches.resnet18 },
    { title: "VGG-11", model: "vgg11", size: 224, batch: batches.vgg11 },
  ];
  const reports: StartReport[] = [];
  for (const network of networks.filter(({ title }) => title.includes(entry))) {
    const report = await measureStart(network, {
      software,
      processes: software ? 1 : timing.rounds,
    });
    reports.push(report);
    say(startLines(report).join("\n"));
  }
  return reports;
}
