// The benchmark of memory, without peers: its report, and that it is run alone.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("../../benchmarks/bench.ts", import.meta.url));

function bench(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [program, ...words], (error, out, err) => {
      done({ code: Number(error?.code ?? 0), out, err });
    });
  });
}

it("tells what a step holds and by how much its process grows", async () => {
  const words = ["memory", "--entry", "LeNet", "--peers", "none", "--threads", "1", "--json"];
  const { code, out } = await bench(...words);
  expect(code).toBe(0);
  const [report, ...others] = JSON.parse(out).memory;
  expect(others).toEqual([]);
  expect(report).toMatchObject({ entry: "LeNet, batch 256", ratios: {}, failed: [] });
  expect(report.parameterBytes).toBe(4 * 61_706);
  const [wasm] = report.systems;
  expect(wasm).toMatchObject({ system: "wasm" });
  // The images and the activations of the first layer at least.
  expect(wasm.temporaryBytes).toBeGreaterThan(256 * 28 * 28 * 4 * 7);
  // Linux alone says how large a process is.
  if (process.platform === "linux") expect(wasm.grownBytes).toBeGreaterThan(wasm.temporaryBytes);
  else expect(wasm.grownBytes).toBeNull();
});

it("is run alone, beside peers that can do it", async () => {
  expect((await bench("memory", "softmax")).err).toContain("memory is run alone");
  expect(await bench("memory", "--peers", "tfjs")).toMatchObject({ code: 2 });
});
