// Which backend "auto" takes: a GPU that was opened, else native, else wasm; an adapter that computes on the processor only by
// name. Dawn's adapter that computes nothing stands for every kind of GPU here: it needs no driver.
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  gpuSupport,
  nativeSupport,
  nn,
  openGpu,
  Parameter,
  setBackend,
  Tensor,
} from "../../src/index.ts";

const dawn = await import("webgpu").catch(() => null);

/** Makes it look as if this machine had a GPU of this name, without some of the features that there are. */
async function pretend(
  info: Partial<GPUAdapterInfo>,
  without: readonly string[] = [],
): Promise<void> {
  if (dawn === null) throw new Error("no package webgpu");
  const instance = dawn.create(["backend=null"]);
  // Dawn's instance must not be collected while its devices are in use.
  Object.assign(globalThis, dawn.globals, { [Symbol("instance")]: instance });
  const requestAdapter = async () => {
    const adapter = (await instance.requestAdapter()) as GPUAdapter;
    return {
      info: { vendor: "", architecture: "", description: "", isFallbackAdapter: false, ...info },
      limits: adapter.limits,
      features: new Set([...adapter.features].filter((feature) => !without.includes(feature))),
      requestDevice: (wanted: GPUDeviceDescriptor) => adapter.requestDevice(wanted),
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

describe.skipIf(dawn === null)("products in float16", () => {
  const asked = { matmulPrecision: "float16" } as const;

  it("have kernels that WGSL allows", async () => {
    await pretend({ vendor: "acme" });
    expect(await openGpu()).toMatchObject({ hasFloat16: true });
    setBackend("webgpu", asked);
    const [x, weight] = [Tensor.ones([2, 8, 5, 5]), new Parameter(Tensor.ones([9, 8, 3, 3]))];
    const y = nn.functional
      .conv2d(x, weight)
      .reshape(2, 81)
      .matmul(Tensor.ones([81, 40]));
    y.sum().backward();
    // The adapter computes nothing, but its compiler has read the kernels by then.
    expect(await (weight.grad as Tensor).data()).toHaveLength(9 * 8 * 9);
  });

  it("need a GPU that has it", async () => {
    await pretend({ vendor: "acme", architecture: "anvil" }, ["shader-f16"]);
    expect(await openGpu()).toMatchObject({ hasFloat16: false });
    expect(() => setBackend("webgpu", asked)).toThrowErrorMatchingInlineSnapshot(`
      [BackendError: webgpu: this GPU has no shader-f16
        adapter   acme anvil
        hint      leave matmulPrecision out: products are in float32 then]
    `);
    expect(() => setBackend("auto", asked)).toThrow(/this GPU has no shader-f16/);
    expect(setBackend("webgpu", { matmulPrecision: "float32" }).name).toBe("webgpu");
  });

  it("are refused where no GPU computes, and by another name", async () => {
    expect(() => setBackend("wasm", asked)).toThrowErrorMatchingInlineSnapshot(`
      [BackendError: wasm: products in float16 need a GPU
        hint     await openGpu(), then setBackend("webgpu", { matmulPrecision: "float16" })]
    `);
    expect(() => setBackend("reference", asked)).toThrow(/need a GPU/);
    const half = { matmulPrecision: "half" } as never;
    expect(() => setBackend("webgpu", half)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: setBackend: there is no matmulPrecision "half"
        known    float32, float16]
    `);
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
