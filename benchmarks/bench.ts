// npm run bench [-- NAME… --json --threads N --rounds N]: measures, with peers in the same run.
import "../scripts/quietPipe.ts";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { loader } from "./loader.ts";
import { lenetTrain, resnetTrain } from "./training.ts";

/** Milliseconds per call, one figure a round, of one system. */
export interface Measurement {
  readonly system: string;
  readonly ms: readonly number[];
  /** Items that a call handles, and what a rate of them is called. */
  readonly perCall: number;
  readonly unit: string;
  readonly threads: number;
}

export interface BenchmarkContext {
  readonly rounds: number;
  readonly threads: number;
  note(text: string): void;
}

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  run(context: BenchmarkContext): Promise<Measurement[]>;
}

const benchmarks: readonly Benchmark[] = [lenetTrain, resnetTrain, loader];

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Fovea's speed as a multiple of each peer's: the median over rounds of the ratios within a round. */
function ratiosOf(measurements: readonly Measurement[]): Record<string, number> {
  const [own, ...peers] = measurements as [Measurement, ...Measurement[]];
  return Object.fromEntries(
    peers.map((peer) => [
      `${own.system}/${peer.system}`,
      Number(median(peer.ms.map((ms, i) => ms / (own.ms[i] as number))).toFixed(3)),
    ]),
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      threads: { type: "string", default: "2" },
      rounds: { type: "string", default: "7" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(
      `usage: npm run bench -- [NAME…] [--json] [--threads N] [--rounds N]\n\n${benchmarks.map(({ name, summary }) => `  ${name}  ${summary}`).join("\n")}`,
    );
    return;
  }
  const unknown = positionals.filter(
    (name) => !benchmarks.some((benchmark) => benchmark.name === name),
  );
  if (unknown.length > 0)
    throw new Error(
      `no benchmark ${unknown.join(", ")}; there are: ${benchmarks.map(({ name }) => name).join(", ")}`,
    );
  const chosen = benchmarks.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  for (const benchmark of chosen) {
    const note = (text: string): void => (values.json ? undefined : console.log(`  ${text}`));
    if (!values.json) console.log(`${benchmark.name}: ${benchmark.summary}`);
    const measurements = await benchmark.run({
      rounds: Number(values.rounds),
      threads: Number(values.threads),
      note,
    });
    const ratios = ratiosOf(measurements);
    if (values.json) {
      const rows = measurements.map(({ system, ms, perCall, unit, threads }) => ({
        system,
        threads,
        unit,
        medianMs: median(ms),
        bestMs: Math.min(...ms),
        perSecond: Math.round((perCall / median(ms)) * 1000),
      }));
      console.log(
        JSON.stringify({
          benchmark: benchmark.name,
          ratios,
          measurements: rows,
          node: process.version,
          cpu: cpus()[0]?.model,
          date: new Date().toISOString(),
        }),
      );
      continue;
    }
    for (const { system, ms, perCall, unit, threads } of measurements) {
      const rate = Math.round((perCall / median(ms)) * 1000).toLocaleString("en");
      console.log(
        `  ${system.padEnd(10)} ${median(ms).toFixed(3)} ms  ${rate} ${unit}  (${threads} threads, best ${Math.min(...ms).toFixed(3)} ms)`,
      );
    }
    for (const [name, ratio] of Object.entries(ratios))
      console.log(`  ${name}  ${ratio.toFixed(2)}`);
  }
}

await main();
process.exit();
