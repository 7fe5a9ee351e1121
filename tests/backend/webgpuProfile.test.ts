// Profiles on a GPU, by its clock and without one: a step computes what it computes otherwise, and every kernel has its time.
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../../src/backend/backend.ts";
import { createWebgpuBackend, type Gpu, openGpu } from "../../src/backend/webgpu/index.ts";
import { useBackend } from "../../src/engine.ts";
import { BackendError, inspect, pictures, setBackend, Tensor } from "../../src/index.ts";
import { gpuBackends } from "./gpu.ts";
import { lenetStep } from "./lenetStep.ts";

const options = { runs: 2, warmup: 1, peak: false };

async function use(hasClock: boolean): Promise<{ readonly gpu: Gpu; readonly backend: Backend }> {
  const gpu = await openGpu({ software: true });
  if (!hasClock) Object.defineProperty(gpu, "hasClock", { value: false });
  expect(gpu.hasClock).toBe(hasClock);
  const { backend } = useBackend(createWebgpuBackend(gpu));
  return { gpu, backend };
}

describe.skipIf(gpuBackends.length === 0)("profiles on webgpu", () => {
  afterEach(() => {
    setBackend("wasm", { threads: 1 });
  });

  it.each([true, false])(
    "times each kernel, clock: %s",
    async (hasClock) => {
      const { gpu } = await use(hasClock);
      const profiled = lenetStep();
      const found = await inspect.profile(profiled.run, options);
      const plain = lenetStep();
      // One to see whether there are kernels, and each of warmup and runs in two forms.
      for (let i = 0; i < 7; i++) plain.run();
      expect(await profiled.weights()).toEqual(await plain.weights());

      const { kernels, kernelMs, stepMs } = found;
      expect(found).toMatchObject({ backend: "webgpu", device: gpu.title, peak: null });
      expect(kernels.map(({ label }) => label)).toContain("0 conv2d+bias+sigmoid");
      for (const { ms } of kernels) expect(ms).toBeGreaterThanOrEqual(0);
      const convolutions = kernels.filter(({ kind }) => kind.startsWith("conv"));
      for (const { ms } of convolutions) expect(ms).toBeGreaterThan(0);
      // Kernels run one after another, and all of them before the step is over.
      expect(kernelMs).toBeGreaterThan(0);
      expect(stepMs).toBeGreaterThan(0);
      expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      const table = inspect.formatProfile(found);
      expect(table).toContain(`webgpu on ${gpu.title}, median of 2 steps`);
      expect(pictures.flame(found)).toContain(`webgpu (${gpu.title})`);
      gpu.close();
    },
    300_000,
  );

  it("waits for the whole step, and measures no peak of a processor", async () => {
    const { gpu, backend } = await use(true);
    const idle = vi.spyOn(backend, "idle");
    const x = Tensor.ones([64, 64]);
    const found = await inspect.profile(() => void x.matmul(x).realize(), { runs: 3, warmup: 1 });
    expect(found.peak).toBeNull();
    expect(found.kernels[0]?.computeShare).toBeNull();
    // Once for each step that is timed as a whole: queueing alone is not the step.
    expect(idle).toHaveBeenCalledTimes(3);
    gpu.close();
  });

  it("says that the device was lost in the middle of a profile", async () => {
    const { gpu } = await use(true);
    const x = Tensor.ones([8, 8]);
    let steps = 0;
    const step = () => {
      x.add(1).realize();
      if (++steps === 4) gpu.fail(new BackendError("webgpu: the device was lost"));
    };
    await expect(inspect.profile(step, options)).rejects.toThrow(/device was lost/);
    gpu.close();
  });
});
