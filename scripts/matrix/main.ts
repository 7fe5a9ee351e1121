// npm run matrix: the golden numbers, the experiments and the tests that depend on the machine, on every version of Node,
// backend, set of instructions and number of threads.
import "../quietPipe.ts";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { nativeSupport } from "../../src/index.ts";
import { findChromium } from "../browser/chromium.ts";
import { root } from "../setup.mjs";
import { compileSources, type Engine, fetchNode } from "./engines.ts";
import { type MatrixOptions, parseMatrixOptions, usage } from "./options.ts";
import { chromiumRows, type Row, rowsOf } from "./rows.ts";
import { bitFaults, type Done, line, markdown } from "./table.ts";
import { computeInChromium, computeNumbers, type Outcome, runTests, tryPackage } from "./work.ts";

const say = (text: string): void => console.log(text);

/** Says and remembers what will not run. */
class Left {
  readonly lines: string[] = [];

  out(what: string): void {
    this.lines.push(what);
    say(`NOT RUN: ${what}`);
  }
}

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  if (words.includes("--help")) {
    say(usage);
    return 0;
  }
  const native = nativeSupport();
  let options: MatrixOptions;
  try {
    options = parseMatrixOptions(words, native.isas);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  const left = new Left();
  const folder = goldenFolder();
  say(`golden cases of ${folder}`);
  say("compiling the sources for versions of Node that cannot read them");
  const fault = compileSources();
  if (fault !== null) {
    console.error(fault);
    return 1;
  }
  const possible = withoutImpossible(options, native, left);
  const done: Done[] = [];
  for (const wanted of options.nodes) {
    const engine = await fetchNode(wanted, say);
    if ("fault" in engine) {
      left.out(`Node ${wanted}: ${engine.fault}`);
      continue;
    }
    for (const row of rowsOf(engine.version, possible))
      done.push(await ended(row, () => workOn(row, engine, folder)));
  }
  if (!options.chromium) left.out("Chromium: ask for it with --chromium");
  else if (findChromium() === undefined) left.out("Chromium: it is not installed");
  else if (!options.backends.includes("wasm")) left.out("Chromium: it has wasm alone");
  else
    for (const row of chromiumRows(options))
      done.push(await ended(row, () => computeInChromium(row, folder)));
  return report(done, left.lines);
}

/** The folder beside the checkout if it is there, else that of the tests. */
function goldenFolder(): string {
  const beside = resolve(root, "..", "shared", "golden");
  return existsSync(join(beside, "cases.json"))
    ? beside
    : join(root, "tests", "fixtures", "golden");
}

function withoutImpossible(
  options: MatrixOptions,
  { fault, isas }: ReturnType<typeof nativeSupport>,
  left: Left,
): MatrixOptions {
  if (!options.backends.includes("native")) return options;
  if (fault !== null) {
    left.out(`native: ${fault}`);
    return { ...options, backends: options.backends.filter((name) => name !== "native") };
  }
  for (const isa of options.isas)
    if (!isas.includes(isa)) left.out(`native ${isa}: this processor does not have it`);
  return { ...options, isas: options.isas.filter((isa) => isas.includes(isa)) };
}

function workOn(row: Row, engine: Engine, folder: string): Promise<Outcome> {
  switch (row.work) {
    case "numbers":
      return computeNumbers(row, engine, folder);
    case "kernels":
    case "training":
      return runTests(row, row.work, engine);
    case "package":
      return tryPackage(row, engine);
    default:
      return row.work satisfies never;
  }
}

async function ended(row: Row, work: () => Promise<Outcome>): Promise<Done> {
  const start = performance.now();
  const outcome = await work();
  const done = { row, outcome, seconds: (performance.now() - start) / 1000 };
  say(line(done));
  for (const failure of outcome.failures) say(`      ${failure}`);
  return done;
}

function report(done: readonly Done[], left: readonly string[]): number {
  const faults = bitFaults(done);
  say(`\n${markdown(done)}\n`);
  for (const fault of faults) say(`FAIL  ${fault}`);
  for (const { row, outcome } of done)
    for (const test of outcome.skipped) say(`SKIPPED  ${row.engine} ${row.backend}: ${test}`);
  for (const what of left) say(`NOT RUN  ${what}`);
  const passed = done.reduce((sum, { outcome }) => sum + outcome.passed, 0);
  const failed = done.reduce((sum, { outcome }) => sum + outcome.failures.length, faults.length);
  say(`${done.length} rows: ${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

process.exitCode = await main();
