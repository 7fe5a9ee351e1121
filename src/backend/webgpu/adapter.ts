// Finding the GPU, before anything is loaded that computes on it: through WebGPU of the browser, or the package `webgpu` in Node.
import { nodeModule } from "../../tensor/environment.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { Gpu } from "./device.ts";

export interface GpuOptions {
  /** Take an adapter that computes on the processor, if there is no other; default false. */
  readonly software?: boolean;
}

/** A GPU that can be opened. */
export interface FoundAdapter {
  readonly adapter: GPUAdapter;
  /** Does it compute on the processor? */
  readonly isSoftware: boolean;
  /** How its program waits, if it has to see to that itself. */
  readonly napUntil: Gpu["napUntil"] | undefined;
}

/**
 * Finds the GPU.
 * @throws BackendError if there is no WebGPU here, no adapter, or only one that computes on the processor and was not asked for
 */
export async function findAdapter({ software = false }: GpuOptions = {}): Promise<FoundAdapter> {
  const { gpu, napUntil } = await entryPoint();
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
  return { adapter, isSoftware, napUntil };
}

/** Adapters that do not say of themselves that they compute on the processor. */
function isKnownSoftware({ vendor, architecture, description }: GPUAdapterInfo): boolean {
  return /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(
    `${vendor} ${architecture} ${description}`,
  );
}

async function entryPoint(): Promise<{ gpu: GPU; napUntil?: Gpu["napUntil"] }> {
  if (typeof navigator !== "undefined" && navigator.gpu) return { gpu: navigator.gpu };
  if (nodeModule("node:module") === null) {
    throw new BackendError(
      "webgpu: this browser has no WebGPU, or the page is not from https or localhost",
    );
  }
  const { dawn, napUntil } = await import("./dawn.ts");
  return { gpu: await dawn(), napUntil };
}
