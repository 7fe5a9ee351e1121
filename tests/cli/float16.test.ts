// Products in float16 from the command line: what a run keeps of that, and where it goes on without.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { train } from "../../src/index.ts";
import { float16Environment as env, openFloat16 } from "../backend/float16Gpu.ts";
import { fovea, quickTraining, temporaryFolder } from "./run.ts";

const gpu = await openFloat16();

/** A small network: lavapipe takes a second to compile a product. */
const network = `import { nn } from "fovea";
const net = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10));
`;

it.skipIf(gpu === null)(
  "is in the report, stays when the run goes on, and ends on a processor",
  async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const run = (...words: string[]) => fovea(words, { cwd, env });
    const settings = async (): Promise<unknown> => {
      const path = join(cwd, "runs", "half", "last.safetensors");
      return (await train.loadCheckpoint(path)).settings;
    };
    writeFileSync(join(cwd, "mine.ts"), network);
    const [, , ...quick] = quickTraining;
    const backend = gpu?.isSoftware ? "webgpu:software" : "webgpu";
    const begun = ["train", "mine.ts", ...quick, "--run", "half", "--backend", backend];
    const first = await run(...begun, "--epochs", "1", "--matmul-precision", "float16");
    expect(first.stdout).toContain(", products in float16, seed 0");
    expect(first.code).toBe(0);
    const report = readFileSync(join(cwd, "runs", "half", "report.md"), "utf8");
    expect(report).toMatch(/\| products in +\| float16 +\|/);
    expect(await settings()).toMatchObject({ backend, matmulPrecision: "float16" });

    const more = ["train", "--resume", "half", "--epochs"];
    expect((await run(...more, "2")).stdout).toContain(", products in float16, seed 0");
    expect(await settings()).toMatchObject({ backend, matmulPrecision: "float16" });
    expect((await run(...more, "3", "--backend", "wasm")).stdout).not.toContain("float16");
    expect(await settings()).toMatchObject({ backend: "wasm", matmulPrecision: "float32" });
  },
  300_000,
);

it("is refused where no GPU computes, in the words of the command", async () => {
  const words = ["profile", "lenet", "--backend", "wasm", "--matmul-precision", "float16"];
  const { code, stderr } = await fovea(words);
  expect(stderr).toContain("BackendError: wasm: products in float16 need a GPU");
  expect(stderr).toMatch(/hint +--backend webgpu --matmul-precision float16$/m);
  expect(code).toBe(1);
}, 300_000);
