// The GPU of this machine, opened when somebody asks for it: its code is loaded then, most programs do without.
import type { Backend } from "./backend/backend.ts";
import { findAdapter } from "./backend/webgpu/adapter.ts";
import type { Gpu, GpuOptions, GpuSummary, WebgpuOptions } from "./backend/webgpu/index.ts";
import { provide } from "./plan/strategies/strategyOf.ts";
import { environment } from "./tensor/environment.ts";
import { BackendError, checkOptions } from "./tensor/errors.ts";

export type { GpuOptions, GpuSummary };

/** A GPU that is open, and how a backend is made on it. */
export interface OpenGpu {
  readonly isSoftware: boolean;
  /** @throws BackendError for options that it cannot meet */
  create(options?: WebgpuOptions): Backend;
}

let opened: OpenGpu | null = null;

/** A GPU that was opened. */
export interface OpenedGpu extends GpuSummary {
  /** Resolves once nothing more can be computed on it, with the reason: it was lost, closed, ran out of memory, or refused a command. */
  readonly failed: Promise<BackendError>;
}

/** The GPU that was opened last; null if none was. */
export function gpuInUse(): OpenGpu | null {
  return opened;
}

/**
 * Opens the GPU, for `setBackend("webgpu")` and `setBackend("auto")` afterwards: a machine hands out its GPU only to those who
 * wait. In Node it needs the package webgpu. Opened again, it is a new device: that helps where one was lost.
 *
 * @param options software: take an adapter that computes on the processor, for tests (default: whether `$FOVEA_BACKEND` is
 *   "webgpu:software")
 * @throws BackendError if there is no WebGPU here, or no GPU
 * @example
 * await openGpu(); setBackend("webgpu"); // not run: needs a GPU
 */
export async function openGpu(options: GpuOptions = {}): Promise<OpenedGpu> {
  checkOptions("openGpu", options, ["software"]);
  const { software = softwareByDefault() } = options;
  const { gpu, create } = await open({ software });
  opened = { isSoftware: gpu.isSoftware, create: (asked) => create(gpu, asked) };
  return { ...gpu.summary(), failed: gpu.failed };
}

/** What the backend webgpu finds on this machine. */
export interface GpuSupport {
  /** Null if it can run, be it on the processor alone; else why it cannot. */
  readonly fault: string | null;
  /** The adapter that would be taken. */
  readonly gpu: GpuSummary | null;
}

/**
 * Is there a GPU here? Opens the best adapter, also one that computes on the processor, and closes it again.
 * @example (await gpuSupport()).fault?.startsWith("webgpu: ") ?? true // true
 */
export async function gpuSupport(): Promise<GpuSupport> {
  try {
    const { gpu } = await open({ software: true });
    const summary = gpu.summary();
    gpu.close();
    return { fault: null, gpu: summary };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { fault: error.message, gpu: null };
  }
}

async function open(options: GpuOptions): Promise<{
  readonly gpu: Gpu;
  readonly create: (gpu: Gpu, options?: WebgpuOptions) => Backend;
}> {
  const found = await findAdapter(options);
  const { openDevice, createWebgpuBackend, element, group } = await import("./onGpu.ts");
  provide({ element, group });
  return { gpu: await openDevice(found), create: createWebgpuBackend };
}

function softwareByDefault(): boolean {
  return environment().FOVEA_BACKEND === "webgpu:software";
}
