// `fovea doctor`: what this machine offers, what is used of it, and why not the rest.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { data } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpecs } from "../options.ts";
import { backendFindings } from "../run/backendFindings.ts";
import type { Finding } from "../run/finding.ts";
import { datasetNames } from "../run/names.ts";
import { thisMachine } from "../run/settings.ts";
import { bytes } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";

const options = {
  json: { type: "flag", help: "everything as one JSON object" },
} as const satisfies OptionSpecs;

export const doctorCommand = defineCommand({
  name: "doctor",
  description: "Shows what this machine offers, what Fovea will use, and why not the rest.",
  positionals: [],
  options,
  examples: ["fovea doctor"],

  async run({ json }, _positionals, { terminal }) {
    // First: the wasm backend switches on what Node 20 has behind a flag.
    const used = await backendFindings();
    const groups: Readonly<Record<string, readonly Finding[]>> = {
      machine: machine(),
      webassembly: webAssembly(),
      backends: used,
      data: dataSets(),
      benchmarks: [await pytorch()],
    };
    if (json) terminal.line(JSON.stringify(groups));
    else for (const [title, findings] of Object.entries(groups)) print(title, findings, terminal);
    // Without SIMD or a backend nothing works as it should: scripts can ask for that.
    return Object.values(groups)
      .flat()
      .some(({ isGood }) => isGood === false)
      ? 1
      : 0;
  },
});

function print(title: string, findings: readonly Finding[], terminal: Terminal): void {
  terminal.line(terminal.style(title, "bold"));
  for (const { name, value, isGood } of findings) {
    const shown = isGood === undefined ? value : terminal.style(value, isGood ? "good" : "bad");
    terminal.line(`  ${name.padEnd(20)} ${shown}`);
  }
}

function machine(): Finding[] {
  const { cpu, cores, memoryBytes, system, node, fovea } = thisMachine();
  const [major = 0] = node.slice(1).split(".").map(Number);
  return [
    { name: "fovea", value: fovea },
    {
      name: "node",
      value: major >= 20 ? node : `${node}: Fovea needs 20 or later`,
      isGood: major >= 20,
    },
    { name: "system", value: system },
    { name: "processor", value: `${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}` },
    { name: "memory", value: `${bytes(memoryBytes)}, ${bytes(freemem())} free` },
  ];
}

/** The smallest modules that use each feature. */
const probes = {
  // i32.const 0, i8x16.splat, i8x16.popcnt
  simd: [1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
  // two splats, i8x16.relaxed_swizzle
  relaxedSimd: [
    1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128,
    2, 11,
  ],
  // a shared memory and i32.atomic.load
  threads: [
    1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11,
  ],
} as const;

function has(probe: keyof typeof probes): boolean {
  return WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, ...probes[probe]));
}

function webAssembly(): Finding[] {
  const threads = has("threads") && typeof SharedArrayBuffer === "function";
  return [
    {
      name: "simd",
      value: has("simd") ? "yes" : "no: the wasm backend cannot work",
      isGood: has("simd"),
    },
    {
      name: "relaxed simd",
      value: has("relaxedSimd")
        ? "yes: fused multiply-add"
        : "no: multiply and add take two instructions",
    },
    {
      name: "threads",
      value: threads ? "yes: shared memory and atomics" : "no: one thread computes",
    },
  ];
}

function dataSets(): Finding[] {
  const cache = data.cacheFolder();
  return [
    { name: "cache", value: existsSync(cache) ? cache : `${cache} (not there yet)` },
    ...datasetNames.map((name) => {
      if (name.endsWith("-sample")) return { name, value: "ships with Fovea" };
      const folder = join(cache, name);
      const sizes = existsSync(folder)
        ? readdirSync(folder).map((file) => statSync(join(folder, file)).size)
        : [];
      const total = sizes.reduce((sum, size) => sum + size, 0);
      return {
        name,
        value: sizes.length === 0 ? "not fetched yet" : `${sizes.length} files, ${bytes(total)}`,
      };
    }),
  ];
}

/** The benchmarks compare with PyTorch where it is installed; nothing else needs it. */
async function pytorch(): Promise<Finding> {
  const code = "import torch; print(torch.__version__)";
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const { stdout } = await promisify(execFile)(python, ["-c", code], { timeout: 20_000 });
      return { name: "pytorch", value: `${stdout.trim()}: benchmarks compare with it` };
    } catch {
      // Not this one.
    }
  }
  return { name: "pytorch", value: "not installed: benchmarks run without it" };
}
