// Results as data, as lines for people, and as tables for RESULTS.md.
import type { BenchmarkContext, Measurement } from "./benchmark.ts";
import type { Peak } from "./contender.ts";
import type { EntryResult, SystemResult } from "./measure.ts";

/** One entry of the JSON. */
export interface EntryReport {
  readonly entry: string;
  readonly threads: number;
  /** The first system's speed as a multiple of each other one's: medians over rounds of the ratios within a round. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly systems: readonly SystemReport[];
  readonly unsupported: EntryResult["unsupported"];
  readonly failed: EntryResult["failed"];
}

export interface SystemReport {
  readonly system: string;
  readonly version: string;
  readonly threads: number;
  readonly medianMs: number;
  readonly bestMs: number;
  readonly roundsMs: readonly number[];
  readonly perSecond: number;
  readonly unit: string;
  /** Share of the time in which it waited for data. */
  readonly waitShare?: number;
  /** Largest relative difference of its output from the first system's. */
  readonly difference?: number;
  readonly gflopsPerSecond?: number;
  readonly gigabytesPerSecond?: number;
  /** Of what this backend reaches on this machine with multiply-adds alone, or copying; of ours alone. */
  readonly shareOfPeak?: number;
  readonly peak?: Peak;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

const sum = (values: readonly number[]): number => values.reduce((total, n) => total + n, 0);

const digits = (value: number): number => Number(value.toPrecision(4));

/** How many times as fast `own` is as `other`, from the rounds that both took part in. */
function ratio(own: readonly number[], other: readonly number[]): number {
  const rounds = Math.min(own.length, other.length);
  return digits(
    median(Array.from({ length: rounds }, (_, i) => (other[i] as number) / (own[i] as number))),
  );
}

function ratiosOf(
  systems: readonly { system: string; isPeer: boolean; ms: readonly number[] }[],
): Record<string, number> {
  const peers = systems.filter(({ isPeer }) => isPeer);
  return Object.fromEntries(
    systems
      .filter(({ isPeer }) => !isPeer)
      .flatMap((own) =>
        peers.map((peer) => [`${own.system}/${peer.system}`, ratio(own.ms, peer.ms)]),
      ),
  );
}

export function entryReport(result: EntryResult, threads: number): EntryReport {
  const { entry, systems, unsupported, failed } = result;
  return {
    entry: entry.name,
    threads,
    ratios: ratiosOf(systems),
    systems: systems.map((system) => systemReport(system, result)),
    unsupported,
    failed,
  };
}

function systemReport(
  { system, version, threads, ms, difference, peak }: SystemResult,
  { entry }: EntryResult,
): SystemReport {
  const medianMs = median(ms);
  const { perCall, unit, flops, bytes } = entry;
  const rates = {
    ...(flops === undefined ? {} : { gflopsPerSecond: digits(flops / medianMs / 1e6) }),
    ...(bytes === undefined ? {} : { gigabytesPerSecond: digits(bytes / medianMs / 1e6) }),
  };
  const reached = rates.gflopsPerSecond ?? rates.gigabytesPerSecond;
  const most = flops === undefined ? peak?.copyGigabytesPerSecond : peak?.gflopsPerSecond;
  return {
    system,
    version,
    threads,
    medianMs: digits(medianMs),
    bestMs: digits(Math.min(...ms)),
    roundsMs: ms.map(digits),
    perSecond: digits((perCall / medianMs) * 1000),
    unit,
    difference,
    ...rates,
    ...(peak === null ? {} : { peak }),
    ...(reached === undefined || most === undefined ? {} : { shareOfPeak: digits(reached / most) }),
  };
}

/** The report of a benchmark that measured by itself: all others are compared with its first system. */
export function ownReport(
  measurements: readonly Measurement[],
  { threads }: BenchmarkContext,
  version: string,
): EntryReport {
  const systems = measurements.map((measured): SystemReport => {
    const { system, ms, waitedMs, perCall, unit, threads: used } = measured;
    const medianMs = median(ms);
    const perSecond = digits((perCall / medianMs) * 1000);
    const figures = {
      medianMs: digits(medianMs),
      bestMs: digits(Math.min(...ms)),
      perSecond,
      unit,
      ...(waitedMs === undefined ? {} : { waitShare: digits(sum(waitedMs) / sum(ms)) }),
    };
    return { system, version, threads: used, roundsMs: ms.map(digits), ...figures };
  });
  const compared = measurements.filter(({ waitedMs }) => waitedMs === undefined);
  const ratios = ratiosOf(compared.map((each, i) => ({ ...each, isPeer: i > 0 })));
  return { entry: "", threads, ratios, systems, unsupported: [], failed: [] };
}

const number = (value: number): string =>
  value.toLocaleString("en", { maximumSignificantDigits: 4 });

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function rateOf({ gflopsPerSecond, gigabytesPerSecond, perSecond, unit }: SystemReport): string {
  if (gigabytesPerSecond !== undefined) return `${number(gigabytesPerSecond)} GB/s`;
  if (unit === "calls/s" && gflopsPerSecond !== undefined)
    return `${number(gflopsPerSecond)} GFLOP/s`;
  return `${number(perSecond)} ${unit}`;
}

/** How far a system's output is from the first one's, with which all others were compared. */
function differenceText({ system, difference }: SystemReport, first: string | undefined): string {
  if (difference === undefined || system === first) return "";
  return difference === 0 ? "  equal bits" : `  differs by ${difference.toExponential(0)}`;
}

/** Lines for the terminal. */
export function entryLines(report: EntryReport): string[] {
  const { entry, threads, systems, ratios, failed, unsupported } = report;
  const width = Math.max(...systems.map(({ system }) => system.length), 8);
  const lines = systems.map((system) => {
    const { system: name, medianMs, bestMs, threads: used, shareOfPeak, waitShare } = system;
    const waits = waitShare === undefined ? "" : `, waits ${percent(waitShare)} of the time`;
    const peak = shareOfPeak === undefined ? "" : `, ${Math.round(100 * shareOfPeak)} % of peak`;
    const other = used === threads ? "" : `  (${used} thread${used === 1 ? "" : "s"})`;
    const equal = differenceText(system, systems[0]?.system);
    const time = `${number(medianMs)} ms (best ${number(bestMs)})`;
    return `    ${name.padEnd(width)}  ${time.padEnd(28)}  ${rateOf(system)}${peak}${waits}${equal}${other}`;
  });
  const head = `  ${[entry, `${threads} thread${threads === 1 ? "" : "s"}`].filter((x) => x !== "").join(", ")}`;
  return [
    head,
    ...lines,
    ...Object.entries(ratios).map(([name, value]) => `    ${name}  ${value.toFixed(2)}`),
    ...unsupported.map(({ system, reason }) => `    ${system} is left out: ${reason}`),
    ...failed.map(({ system, reason }) => `    ${system} FAILED and was not timed: ${reason}`),
  ];
}

/** A table for RESULTS.md: one row an entry, columns by system, ratios in brackets. */
export function markdownTable(name: string, reports: readonly EntryReport[]): string[] {
  const columns = [...new Set(reports.flatMap(({ systems }) => systems.map((s) => s.system)))];
  const rows = reports.map((report) => {
    const first = report.systems[0]?.system;
    const cells = columns.map((column) => {
      const system = report.systems.find((each) => each.system === column);
      if (system === undefined) return "–";
      const times = report.ratios[`${first}/${column}`];
      const share = times === undefined ? "" : ` (${times.toFixed(2)}×)`;
      return `${number(system.medianMs)} ms, ${rateOf(system)}${share}`;
    });
    return `| ${report.entry} | ${report.threads} | ${cells.join(" | ")} |`;
  });
  const versions = columns.map((column) => {
    const system = reports.flatMap(({ systems }) => systems).find((each) => each.system === column);
    return `${column} ${system?.version}`;
  });
  return [
    `## ${name}`,
    "",
    `| | threads | ${columns.join(" | ")} |`,
    `| --- | ---: | ${columns.map(() => "---:").join(" | ")} |`,
    ...rows,
    "",
    `Versions: ${versions.join(", ")}. In brackets: ${columns[0]} is so many times as fast.`,
    "",
  ];
}
