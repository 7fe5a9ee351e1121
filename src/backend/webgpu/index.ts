// Tensors on a GPU, through WebGPU.
export { createWebgpuBackend } from "./backend.ts";
export { type Gpu, type GpuOptions, openGpu } from "./device.ts";
