// The benchmark of a GPU in its smallest form, on the software adapter: its report, its lines, and what it refuses.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openGpu } from "../../src/index.ts";
import { gpuBackends } from "../backend/gpu.ts";

/** Where Chromium has the loader of its driver; a process that is started here finds it by this. */
const loaders = "/usr/lib/chromium";

const program = fileURLToPath(new URL("../../benchmarks/bench.ts", import.meta.url));

function bench(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const { LD_LIBRARY_PATH: given } = process.env;
  const env = { ...process.env, LD_LIBRARY_PATH: [given, loaders].filter(Boolean).join(":") };
  return new Promise((done) => {
    execFile(process.execPath, [program, "gpu", ...words], { env }, (error, out, err) => {
      done({ code: Number(error?.code ?? 0), out, err });
    });
  });
}

describe.skipIf(gpuBackends.length === 0)("npm run bench -- gpu", () => {
  it("holds an op against what the adapter can do", async () => {
    const words = ["--software", "--quick", "--part", "ops", "--entry", "relu", "--json"];
    const { code, out } = await bench(...words);
    expect(code).toBe(0);
    const { gpu } = JSON.parse(out.slice(out.indexOf("{")));
    expect(gpu).toMatchObject({ opFaults: [], train: [], infer: [], start: [], missing: {} });
    const { copyGigabytesPerSecond, gflopsPerSecond } = gpu.peak;
    expect(copyGigabytesPerSecond).toBeGreaterThan(0);
    expect(gflopsPerSecond).toBeGreaterThan(0);
    const [op, ...others] = gpu.ops;
    expect(others).toEqual([]);
    expect(op).toMatchObject({ op: "pointwise relu", kernels: 1 });
    // 64 × 64 floats, read and written.
    expect(op.gigabytesPerSecond * op.ms * 1e6).toBeGreaterThan(32768 * 0.99);
    expect(op.gigabytesPerSecond * op.ms * 1e6).toBeLessThan(32768 * 1.01);
    expect(op.shareOfPeak).toBeCloseTo(op.gigabytesPerSecond / copyGigabytesPerSecond, 2);
  }, 300_000);

  it("trains a network, and goes on where no peer is asked", async () => {
    const words = ["--software", "--quick", "--part", "train", "--entry", "LeNet", "--batch", "2"];
    const { code, out } = await bench(...words, "--peers", "none");
    expect(code).toBe(0);
    expect(out).toMatch(/LeNet, batch 2\n +webgpu +[\d.,]+ ms .* images\/s/);
  }, 300_000);

  it("refuses an adapter that computes on the processor unless asked, and unknown names", async () => {
    const { isSoftware } = await openGpu({ software: true });
    if (isSoftware) {
      const refused = await bench("--part", "ops");
      expect(refused.code).toBe(1);
      expect(refused.err).toMatch(/computes on the processor.*\n.*--software/);
    }
    expect((await bench("--part", "trian")).err).toContain("did you mean train?");
    expect((await bench("--peers", "pytorch-egaer")).err).toContain("did you mean pytorch-eager?");
  }, 120_000);
});
