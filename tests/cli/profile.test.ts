// `fovea profile`, `fovea summary --memory`, and DEBUG, as a person calls them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fovea, temporaryFolder } from "./run.ts";

const quick = ["profile", "lenet", "--runs", "2", "--batch-size", "8", "--threads", "1"];
const onWasm = [...quick, "--backend", "wasm"];

describe("fovea profile", () => {
  it("lists kernels by time, totals by kind and the rest of the step, without escape sequences", async () => {
    const { code, stdout, stderr } = await fovea([...onWasm, "--rows", "3"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lenet, training step, 8 x 1 x 28 x 28\n *ms +share +GFLOP\/s/);
    expect(stdout).toMatch(/^\d+ more, [\d.]+ ms$/m);
    expect(stdout).toMatch(/ conv input gradient$/m);
    expect(stdout).toMatch(/^step [\d.]+ ms, kernels [\d.]+ ms, overhead -?[\d.]+ ms$/m);
    expect(stdout).toMatch(/^wasm, 1 thread, median of 2 steps$/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    expect(stdout).not.toMatch(/\x1b/);
  });

  it("gives one JSON object, and draws", async () => {
    using folder = temporaryFolder();
    const words = [...onWasm, "--json", "--infer", "--svg", "lenet.svg"];
    const { code, stdout } = await fovea(words, { cwd: folder.path });
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ model: "lenet", infer: true, inputShape: [8, 1, 28, 28] });
    const labels = found.kernels.map(({ label }: { label: string }) => label);
    expect(labels).toContain("0 conv2d+bias+sigmoid");
    expect(found.kernels.every(({ phase }: { phase: string }) => phase === "forward")).toBe(true);
    const svg = readFileSync(join(folder.path, "lenet.svg"), "utf8");
    expect(svg).toContain("lenet, forward pass, 8 x 1 x 28 x 28");
  });

  it.each([
    [["profile"], "MODEL is missing"],
    [["profile", "lenett"], "did you mean lenet?"],
    [["profile", "lenet", "--runs", "0"], '"0" is not a whole number from 1'],
    [["profile", "lenet", "--input-size", "64"], "inputSize"],
  ])("refuses %j", async (words, message) => {
    const { code, stdout, stderr } = await fovea(words);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("fovea summary --memory", () => {
  it("tells what a step keeps, and where most is in use", async () => {
    const { code, stdout } = await fovea([
      ...["summary", "lenet", "--memory", "--batch", "16"],
      ...["--optimizer", "adam"],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("lenet, a training step with adam, 16 x 1 x 28 x 28");
    expect(stdout).toMatch(/^494 kB {2}the optimizer's state$/m);
    expect(stdout).toMatch(/Most is in use at stage \d+ of \d+:/);
    expect(stdout).toMatch(/1 sigmoid \(activation\)$/m);
    const json = await fovea(["summary", "lenet", "--memory", "--json"]);
    expect(JSON.parse(json.stdout).peak.bytes).toBeGreaterThan(0);
  });
});

describe("DEBUG", () => {
  const debug = async (level: string) => {
    const words = [...onWasm, "--infer", "--json"];
    const outcome = await fovea(words, { env: { DEBUG: level } });
    expect(outcome.code).toBe(0);
    // Whatever is told goes to the error stream: the output is one object as before.
    expect(JSON.parse(outcome.stdout).model).toBe("lenet");
    return outcome.stderr;
  };

  it("0, and words meant for other programs, say nothing", async () => {
    expect(await debug("0")).toBe("");
    expect(await debug("express:*")).toBe("");
  });

  it("1 tells of each compiled plan in a line", async () => {
    const lines = (await debug("1")).trimEnd().split("\n");
    for (const [i, line] of lines.entries())
      expect(line).toMatch(
        new RegExp(
          `^plan ${i + 1}: \\d+ ops? -> \\d+ kernels? in \\d+ stages?, .+ of temporaries, compiled in [\\d.]+ ms$`,
        ),
      );
    expect(lines.length).toBeGreaterThan(1);
  });

  it("2 adds the kernels with what was fused", async () => {
    const told = await debug("2");
    expect(told).toMatch(
      /^ +\d+ {2}forward +×\d+ +0 conv2d\+bias\+sigmoid {2}reads .+, writes .+$/m,
    );
    expect(told).not.toContain("kernel conv2d(");
  });

  it("3 adds the kernels in the kernel language, 4 the generated code", async () => {
    const kernels = await debug("3");
    expect(kernels).toMatch(/^kernel conv2d\(.*float32/m);
    expect(kernels).not.toContain("v128");
    const code = await debug("4");
    expect(code).toMatch(/^kernel conv2d\(/m);
    expect(code).toMatch(/^ *v128\.load/m);
    expect(code).toMatch(/^ *loop$/m);
  });
});
