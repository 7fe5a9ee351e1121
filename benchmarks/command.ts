// What `npm run bench` takes, and what it does with it.
import { writeFile } from "node:fs/promises";
import { type OptionValues, UsageError } from "../cli/options.ts";
import packageFile from "../package.json" with { type: "json" };
import type { Benchmark, BenchmarkSpec } from "./benchmark.ts";
import { openBrowser } from "./browser/browser.ts";
import { browserSystems } from "./browser/systems.ts";
import { type GpuPart, gpuBench, gpuParts, gpuPeers } from "./gpu/gpu.ts";
import { loader } from "./loader.ts";
import { machine } from "./machine.ts";
import { quick, usual } from "./measure.ts";
import { memory } from "./memory.ts";
import { type EntryReport, entryLines, entryReport, markdownTable, ownReport } from "./report.ts";
import { scaling } from "./scaling.ts";
import { Session } from "./session.ts";
import { foveaSystems, peers } from "./systems.ts";
import { networkBenchmarks } from "./works/networks.ts";
import { opBenchmarks } from "./works/ops.ts";

const benchmarks: readonly BenchmarkSpec[] = [...networkBenchmarks, ...opBenchmarks];
/** Those that measure by themselves. */
const own: readonly Benchmark[] = [loader];
const memorySummary = "memory that a training step holds at its peak, and growth of the process";
const scalingSummary = "time by batch, image size and channels: the worst cliff, and a picture";
const gpuSummary =
  "a GPU by WebGPU: single ops, networks beside PyTorch on the card, the first step";
const all = [
  ...[...benchmarks, ...own].map(({ name, summary }) => ({ name, summary })),
  { name: "memory", summary: memorySummary },
  { name: "scaling", summary: scalingSummary },
  { name: "gpu", summary: gpuSummary },
];
/** Those with reports of their own kind, which are run alone. */
const alone = ["memory", "scaling", "gpu"];
const names = all.map(({ name }) => name);

/** What also runs in a browser. */
const inBrowser = ["lenet-train", "lenet-infer", "resnet18-infer"];

const options = {
  json: { type: "optionalText", value: "FILE", help: "results as JSON, to a file or the output" },
  markdown: { type: "flag", help: "tables for RESULTS.md instead of lines" },
  quick: { type: "flag", help: "short turns: to see that all works, not to quote" },
  threads: { type: "text", value: "N,…", default: "1,2", help: "numbers of threads" },
  rounds: { type: "integer", value: "N", min: 3, help: "rounds in turns", defaultText: "5" },
  entry: { type: "text", value: "TEXT", help: "only entries whose name has this in it" },
  backend: { type: "text", value: "NAME,…", default: "wasm", help: "Fovea's backends" },
  direct: { type: "flag", help: "single ops also without Winograd's filtering, as NAME-direct" },
  peers: { type: "text", value: "NAME,…", help: "these peers alone; none: Fovea alone" },
  browser: { type: "flag", help: `in headless Chromium: ${inBrowser.join(", ")}` },
  part: { type: "text", value: "NAME,…", help: `of gpu, only these: ${gpuParts.join(", ")}; none` },
  batch: { type: "integer", value: "N", min: 1, help: "of gpu, images in a batch of each network" },
  software: { type: "flag", help: "gpu on an adapter that computes on the processor, in small" },
  svg: { type: "text", value: "FILE", default: "runs/scaling.svg", help: "where scaling draws" },
} as const;

export const benchCommand = {
  name: "bench",
  description:
    "Measures Fovea beside its peers. Outputs are compared before anything is timed; a peer whose\n" +
    "output differs is not timed, and the exit code is 1.",
  positionals: [
    { name: "NAME", help: "benchmarks; all unless given", required: false, many: true },
  ],
  options,
  examples: [
    "npm run bench:setup",
    "npm run bench -- lenet-train --threads 2",
    "npm run bench -- conv --entry depthwise --json",
    "npm run bench -- gpu --part train --entry LeNet",
  ],
  run,
} as const;

/** The benchmarks, for the help. */
export function knownNames(): string {
  const width = Math.max(...names.map((name) => name.length));
  const rows = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Benchmarks:\n${rows.join("\n")}`;
}

type Options = OptionValues<typeof options>;

/** The words of a list with commas, each one of `known`. */
function listOf(option: string, text: string, known: readonly string[] | null): string[] {
  const words = text.split(",").filter((word) => word !== "");
  for (const word of words)
    if (known !== null && !known.includes(word))
      throw new UsageError(
        `${option}: there is no ${word}; known: ${known.join(", ")}`,
        word,
        known,
      );
  return words;
}

function threadsOf(text: string): number[] {
  return listOf("--threads", text, null).map((word) => {
    const threads = Number(word);
    if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
    throw new UsageError(`--threads: "${word}" is not a whole number from 1 to 256`);
  });
}

function chosenNames(positionals: readonly string[], { browser }: Options): string[] {
  for (const name of positionals)
    if (!names.includes(name))
      throw new UsageError(`there is no benchmark ${name}; see --help`, name, names);
  const possible = browser ? inBrowser : names.filter((name) => !alone.includes(name));
  const chosen = positionals.length > 0 ? [...positionals] : possible;
  const impossible = browser ? chosen.find((name) => !inBrowser.includes(name)) : undefined;
  if (impossible === undefined) return chosen;
  throw new UsageError(
    `${impossible} does not run in a browser; those do: ${inBrowser.join(", ")}`,
  );
}

async function run(given: Options, words: readonly string[]): Promise<number> {
  // `--json conv` means the benchmark, not a file of that name.
  const isName = given.json !== undefined && names.includes(given.json);
  const positionals = isName ? [...words, given.json] : words;
  const jsonFile = isName ? "" : given.json;
  const backends = listOf("--backend", given.backend, null);
  const threads = threadsOf(given.threads);
  const chosen = chosenNames(positionals, given);
  const isQuiet = jsonFile === "" || given.markdown;
  const say = (text: string): void => void (isQuiet ? null : console.log(text));
  const single = alone.find((name) => chosen.includes(name));
  if (single !== undefined && chosen.length > 1) throw new UsageError(`${single} is run alone`);
  if (single === "memory") {
    say(`memory: ${memorySummary}`);
    const { entry = "", peers: asked = "pytorch" } = given;
    const withPeers = asked !== "none" && listOf("--peers", asked, ["pytorch"]).length > 0;
    const report = await memory({ backends, threads: threads[0] ?? 1, entry, withPeers }, say);
    await writeJson({ ...about(), memory: report }, jsonFile);
    return report.some(({ failed }) => failed.length > 0) ? 1 : 0;
  }
  if (single === "scaling") {
    const { quick: isQuick, svg } = given;
    const system = { backend: backends[0] ?? "wasm", threads: threads.at(-1) ?? 1 };
    const report = await scaling({ ...system, quick: isQuick, svg }, say);
    await writeJson({ ...about(), scaling: report }, jsonFile);
    return 0;
  }
  if (single === "gpu") return measureGpu(given, jsonFile, say);
  return measure(chosen, { given, backends, threads, jsonFile, say });
}

async function measureGpu(
  { part, software, batch, entry = "", peers: asked, quick: isQuick, rounds }: Options,
  jsonFile: string | undefined,
  say: (text: string) => void,
): Promise<number> {
  const wanted = part === "none" ? "" : (part ?? gpuParts.join(","));
  const parts = listOf("--part", wanted, gpuParts) as GpuPart[];
  const named = asked === "none" ? "" : (asked ?? gpuPeers.join(","));
  const base = isQuick ? quick : usual;
  const report = await gpuBench(
    {
      ...{ parts, software, batch: batch ?? null, entry },
      peers: listOf("--peers", named, gpuPeers),
      timing: { ...base, rounds: rounds ?? base.rounds },
    },
    say,
  );
  await writeJson({ ...about(), isQuick, gpu: report }, jsonFile);
  const networks = [...report.train, ...report.infer];
  const isWhole =
    report.opFaults.length === 0 && networks.every(({ failed }) => failed.length === 0);
  return isWhole ? 0 : 1;
}

interface Run {
  readonly given: Options;
  readonly backends: readonly string[];
  readonly threads: readonly number[];
  readonly jsonFile: string | undefined;
  readonly say: (text: string) => void;
}

async function measure(chosen: readonly string[], run: Run): Promise<number> {
  const { given, backends, threads, jsonFile, say } = run;
  const known = given.browser
    ? browserSystems
    : [
        ...backends.flatMap((backend) => foveaSystems(backend, { direct: given.direct === true })),
        ...peers,
      ];
  const peerNames = known.filter(({ isPeer }) => isPeer).map(({ name }) => name);
  const asked = given.peers === "none" ? "" : (given.peers ?? peerNames.join(","));
  const wanted = listOf("--peers", asked, peerNames);
  const systems = known.filter(({ name, isPeer }) => !isPeer || wanted.includes(name));
  const base = given.quick ? quick : usual;
  const timing = { ...base, rounds: given.rounds ?? base.rounds };
  const note = (text: string): void => void process.stderr.write(`bench: ${text}\n`);
  const browser = given.browser ? await openBrowser() : null;
  const session = new Session(systems, {
    timing,
    note,
    ...(browser === null ? {} : { open: browser.open }),
  });
  const stop = async (): Promise<void> => {
    session.stop();
    await browser?.stop();
  };
  // However this process ends, it leaves no processes and no files behind.
  process.once("exit", () => void stop());
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  const reports = new Map<string, EntryReport[]>();
  const add = (name: string, report: EntryReport): void => {
    reports.set(name, [...(reports.get(name) ?? []), report]);
    say(entryLines(report).join("\n"));
  };
  try {
    for (const name of chosen) {
      const spec = benchmarks.find((each) => each.name === name);
      const alone = own.find((each) => each.name === name);
      say(`${name}: ${spec?.summary ?? alone?.summary}`);
      for (const count of threads) {
        if (spec !== undefined) {
          const entries = () =>
            spec.entries().filter((each) => each.name.includes(given.entry ?? ""));
          await session.run({ ...spec, entries }, count, (result) => {
            add(name, entryReport(result, count));
          });
        } else if (alone !== undefined) {
          const context = {
            rounds: timing.rounds,
            threads: count,
            note: (text: string) => say(`  ${text}`),
          };
          add(name, ownReport(await alone.run(context), context, packageFile.version));
        }
      }
    }
  } finally {
    await stop();
  }
  const shown = [...reports];
  if (given.markdown)
    console.log(shown.flatMap(([name, entries]) => markdownTable(name, entries)).join("\n"));
  const results = shown.map(([benchmark, entries]) => ({ benchmark, entries }));
  const missing = Object.fromEntries(session.missing);
  const isQuick = given.quick;
  await writeJson({ ...about(), isQuick, missing, benchmarks: results }, jsonFile);
  return shown.some(([, entries]) => entries.some(({ failed }) => failed.length > 0)) ? 1 : 0;
}

function about(): object {
  return {
    fovea: packageFile.version,
    date: new Date().toISOString(),
    machine: machine(),
  };
}

async function writeJson(value: object, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (file !== "") return writeFile(file, text);
  // Through a pipe, a long text takes more than one write: wait until it is out.
  await new Promise((done) => process.stdout.write(text, done));
}
