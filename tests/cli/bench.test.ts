// The benchmark in its quick form without peers: the JSON and what is refused. And its rules, with systems that
// only pretend: outputs that differ are not timed, turns alternate, a system that ends is dropped.
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Answer, type Command, Unsupported } from "../../benchmarks/contender.ts";
import { differenceOf, measureEntry, quick, type Runner } from "../../benchmarks/measure.ts";
import { entryReport } from "../../benchmarks/report.ts";
import { worstCliff } from "../../benchmarks/scaling.ts";
import type { Entry } from "../../benchmarks/work.ts";
import { forBrowsers } from "../../scripts/browser/server.ts";
import { temporaryFolder } from "./run.ts";

const program = fileURLToPath(new URL("../../benchmarks/bench.ts", import.meta.url));

function bench(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  const child = spawn(process.execPath, [program, ...words], { stdio });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((done) => child.on("close", (code) => done({ code, out, err })));
}

describe("npm run bench", () => {
  it("measures Fovea alone and gives JSON", async () => {
    const words = ["softmax", "--quick", "--peers", "none", "--threads", "1", "--json"];
    const { code, out, err } = await bench(...words, "--entry", "256×10 forward");
    expect(err).toBe("");
    const result = JSON.parse(out);
    expect(result).toMatchObject({
      isQuick: true,
      missing: {},
      machine: { cpu: expect.any(String), cores: expect.any(Number), node: process.version },
      benchmarks: [{ benchmark: "softmax", entries: [{ entry: "256×10 forward", threads: 1 }] }],
    });
    expect(new Date(result.date).getTime()).toBeGreaterThan(0);
    const [entry] = result.benchmarks[0].entries;
    expect(entry).toMatchObject({ ratios: {}, unsupported: [], failed: [] });
    const [wasm] = entry.systems;
    expect(entry.systems).toHaveLength(1);
    expect(wasm).toMatchObject({ system: "wasm", threads: 1, unit: "calls/s" });
    expect(wasm.roundsMs).toHaveLength(3);
    expect(wasm.bestMs).toBe(Math.min(...wasm.roundsMs));
    // 2 × 2,560 floats, read and written.
    expect(wasm.gigabytesPerSecond).toBeCloseTo(20480 / wasm.medianMs / 1e6, 2);
    expect(wasm.shareOfPeak).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it("names the nearest benchmark, option value and peer", async () => {
    const unknown = await bench("lenet-trian");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("did you mean lenet-train?");
    const peer = await bench("softmax", "--peers", "pytorhc");
    expect(peer.code).toBe(2);
    expect(peer.err).toContain("did you mean pytorch?");
    expect(await bench("--threads", "0")).toMatchObject({ code: 2 });
    expect((await bench("conv", "--browser")).err).toContain("does not run in a browser");
  });
});

/** A system that answers at once, with the given output and times. */
function pretender(
  name: string,
  folder: string,
  answer: { output: number[]; ms: () => number; turns?: string[]; unsupported?: boolean },
): Runner {
  const ask = async (command: Command): Promise<Answer> => {
    if (command.do === "prepare" && answer.unsupported) throw new Unsupported("it cannot");
    if (command.do === "outputs")
      await writeFile(
        join(folder, `${name}.bin`),
        new Uint8Array(Float32Array.from(answer.output).buffer),
      );
    if (command.do !== "time") return {};
    answer.turns?.push(name);
    return { ms: answer.ms() };
  };
  const channel = { ask, stop: () => {} };
  return { name, version: "1", threads: 1, isPeer: name !== "wasm", channel, peak: null };
}

const entry: Entry = {
  name: "two rows",
  work: { kind: "op", op: "softmax", part: "forward", tensors: [] },
  elements: () => new Map(),
  tolerance: 1e-4,
  perCall: 1,
  unit: "calls/s",
};

describe("the timing loop", () => {
  it("takes turns, and does not time what differs or cannot be done", async () => {
    using folder = temporaryFolder();
    const turns: string[] = [];
    const ours = pretender("wasm", folder.path, { output: [1, 2], ms: () => 2, turns });
    const equal = pretender("equal", folder.path, { output: [1, 2.0001], ms: () => 6, turns });
    const other = pretender("other", folder.path, { output: [1, 2.1], ms: () => 1, turns });
    const nan = pretender("nan", folder.path, { output: [1, Number.NaN], ms: () => 1, turns });
    const unable = { output: [], ms: () => 1, turns, unsupported: true };
    const runners = [ours, equal, other, nan, pretender("unable", folder.path, unable)];
    const result = await measureEntry(entry, runners, folder.path, { ...quick, warmUpMs: 0 });
    expect(turns).toEqual(["wasm", "equal", ...Array(3).fill(["wasm", "equal"]).flat()]);
    expect(result.failed.map(({ system }) => system)).toEqual(["other", "nan"]);
    expect(result.unsupported).toEqual([{ system: "unable", reason: "it cannot" }]);
    expect(entryReport(result, 1).ratios).toEqual({ "wasm/equal": 3 });
  });

  it("drops a system that ends on the way", async () => {
    using folder = temporaryFolder();
    let left = 2;
    const dies = (): number => {
      if (left-- === 0) throw new Error("its process ended");
      return 1;
    };
    const runners = [
      pretender("wasm", folder.path, { output: [1], ms: () => 1 }),
      pretender("dies", folder.path, { output: [1], ms: dies }),
    ];
    const result = await measureEntry(entry, runners, folder.path, { ...quick, warmUpMs: 0 });
    expect(result.systems.map(({ system }) => system)).toEqual(["wasm"]);
    expect(result.failed).toEqual([{ system: "dies", reason: "its process ended" }]);
  });

  it("measures differences against the largest element, losses each against its own", () => {
    const pair = [Float32Array.of(1, 110), Float32Array.of(2, 100)] as const;
    expect(differenceOf(...pair, false)).toBeCloseTo(0.1);
    expect(differenceOf(...pair, true)).toBeCloseTo(0.5);
    expect(differenceOf(Float32Array.of(1), Float32Array.of(1, 2), false)).toBe(Infinity);
    expect(differenceOf(Float32Array.of(Number.NaN), Float32Array.of(1), false)).toBeNaN();
  });
});

describe("scaling", () => {
  it("finds the worst rise between neighbours; a falling cost is none", () => {
    const points = [9, 2, 2.2, 6].map((cost, i) => ({ at: i, cost }));
    const { ratio, ...cliff } = worstCliff(points);
    expect(cliff).toEqual({ from: 2, to: 3 });
    expect(ratio).toBeCloseTo(6 / 2.2);
    expect(worstCliff([{ at: 1, cost: 3 }]).ratio).toBe(1);
  });
});

describe("sources for a page", () => {
  it("have no types and no modules of Node", () => {
    const source = 'import { join as path } from "node:path";\nexport const a: number = 1;\n';
    const given = forBrowsers(source);
    expect(given).toContain("const { join: path } = {};");
    expect(given).not.toMatch(/node:|number/);
  });
});
