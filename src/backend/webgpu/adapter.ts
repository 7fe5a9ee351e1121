// Finding the GPU: WebGPU of the browser, or of the package `webgpu` (Dawn) in Node.

import { nodeModule } from "../../tensor/environment.ts";
import { BackendError } from "../../tensor/errors.ts";
import { clock, float16, Gpu } from "./device.ts";

export interface GpuOptions {
  /** Take an adapter that computes on the processor, if there is no other; default false. */
  readonly software?: boolean;
}

/**
 * Opens the GPU.
 * @throws BackendError if there is no WebGPU here, no adapter, or only one that computes on the processor and was not asked for
 */
export async function openGpu({ software = false }: GpuOptions = {}): Promise<Gpu> {
  const gpu = await entryPoint();
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new BackendError("webgpu: there is no GPU that can be used here", {
      hint: "a driver for Vulkan (and its loader, libvulkan), Metal or Direct3D 12 must be installed",
    });
  }
  const isSoftware = adapter.info.isFallbackAdapter || isKnownSoftware(adapter.info);
  if (isSoftware && !software) {
    throw new BackendError("webgpu: the only adapter here computes on the processor", {
      facts: [{ name: "adapter", value: adapter.info.description || adapter.info.architecture }],
      hint: 'setBackend("wasm") does without it; for tests, ask for it with { software: true }',
    });
  }
  const { limits } = adapter;
  const requiredLimits: Record<string, number> = {
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
  };
  // For profiles, and for products in float16, where somebody asks for them.
  const features: readonly GPUFeatureName[] = [clock, float16];
  const requiredFeatures = features.filter((feature) => adapter.features.has(feature));
  const device = await adapter
    .requestDevice({ requiredFeatures, requiredLimits })
    .catch((cause) => {
      throw new BackendError("webgpu: the GPU cannot be opened", {
        facts: [
          { name: "adapter", value: adapter.info.description || adapter.info.architecture },
          { name: "it says", value: String((cause as Error).message).trim() },
        ],
        cause,
      });
    });
  return new Gpu(device, adapter.info, isSoftware);
}

/** Adapters that do not say of themselves that they compute on the processor. */
function isKnownSoftware({ vendor, architecture, description }: GPUAdapterInfo): boolean {
  return /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(
    `${vendor} ${architecture} ${description}`,
  );
}

/** Dawn's instance must stay referenced: without, it is collected while its devices are in use, and the process ends. */
const instanceKey = Symbol.for("fovea.webgpu.instance");

async function entryPoint(): Promise<GPU> {
  if (typeof navigator !== "undefined" && navigator.gpu) return navigator.gpu;
  const held = globalThis as { [instanceKey]?: GPU };
  const known = held[instanceKey];
  if (known !== undefined) return known;
  if (nodeModule("node:module") === null) {
    throw new BackendError(
      "webgpu: this browser has no WebGPU, or the page is not from https or localhost",
    );
  }
  let dawn: { create(options: string[]): GPU; globals: object };
  try {
    // A name that bundlers for browsers do not follow.
    const name = ["web", "gpu"].join("");
    dawn = await import(name);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND")
      throw new BackendError("webgpu: the package webgpu cannot be loaded here", {
        facts: [{ name: "it says", value: message.split("\n")[0] ?? "" }],
        cause,
      });
    throw new BackendError("webgpu: the package webgpu is not installed", {
      hint: "npm install webgpu",
      cause,
    });
  }
  Object.assign(globalThis, dawn.globals);
  // Its clock is made coarse for pages, which must not learn too much by it; a program may.
  const instance = dawn.create([
    "disable-dawn-features=timestamp_quantization",
    // Kernels write what they share before they read it; software adapters take seconds to compile the zeros.
    "enable-dawn-features=disable_workgroup_init",
  ]);
  held[instanceKey] = instance;
  return instance;
}
