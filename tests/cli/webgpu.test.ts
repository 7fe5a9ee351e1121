// The GPU on the command line: training on it, what happens where there is none or it is lost, and going on elsewhere.
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { train } from "../../src/index.ts";
import { gpuBackends, gpuEnvironment } from "../backend/gpu.ts";
import {
  type Outcome,
  quickTraining,
  type RunOptions,
  fovea as run,
  temporaryFolder,
} from "./run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const losingGpu = new URL("losingGpu.ts", import.meta.url).href;

/** Runs `fovea` where it finds the GPU. */
function fovea(words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run(words, { ...options, env: { ...gpuEnvironment, ...options.env } });
}

/** The weights of a run's last checkpoint. */
async function weights(folder: string, run: string): Promise<number[]> {
  const { tensors } = await train.loadCheckpoint(join(folder, "runs", run, "last.safetensors"));
  const parameters = [...tensors].filter(([name]) => name.startsWith("model."));
  expect(parameters.length).toBe(10);
  return parameters.flatMap(([, { data }]) => [...(data as Float32Array)]);
}

function furthest(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))));
}

/** Of steps on the same images in the same order: sums in another order, and their rounding carried on for eight steps. */
const rounding = 1e-4;

describe.skipIf(gpuBackends.length === 0)("fovea on webgpu", () => {
  it("trains; a lost GPU ends with what is saved, and wasm goes on; and the other way round", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const learn = (run: string, epochs: number, backend: string, options: RunOptions = {}) => {
      const words = ["--run", run, "--epochs", String(epochs), "--backend", backend];
      // Saved after epochs alone, however long a step takes.
      const saving = ["--checkpoint-every", "100000"];
      return fovea([...quickTraining, ...words, ...saving], { cwd, ...options });
    };
    const whole = await learn("whole", 2, "wasm");
    expect(whole.code).toBe(0);
    const expected = await weights(cwd, "whole");

    const lost = await learn("lost", 2, "webgpu:software", {
      env: {
        NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${losingGpu}`,
        LOSE_GPU_AFTER: join(cwd, "runs", "lost", "last.safetensors"),
      },
    });
    expect(lost.stderr).toContain("BackendError: webgpu: the device was lost");
    expect(lost.stderr).toMatch(/^ {2}it says /m);
    const saved = join("runs", "lost", "last.safetensors");
    expect(lost.stderr).toMatch(/^ {2}saved +up to step 4, in /m);
    expect(lost.stderr).toContain(saved);
    expect(lost.stderr).toContain("fovea train --resume lost goes on, with --backend wasm");
    expect(lost.stderr).not.toContain("openGpu");
    expect(lost.code).toBe(1);

    const onWasm = await fovea(["train", "--resume", "lost", "--backend", "wasm"], { cwd });
    expect(onWasm.stdout).toContain("resumed after step 4");
    expect(onWasm.code).toBe(0);
    expect(furthest(await weights(cwd, "lost"), expected)).toBeLessThan(rounding);

    await learn("back", 1, "wasm");
    const more = ["train", "--resume", "back", "--epochs", "2", "--backend", "webgpu:software"];
    const onGpu = await fovea(more, { cwd });
    expect(onGpu.code).toBe(0);
    expect(furthest(await weights(cwd, "back"), expected)).toBeLessThan(rounding);
    const { settings } = await train.loadCheckpoint(join(cwd, "runs", "back", "last.safetensors"));
    expect(settings).toMatchObject({ backend: "webgpu:software" });
  }, 600_000);

  it("profiles kernels by the name of the adapter", async () => {
    const words = ["profile", "lenet", "--batch-size", "2", "--runs", "1", "--infer"];
    const { code, stdout } = await fovea([...words, "--backend", "webgpu:software"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ 0 conv2d\+bias\+sigmoid$/m);
    expect(stdout).toMatch(/^step [\d.]+ ms, kernels [\d.]+ ms, overhead -?[\d.]+ ms$/m);
    expect(stdout).toMatch(/^webgpu on .+, median of 1 steps?$/m);
    expect(stdout).not.toContain("at best");
  }, 300_000);

  it("takes a software adapter only by name", async () => {
    const words = ["profile", "lenet", "--backend", "webgpu"];
    const { code, stderr } = await fovea(words);
    if (code === 0) return; // There is a real GPU.
    expect(stderr).toContain("webgpu: the only adapter here computes on the processor");
    expect(stderr).toMatch(/^ {2}adapter /m);
    expect(stderr).toMatch(/hint +--backend wasm .*--backend webgpu:software/);
    expect(code).toBe(1);
  }, 300_000);

  it("FOVEA_BACKEND is what --backend is unless it is given; doctor tells of it", async () => {
    const env = { FOVEA_BACKEND: "webgpu:software" };
    const { stdout, code } = await fovea(["doctor", "--json"], { env });
    const { backends } = JSON.parse(stdout);
    expect(backends[0]).toMatchObject({ name: "webgpu", isGood: true });
    const names = backends.map(({ name }: { name: string }) => name);
    const ofGpu = ["gpu", "gpu memory", "gpu workgroups", "gpu clock", "gpu float16"];
    for (const name of [...ofGpu, "native", "wasm"]) expect(names).toContain(name);
    expect(code).toBe(0);
    const infer = ["profile", "lenet", "--batch-size", "1", "--runs", "1", "--infer", "--json"];
    const asked = await fovea([...infer, "--backend", "wasm"], { env });
    expect(JSON.parse(asked.stdout).backend).toBe("wasm");
  }, 300_000);

  it("programs take the adapter that FOVEA_BACKEND names", async () => {
    using folder = temporaryFolder();
    const program = join(folder.path, "program.ts");
    const library = join(root, "src", "index.ts");
    writeFileSync(
      program,
      `import { backend, openGpu, Tensor } from ${JSON.stringify(library)};
      await openGpu();
      console.log(await Tensor.ones([2]).add(1).array(), backend().name);`,
    );
    const env = { FOVEA_BACKEND: "webgpu:software", NODE_OPTIONS: `--import=${program}` };
    const { stdout } = await fovea(["--version"], { env });
    expect(stdout).toContain("[ 2, 2 ] webgpu");
  }, 300_000);
});

describe("where there is no GPU", () => {
  /** No driver: there is no such file. */
  const env = { VK_ICD_FILENAMES: "/none.json", VK_DRIVER_FILES: "/none.json" };
  const noGpu = "webgpu: there is no GPU that can be used here";

  it.each(["webgpu", "webgpu:software"])(
    "--backend %s says so, and what is needed",
    async (name) => {
      using folder = temporaryFolder();
      const words = [...quickTraining, "--run", "a", "--backend", name];
      const { code, stderr, stdout } = await fovea(words, { env, cwd: folder.path });
      expect(stderr).toContain(noGpu);
      expect(stderr).toMatch(/hint +a driver for Vulkan/);
      expect(stdout).toBe("");
      expect(code).toBe(1);
      // Nothing was begun: the name is free.
      expect(existsSync(join(folder.path, "runs"))).toBe(false);
    },
    300_000,
  );

  it("so do FOVEA_BACKEND and a config file, but not where something else is asked for", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const gpu = { ...env, FOVEA_BACKEND: "webgpu" };
    const byEnvironment = await fovea([...quickTraining, "--run", "b"], { cwd, env: gpu });
    expect(byEnvironment.stderr).toContain(noGpu);
    expect(byEnvironment.code).toBe(1);
    // Looking at a network needs no GPU.
    expect((await fovea(["summary", "lenet", "--memory"], { cwd, env: gpu })).code).toBe(0);
    const doctor = await fovea(["doctor", "--json"], { cwd, env: gpu });
    expect(JSON.parse(doctor.stdout).backends[0]).toMatchObject({
      name: "commands",
      isGood: false,
    });
    expect(doctor.code).toBe(1);

    writeFileSync(join(cwd, "gpu.json"), JSON.stringify({ backend: "webgpu" }));
    const config = [...quickTraining, "--config", "gpu.json", "--run", "c", "--epochs", "1"];
    expect((await fovea(config, { cwd, env })).stderr).toContain(noGpu);
    const onWasm = await fovea([...config, "--backend", "wasm"], { cwd, env: gpu });
    expect(onWasm.code).toBe(0);
  }, 300_000);

  it("a run that began on one says how it goes on", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const begun = [...quickTraining, "--run", "d", "--epochs", "1", "--backend", "wasm"];
    expect((await fovea(begun, { cwd })).code).toBe(0);
    // As if it had been trained on a GPU that has been taken out since.
    const log = join(cwd, "runs", "d", "events.jsonl");
    const text = readFileSync(log, "utf8");
    expect(text).toContain('"backend":"wasm","machine"');
    writeFileSync(log, text.replace('"backend":"wasm","machine"', '"backend":"webgpu","machine"'));
    const more = ["train", "--resume", "d", "--epochs", "2"];
    const { code, stderr } = await fovea(more, { cwd, env });
    expect(stderr).toContain(noGpu);
    expect(stderr).toMatch(/saved +up to step 4, in /);
    expect(stderr).toMatch(/hint +fovea train --resume d goes on, with --backend wasm/);
    expect(code).toBe(1);
    // What failed has changed nothing.
    expect((await fovea([...more, "--backend", "wasm"], { cwd, env })).code).toBe(0);
  }, 300_000);

  it("doctor says why", async () => {
    const { stdout } = await fovea(["doctor"], { env });
    expect(stdout).toMatch(/webgpu +cannot run: there is no GPU that can be used here; a driver/);
  }, 300_000);

  it("a name that does not exist is refused", async () => {
    const { code, stderr } = await fovea(["profile", "lenet"], { env: { FOVEA_BACKEND: "webgl" } });
    expect(stderr).toContain('FOVEA_BACKEND: "webgl" is not one of auto, webgpu, webgpu:software');
    expect(stderr).toContain("did you mean webgpu?");
    expect(code).toBe(2);
  }, 300_000);
});

it("without the package webgpu it says how to get it", async () => {
  using folder = temporaryFolder();
  for (const part of ["src", "cli", "data", "package.json"])
    cpSync(join(root, part), join(folder.path, part), { recursive: true });
  const main = join(folder.path, "cli", "main.ts");
  const { code, stderr } = await fovea(["profile", "lenet", "--backend", "webgpu"], { main });
  expect(stderr).toContain("webgpu: the package webgpu is not installed");
  expect(stderr).toMatch(/hint +npm install webgpu/);
  expect(code).toBe(1);
}, 300_000);
