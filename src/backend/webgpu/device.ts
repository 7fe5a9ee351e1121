// The GPU of this machine: WebGPU of the browser, or of the package `webgpu` (Dawn) in Node. Nobody waits for a GPU to say
// what went wrong; it says so later, and the next who asks is told.
import { BackendError } from "../../tensor/errors.ts";
import { node } from "../node.ts";

export interface GpuOptions {
  /** Take an adapter that computes on the processor, if there is no other; default false. */
  readonly software?: boolean;
}

const clock = "timestamp-query";

/** A device that kernels run on; several backends may share one. */
export class Gpu {
  readonly device: GPUDevice;
  /** The adapter's name, for people. */
  readonly title: string;
  readonly isSoftware: boolean;
  /** Can it say when a pass began and ended? */
  readonly hasClock: boolean;
  #fault: BackendError | null = null;

  constructor(device: GPUDevice, info: GPUAdapterInfo, isSoftware: boolean) {
    this.device = device;
    this.title = [info.vendor, info.architecture, info.description].filter(Boolean).join(" ");
    this.isSoftware = isSoftware;
    this.hasClock = device.features.has(clock);
    device.addEventListener("uncapturederror", ({ error }) => this.#note(error));
    device.lost.then(
      ({ reason, message }) => {
        if (reason === "destroyed") return;
        this.fail(
          new BackendError("webgpu: the device was lost", {
            facts: [{ name: "it says", value: message.trim() || reason }],
            hint: "call openGpu and setBackend again, and load the last checkpoint",
          }),
        );
      },
      () => {},
    );
  }

  /** @throws BackendError if something went wrong on the device since it was opened */
  check(): void {
    if (this.#fault !== null) throw this.#fault;
  }

  /** Would `check` throw? */
  get hasFailed(): boolean {
    return this.#fault !== null;
  }

  /** From now on this is what `check` throws: what was computed since is not to be relied on. */
  fail(fault: BackendError): void {
    this.#fault ??= fault;
  }

  /** Gives the device back. */
  close(): void {
    this.device.destroy();
  }

  #note(error: GPUError): void {
    const isMemory =
      typeof GPUOutOfMemoryError !== "undefined" && error instanceof GPUOutOfMemoryError;
    const facts = [{ name: "it says", value: error.message.trim() }];
    this.fail(
      isMemory
        ? new BackendError("webgpu: the GPU is out of memory", {
            facts,
            hint: "use a smaller batch",
          })
        : new BackendError("webgpu: the GPU refused a command", { facts }),
    );
  }
}

/**
 * Opens the GPU.
 * @throws BackendError if there is no WebGPU here, no adapter, or one that computes on the processor and was not asked for
 */
export async function openGpu({ software = false }: GpuOptions = {}): Promise<Gpu> {
  const gpu = await entryPoint();
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new BackendError("webgpu: there is no GPU that can be used here", {
      hint: "a driver for Vulkan, Metal or Direct3D 12 must be installed",
    });
  }
  const isSoftware = adapter.info.isFallbackAdapter || isKnownSoftware(adapter.info);
  if (isSoftware && !software) {
    throw new BackendError("webgpu: the only adapter here computes on the processor", {
      facts: [{ name: "adapter", value: adapter.info.description || adapter.info.architecture }],
      hint: "wasm and native are faster than that; ask for it with { software: true }",
    });
  }
  const { limits } = adapter;
  const requiredLimits: Record<string, number> = {
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
  };
  // For profiles, where the adapter has a clock.
  const requiredFeatures: GPUFeatureName[] = adapter.features.has(clock) ? [clock] : [];
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
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
  if (node("node:module") === null) {
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
    throw new BackendError("webgpu: the package webgpu is not installed", {
      hint: "npm install webgpu",
      cause,
    });
  }
  Object.assign(globalThis, dawn.globals);
  const instance = dawn.create([
    // Its clock is made coarse for pages, which must not learn too much by it; a program may.
    "disable-dawn-features=timestamp_quantization",
    // Kernels write what they share before they read it; software adapters take seconds to compile the zeros.
    "enable-dawn-features=disable_workgroup_init",
  ]);
  held[instanceKey] = instance;
  return instance;
}
