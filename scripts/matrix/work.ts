// Does the work of one row in child processes, and counts what passed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goldenInBrowser } from "../golden/browser.ts";
import { root } from "../setup.mjs";
import { countTests } from "../testLog.mjs";
import { runChild } from "./child.ts";
import type { Engine } from "./engines.ts";
import type { Numbers } from "./numbers.ts";
import { environmentOf, type Row } from "./rows.ts";

export interface Outcome {
  readonly passed: number;
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
  /** Hash of what training gave; rows with the same instructions must agree. */
  readonly bits?: string;
}

/** Tests of both backends; the names tell which. Those of wasm alone, which choose it themselves, follow. */
const tests = {
  kernels: {
    shared: [
      "tests/backend/conformance.test.ts",
      "tests/backend/threads.test.ts",
      "tests/learn/determinism.test.ts",
    ],
    onWasm: ["tests/backend/wasmThreads.test.ts"],
  },
  training: {
    shared: ["tests/learn/leak.test.ts", "tests/cli/kill.test.ts"],
    // What is resumed, and what goes wrong on the way.
    onWasm: [
      "tests/learn/fit.test.ts",
      "tests/learn/fitFeatures.test.ts",
      "tests/learn/fitOptions.test.ts",
      "tests/learn/logs.test.ts",
      "tests/learn/streaming.test.ts",
    ],
  },
} as const;

/** Golden cases, experiments and the bits of a training. */
export async function computeNumbers(row: Row, engine: Engine, folder: string): Promise<Outcome> {
  const program = join(root, "scripts", "matrix", "numbers.ts");
  const environment = { ...engine.environment, ...environmentOf(row) };
  const { code, stdout, stderr } = await runChild(engine.path, [program, folder], environment);
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (code !== 0 || !line.startsWith("{"))
    return { passed: 0, skipped: [], failures: [`exit code ${code}\n${stderr.trim()}`] };
  const { used, passed, faults, bits } = JSON.parse(line) as Numbers;
  return { passed, skipped: [], failures: [...faults, ...differences(row, used)], bits };
}

/** A row that did not run as it says has failed, whatever its numbers. */
function differences(row: Row, used: Numbers["used"]): string[] {
  const isFused = row.backend === "wasm" ? row.instructions === "relaxed on" : used.fused;
  const matches =
    used.name === row.backend && used.threads === row.threads && used.fused === isFused;
  return matches ? [] : [`it ran as ${JSON.stringify(used)}`];
}

/** The tests of the row's backend. */
export function runTests(row: Row, kind: keyof typeof tests, engine: Engine): Promise<Outcome> {
  const { shared, onWasm } = tests[kind];
  if (row.backend === "native") return vitest(shared, "\\bnative\\b", row, engine);
  return vitest([...shared, ...onWasm], "^(?!.*\\b(native|reference|webgpu)\\b)", row, engine);
}

/** Builds the package, and imports it. */
export function tryPackage(row: Row, engine: Engine): Promise<Outcome> {
  return vitest(["tests/cli/build.test.ts"], "", row, engine);
}

async function vitest(
  files: readonly string[],
  pattern: string,
  row: Row,
  engine: Engine,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "fovea-matrix-"));
  const log = join(folder, "log.jsonl");
  writeFileSync(log, "");
  const words = [
    join(root, "node_modules", "vitest", "vitest.mjs"),
    "run",
    `--reporter=${join(root, "scripts", "testReporter.mjs")}`,
    ...(pattern === "" ? [] : ["--testNamePattern", pattern]),
    ...files,
  ];
  try {
    const environment = { ...engine.environment, ...environmentOf(row), FOVEA_TEST_LOG: log };
    const { code, stderr } = await runChild(engine.path, words, environment);
    const isMeant = (name: string): boolean => new RegExp(pattern).test(name);
    const counted = countTests(log, code, isMeant);
    if (counted.passed + counted.failures.length > 0) return counted;
    return { ...counted, failures: [`no test ran\n${stderr.trim()}`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Golden cases in a page. */
export async function computeInChromium(row: Row, folder: string): Promise<Outcome> {
  const relaxedSimd = row.instructions === "relaxed on";
  try {
    const { passed, faults } = await goldenInBrowser(folder, {
      threads: row.threads as number,
      relaxedSimd,
    });
    return { passed, skipped: [], failures: faults.map((fault) => `golden ${fault}`) };
  } catch (error) {
    return { passed: 0, skipped: [], failures: [String(error)] };
  }
}
