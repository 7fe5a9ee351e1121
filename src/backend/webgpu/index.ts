// Tensors on a GPU, through WebGPU.
export type { GpuOptions } from "./adapter.ts";
export { createWebgpuBackend, type WebgpuOptions } from "./backend.ts";
export type { Gpu, GpuSummary } from "./device.ts";
export { openDevice, openGpu } from "./open.ts";
