// A profile as a table that fits the terminal.
import { checkOptions } from "../tensor/errors.ts";
import type { KernelProfile, KindProfile, Profile } from "./profile.ts";
import {
  bytesText,
  type NumberColumn,
  numberColumn,
  percentText,
  textTable,
  wrapped,
} from "./textTable.ts";

export interface FormatProfileOptions {
  /** Characters that a line may have (default: as many as it takes). */
  readonly columns?: number;
  /** Kernels that are listed, those that take longest (default 30); the others are summed up in a line. */
  readonly rows?: number;
}

/**
 * A profile as tables for people: kernels by time, totals by kind of work, and what is left of the step. Where lines are
 * short, columns are left out, the less important first.
 *
 * @param options columns: characters in a line; rows: kernels listed
 * @throws OptionError for unknown options
 * @example
 * const x = Tensor.ones([8, 1, 12, 12]);
 * const net = new Conv2d(1, 4, 3);
 * const found = await profile(() => noGrad(() => net.forward(x).realize()), { runs: 2, peak: false });
 * console.log(formatProfile(found, { columns: 80 }));
 * // not run: needs a backend with kernels
 */
export function formatProfile(profile: Profile, options: FormatProfileOptions = {}): string {
  checkOptions("formatProfile", options, ["columns", "rows"]);
  const { columns: limit = Number.POSITIVE_INFINITY, rows = 30 } = options;
  const sorted = profile.kernels.toSorted((a, b) => b.ms - a.ms);
  const listed = sorted.slice(0, rows);
  const rest = sorted.slice(rows);
  const restMs = rest.reduce((sum, { ms }) => sum + ms, 0);
  const more = rest.length === 0 ? [] : [`${rest.length} more, ${milliseconds(restMs)} ms`];
  return [
    ...textTable(kernelColumns(listed, profile), ["kernel", ...listed.map(labelled)], limit),
    ...more,
    "",
    ...textTable(
      kindColumns(profile.kinds),
      ["kind", ...profile.kinds.map(({ kind }) => kind)],
      limit,
    ),
    "",
    ...wrapped(totals(profile), limit),
  ].join("\n");
}

function labelled({ phase, label }: KernelProfile): string {
  return phase === "forward" ? label : `${label} [${phase}]`;
}

/** The most important first: from the end they are left out. */
function kernelColumns(kernels: readonly KernelProfile[], { peak }: Profile): NumberColumn[] {
  const column = (title: string, text: (kernel: KernelProfile) => string): NumberColumn =>
    numberColumn(kernels, title, text);
  const shares = (
    title: string,
    share: (kernel: KernelProfile) => number | null,
  ): NumberColumn[] =>
    peak === null ? [] : [column(title, (kernel) => percentText(share(kernel) ?? 0))];
  return [
    column("ms", ({ ms }) => milliseconds(ms)),
    column("share", ({ share }) => percentText(share)),
    column("GFLOP/s", ({ gflopsPerSecond }) => rate(gflopsPerSecond)),
    ...shares("of peak", ({ computeShare }) => computeShare),
    column("GB/s", ({ gigabytesPerSecond }) => rate(gigabytesPerSecond)),
    ...shares("of copy", ({ bandwidthShare }) => bandwidthShare),
    column("read", ({ readBytes }) => bytesText(readBytes)),
    column("written", ({ writtenBytes }) => bytesText(writtenBytes)),
    column("arena", ({ arenaShare }) => percentText(arenaShare)),
    column("calls", ({ calls }) => String(calls)),
  ];
}

function kindColumns(kinds: readonly KindProfile[]): NumberColumn[] {
  const column = (title: string, text: (kind: KindProfile) => string): NumberColumn =>
    numberColumn(kinds, title, text);
  return [
    column("ms", ({ ms }) => milliseconds(ms)),
    column("share", ({ share }) => percentText(share)),
    column("GFLOP/s", ({ gflopsPerSecond }) => rate(gflopsPerSecond)),
    column("kernels", ({ kernels }) => String(kernels)),
  ];
}

function totals({ stepMs, kernelMs, overheadMs, ...profile }: Profile): string[] {
  const { runs, kernels, peak, arenaBytes } = profile;
  const launches = kernels.reduce((sum, { calls }) => sum + calls, 0);
  return [
    `step ${milliseconds(stepMs)} ms, kernels ${milliseconds(kernelMs)} ms, overhead ${milliseconds(overheadMs)} ms`,
    `${launches} kernels, ${bytesText(arenaBytes)} of temporaries`,
    `${machineText(profile)}, median of ${runs} steps`,
    ...(peak === null
      ? []
      : [
          `this machine at best: ${rate(peak.gflopsPerSecond)} GFLOP/s, copies ${rate(peak.copyGigabytesPerSecond)} GB/s`,
        ]),
  ];
}

/** "wasm, 2 threads"; "webgpu on" and the GPU's name. */
function machineText({
  backend,
  threads,
  device,
}: Pick<Profile, "backend" | "threads" | "device">): string {
  if (device !== null) return `${backend} on ${device}`;
  return `${backend}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

function milliseconds(ms: number): string {
  return ms.toFixed(Math.abs(ms) < 1 ? 3 : Math.abs(ms) < 100 ? 2 : 0);
}

function rate(value: number): string {
  return value === 0 ? "" : value.toFixed(value < 100 ? 1 : 0);
}
