// Which backend "auto" takes: a GPU that was opened, else native, else wasm; an adapter that computes on the processor only by
// name. Dawn's adapter that computes nothing stands for every kind of GPU here: it needs no driver.
import { afterEach, describe, expect, it, vi } from "vitest";
import { gpuSupport, nativeSupport, openGpu, setBackend } from "../../src/index.ts";

const dawn = await import("webgpu").catch(() => null);

/** Makes it look as if this machine had a GPU of this name. */
async function pretend(info: Partial<GPUAdapterInfo>): Promise<void> {
  if (dawn === null) throw new Error("no package webgpu");
  Object.assign(globalThis, dawn.globals);
  const instance = dawn.create(["backend=null"]);
  const requestAdapter = async () => {
    const adapter = (await instance.requestAdapter()) as GPUAdapter;
    return {
      info: { vendor: "", architecture: "", description: "", isFallbackAdapter: false, ...info },
      limits: adapter.limits,
      features: adapter.features,
      requestDevice: (wanted: GPUDeviceDescriptor) => adapter.requestDevice(wanted),
      // Dawn's instance must not be collected while its devices are in use.
      instance,
    };
  };
  vi.stubGlobal("navigator", { gpu: { requestAdapter } });
}

const withoutGpu = nativeSupport().fault === null ? "native" : "wasm";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  setBackend("wasm", { threads: 1 });
});

it("auto opens no GPU by itself", () => {
  expect(setBackend("auto").name).toBe(withoutGpu);
});

describe.skipIf(dawn === null)("auto, of a GPU that was opened", () => {
  it("takes no adapter that computes on the processor", async () => {
    await pretend({ description: "SwiftShader" });
    await expect(openGpu()).rejects.toThrow(/computes on the processor/);
    const { title, isSoftware } = await openGpu({ software: true });
    expect([title, isSoftware]).toEqual(["SwiftShader", true]);
    expect(setBackend("auto").name).toBe(withoutGpu);
    expect(setBackend("webgpu").name).toBe("webgpu");
    await pretend({ vendor: "acme", isFallbackAdapter: true });
    await expect(openGpu()).rejects.toThrow(/computes on the processor/);
  });

  it("takes a GPU before native and wasm", async () => {
    await pretend({ vendor: "acme", architecture: "anvil" });
    const gpu = await openGpu();
    expect(gpu).toMatchObject({ title: "acme anvil", isSoftware: false });
    const { name, device, capabilities } = setBackend("auto");
    expect([name, device]).toEqual(["webgpu", "acme anvil"]);
    expect(capabilities.memoryLimit).toBe(gpu.memoryLimit);
    expect(setBackend("native").name).toBe(withoutGpu);
  });

  it("takes the software adapter that $FOVEA_BACKEND asks for", async () => {
    vi.stubEnv("FOVEA_BACKEND", "webgpu:software");
    await pretend({ description: "llvmpipe" });
    expect((await openGpu()).isSoftware).toBe(true);
    await expect(openGpu({ software: false })).rejects.toThrow(/computes on the processor/);
  });

  it("is not changed by looking what there is", async () => {
    await pretend({ description: "llvmpipe" });
    await openGpu({ software: true });
    await pretend({ vendor: "acme" });
    const { fault, gpu } = await gpuSupport();
    expect(fault).toBeNull();
    expect(gpu).toMatchObject({ title: "acme", isSoftware: false });
    expect(gpu?.memoryLimit).toBeGreaterThan(2 ** 20);
    expect(setBackend("auto").name).toBe(withoutGpu);
  });
});

describe("where there is no GPU", () => {
  it("openGpu says so, and gpuSupport tells it", async () => {
    vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => null } });
    await expect(openGpu()).rejects.toThrow(/there is no GPU that can be used here/);
    const { fault, gpu } = await gpuSupport();
    expect(fault).toMatch(/^webgpu: there is no GPU/);
    expect(gpu).toBeNull();
  });

  it("a GPU that gives no device is told with what it says", async () => {
    await pretend({ vendor: "acme", description: "anvil" });
    const { requestAdapter } = navigator.gpu;
    vi.stubGlobal("navigator", {
      gpu: {
        requestAdapter: async () => ({
          ...(await requestAdapter()),
          requestDevice: () => Promise.reject(new Error("in use")),
        }),
      },
    });
    await expect(openGpu()).rejects.toThrow(/cannot be opened\n.*anvil\n.*in use/);
  });
});
