// What is said where a GPU is too small, refuses, or is lost: before anything is computed where that can be known.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Gpu } from "../../src/backend/webgpu/device.ts";
import { createWebgpuBackend, openGpu } from "../../src/backend/webgpu/index.ts";
import { checkWorkgroup, memoryLimitOf } from "../../src/backend/webgpu/limits.ts";
import { useBackend } from "../../src/engine.ts";
import { BackendError, nn, optim, setBackend, train } from "../../src/index.ts";
import { bars } from "../learn/toy.ts";
import { gpuBackends } from "./gpu.ts";

/** What an action throws. */
async function faultOf(action: () => unknown): Promise<BackendError> {
  try {
    await action();
  } catch (error) {
    expect(error).toBeInstanceOf(BackendError);
    return error as BackendError;
  }
  throw new Error("nothing was thrown");
}

/** A device with the least that WebGPU promises. */
async function smallGpu(): Promise<Gpu> {
  const large = await openGpu({ software: true });
  const { isSoftware } = large;
  large.close();
  const held = globalThis as { [key: symbol]: GPU | undefined };
  const entry = held[Symbol.for("fovea.webgpu.instance")] ?? navigator.gpu;
  const adapter = (await entry.requestAdapter()) as GPUAdapter;
  return new Gpu(await adapter.requestDevice(), adapter.info, isSoftware);
}

afterEach(() => {
  setBackend("wasm", { threads: 1 });
});

describe("limits", () => {
  it("memory ends with the smaller of binding and buffer, and with addresses of 32 bits", () => {
    const limits = (binding: number, buffer: number) =>
      memoryLimitOf({ maxStorageBufferBindingSize: binding, maxBufferSize: buffer });
    expect(limits(2 ** 27, 2 ** 28)).toBe(2 ** 27);
    expect(limits(2 ** 30, 2 ** 28)).toBe(2 ** 28);
    expect(limits(2 ** 31 - 1, 2 ** 40)).toBe(2 ** 31 - 2 ** 16);
    expect(limits(2 ** 40, 2 ** 40)).toBe(2 ** 32 - 2 ** 16);
  });

  it("workgroups that are too small are told before a kernel is made", async () => {
    const limits = {
      maxComputeInvocationsPerWorkgroup: 128,
      maxComputeWorkgroupSizeX: 256,
      maxComputeWorkgroupStorageSize: 16384,
    };
    checkWorkgroup("matmul", { invocations: 128, bytes: 16384 }, limits);
    for (const needs of [
      { invocations: 256, bytes: 0 },
      { invocations: 64, bytes: 20000 },
    ]) {
      const fault = await faultOf(() => checkWorkgroup("matmul", needs, limits));
      expect(fault.message).toContain("workgroups of this GPU are too small");
      expect(fault.message).toMatch(/kernel +matmul/);
      expect(fault.message).toContain(`needed   ${needs.invocations} invocations, ${needs.bytes}`);
      expect(fault.message).toContain("limit    128 invocations, 16384 bytes");
      expect(fault.hint).toContain("wasm");
    }
  });
});

describe.skipIf(gpuBackends.length === 0)("faults on webgpu", () => {
  it("fit refuses a batch that a small GPU cannot hold, and says which it could", async () => {
    const gpu = await smallGpu();
    const submit = vi.spyOn(gpu.device.queue, "submit");
    useBackend(createWebgpuBackend(gpu));
    const net = new nn.Sequential(
      new nn.Conv2d(1, 1024, 3, { padding: 1 }),
      new nn.ReLU(),
      new nn.Conv2d(1024, 1, 1),
      new nn.Flatten(),
      new nn.Linear(64, 2),
    );
    const optimizer = optim.sgd({ lr: 0.1 });
    const data = bars(2048, 1);
    const options = { data, optimizer, epochs: 1, batchSize: 2048 };
    const before = submit.mock.calls.length;
    const fault = await faultOf(() => train.fit(net, options));
    expect(fault.message).toContain("fit: a batch of 2048 images does not fit into memory");
    expect(fault.message).toMatch(/limit +128.0 MiB +of temporaries, besides$/m);
    const batchSize = Number(/batchSize: (\d+) would fit/.exec(fault.message)?.[1]);
    const { temporaries } = train.estimateMemory(net, { batchSize, optimizer, data: [data] });
    expect(temporaries).toBeLessThanOrEqual(2 ** 27);
    expect(temporaries).toBeGreaterThan(0.85 * 2 ** 27);
    // Copies of weights and of sums, for going back to; no step.
    expect(submit.mock.calls.length - before).toBeLessThan(20);
    gpu.close();
  }, 120_000);

  it("a tensor that is too large, or one too many, is refused with the limit", async () => {
    const gpu = await smallGpu();
    const backend = createWebgpuBackend(gpu);
    for (const bytes of [2 ** 28, 2 ** 27 - 8]) {
      if (bytes < 2 ** 27) backend.allocate(1000);
      const fault = await faultOf(() => backend.allocate(bytes));
      expect(fault.headline).toBe("webgpu: out of memory");
      expect(fault.message).toMatch(/limit +128 MiB +of all tensors, and of all temporaries/);
      expect(fault.hint).toMatch(/smaller batch/);
    }
    backend.dispose();
    gpu.close();
  });

  it("memory that the GPU has not is told by whoever reads next", async () => {
    const gpu = await openGpu({ software: true });
    vi.spyOn(gpu.device, "popErrorScope").mockResolvedValue(new GPUOutOfMemoryError("no more"));
    const backend = createWebgpuBackend(gpu);
    const buffer = backend.allocate(8);
    const fault = await faultOf(() => backend.read(buffer, "float32", 1));
    expect(fault.headline).toBe("webgpu: the GPU is out of memory");
    expect(fault.facts).toEqual([
      { name: "wanted", value: "4 MiB" },
      { name: "it says", value: "no more" },
    ]);
    expect(fault.hint).toMatch(/smaller batch/);
    gpu.close();
  });

  it("a command that is refused is told with what the GPU says", async () => {
    const gpu = await openGpu({ software: true });
    const backend = createWebgpuBackend(gpu);
    const buffer = backend.allocate(8);
    gpu.device.createBuffer({ size: 4, usage: 0 });
    const fault = await faultOf(() => backend.read(buffer, "float32", 1));
    expect(fault.headline).toBe("webgpu: the GPU refused a command");
    expect(fault.facts[0]?.name).toBe("it says");
    expect(fault.facts[0]?.value).toMatch(/usage/i);
    expect(fault.hint).toContain("wasm");
    gpu.close();
  });

  it("a device that is lost, or was closed, says so to everybody", async () => {
    const lost = await openGpu({ software: true });
    const backend = createWebgpuBackend(lost);
    const buffer = backend.allocate(8);
    const reading = faultOf(() => backend.read(buffer, "float32", 1));
    const waiting = faultOf(() => backend.idle?.());
    lost.device.destroy();
    for (const fault of [await reading, await waiting])
      expect(fault.headline).toBe("webgpu: the device was lost");
    const late = await faultOf(() => backend.read(buffer, "float32", 1));
    expect(late.facts[0]?.name).toBe("it says");
    expect(late.hint).toMatch(/openGpu .*last checkpoint/);

    const closed = await openGpu({ software: true });
    const other = createWebgpuBackend(closed);
    const held = other.allocate(8);
    closed.close();
    expect((await faultOf(() => other.read(held, "float32", 1))).headline).toBe(
      "webgpu: this GPU was closed",
    );
  });

  it("ends a training with the fault, and tells the callbacks", async () => {
    const gpu = await openGpu({ software: true });
    useBackend(createWebgpuBackend(gpu));
    const net = new nn.Sequential(new nn.Flatten(), new nn.Linear(64, 2));
    const errors: unknown[] = [];
    const fault = await faultOf(() =>
      train.fit(net, {
        ...{ data: bars(64, 1), optimizer: optim.sgd({ lr: 0.1 }), epochs: 3, batchSize: 16 },
        callbacks: [
          { onEpoch: () => gpu.device.destroy(), onError: ({ error }) => void errors.push(error) },
        ],
      }),
    );
    expect(fault.headline).toBe("webgpu: the device was lost");
    expect(errors).toEqual([fault]);
  }, 120_000);
});
