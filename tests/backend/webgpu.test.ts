// The WebGPU backend as people use it. It computes on a GPU, or on the software adapter that Debian's Chromium brings
// along; where there is neither, this says so. What its ops compute is tested with all others, in conformance.test.ts.
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { createWebgpuBackend, openGpu as openDevice } from "../../src/backend/webgpu/index.ts";
import {
  BackendError,
  corr2d,
  manualSeed,
  nn,
  openGpu,
  setBackend,
  Tensor,
} from "../../src/index.ts";
import { lenetSteps } from "../learn/lenetSteps.ts";
import type { TestedBackend } from "./backends.ts";
import { gpuBackends } from "./gpu.ts";

const [tested] = gpuBackends;

describe.skipIf(tested === undefined)("webgpu backend", () => {
  afterAll(() => {
    setBackend("wasm", { threads: 1 });
  });

  it("computes the textbook's cross-correlation, a convolution's gradients, and a matrix product", async () => {
    await openGpu({ software: true });
    setBackend("webgpu");
    const picture = Tensor.arange(9).reshape(3, 3);
    const kernel = Tensor.from([
      [0, 1],
      [2, 3],
    ]);
    expect(await corr2d(picture, kernel).array()).toEqual([
      [19, 25],
      [37, 43],
    ]);
    expect(await kernel.matmul(kernel).array()).toEqual([
      [2, 3],
      [6, 11],
    ]);
    manualSeed(0);
    const layer = new nn.Conv2d(1, 1, 2, { bias: false });
    layer
      .forward(picture.reshape(1, 1, 3, 3))
      .sum()
      .backward();
    // The weight's gradient is the sum over the picture that each tap sees.
    expect(await layer.weight.grad?.array()).toEqual([
      [
        [
          [8, 12],
          [20, 24],
        ],
      ],
    ]);
  }, 60_000);

  it("trains LeNet as wasm does, and gives the same bits again", async () => {
    setBackend("wasm", { threads: 1 });
    const expected = (await lenetSteps(10)).flat();
    await openGpu({ software: true });
    setBackend("webgpu");
    const first = (await lenetSteps(10)).flat();
    const far = first.map((x, i) => Math.abs(x - (expected[i] as number)));
    expect(Math.max(...far)).toBeLessThan(1e-5);
    setBackend("webgpu");
    expect((await lenetSteps(10)).flat()).toEqual(first);
  }, 300_000);

  it("keeps what tensors hold when its memory grows, and takes back what was freed", async () => {
    const backend = (tested as TestedBackend).create();
    const first = backend.allocate(12);
    backend.write(first, "float32", Float32Array.of(1, 2, 3));
    const bytes = backend.allocate(3);
    backend.write(bytes, "uint8", Uint8Array.of(7, 8, 9));
    for (let i = 0; i < 8; i++) {
      const large = backend.allocate(2 ** 23);
      if (i % 2 === 0) backend.free(large);
    }
    expect(await backend.read(first, "float32", 3)).toEqual(Float32Array.of(1, 2, 3));
    expect(await backend.read(bytes, "uint8", 3)).toEqual(Uint8Array.of(7, 8, 9));
    expect(backend.memory()).toMatchObject({ tensors: 15 + 4 * 2 ** 23, buffers: 6 });
    backend.dispose();
  });

  it("says what is wrong", async () => {
    const backend = (tested as TestedBackend).create();
    const limit = backend.capabilities.memoryLimit as number;
    expect(() => backend.allocate(2 * limit)).toThrow(/webgpu: out of memory/);
    const buffer = backend.allocate(8);
    expect(() => backend.write(buffer, "float32", new Float32Array(3))).toThrow(/12 bytes/);
    await expect(backend.read(buffer, "float32", 3)).rejects.toThrow(/12 bytes/);
    backend.free(buffer);
    await expect(backend.read(buffer, "float32", 1)).rejects.toThrow(/was freed/);
    backend.dispose();
    expect(() => backend.allocate(8)).toThrow(/disposed/);
    // An adapter that computes on the processor is taken only by those who ask for it.
    const { isSoftware } = await openGpu({ software: true });
    if (isSoftware) await expect(openGpu()).rejects.toThrow(/computes on the processor/);
  });

  it("tells who comes next that the device was lost", async () => {
    const gpu = await openDevice({ software: true });
    const backend = createWebgpuBackend(gpu);
    const buffer = backend.allocate(8);
    // As a driver reports it: a device that is closed on purpose is no fault.
    gpu.fail(new BackendError("webgpu: the device was lost"));
    await expect(backend.read(buffer, "float32", 1)).rejects.toThrow(/device was lost/);
    backend.dispose();
    gpu.close();
  });
});

it("without an open GPU, webgpu is refused", () => {
  // In a process of its own: here, one may be open.
  const program = `import { setBackend } from "./src/index.ts"; setBackend("webgpu");`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--disable-warning=ExperimentalWarning", "-e", program],
    { encoding: "utf8" },
  );
  expect(stderr).toMatch(/no GPU is open/);
  expect(status).toBe(1);
});
