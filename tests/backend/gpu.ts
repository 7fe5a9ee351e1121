// The GPU for tests: this machine's, or Chromium's software adapter where there is none.
import { existsSync } from "node:fs";
import { createWebgpuBackend, openGpu } from "../../src/backend/webgpu/index.ts";
import type { TestedBackend } from "./backends.ts";

/** A driver for Vulkan that computes on the processor: Debian's Chromium brings it along. */
const software = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** The backend webgpu; none, with a notice, where there is no WebGPU. */
async function load(): Promise<readonly TestedBackend[]> {
  if (process.env.VK_ICD_FILENAMES === undefined && existsSync(software))
    process.env.VK_ICD_FILENAMES = software;
  try {
    const gpu = await openGpu({ software: true });
    return [{ name: "webgpu", create: () => createWebgpuBackend(gpu) }];
  } catch (error) {
    console.warn(`SKIPPED: ${(error as Error).message}`);
    return [];
  }
}

export const gpuBackends: readonly TestedBackend[] = await load();
