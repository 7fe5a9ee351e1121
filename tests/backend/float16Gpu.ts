// A GPU with float16 for tests: the one that VK_ICD_FILENAMES chooses, or lavapipe, a driver that computes on the processor and
// has it (scripts/installLavapipe.mjs).
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { lavapipe } from "../../scripts/installLavapipe.mjs";
import { type OpenedGpu, openGpu } from "../../src/gpu.ts";
import { loaderEnvironment, loadVulkan } from "./vulkan.ts";

/** Settings of lavapipe: it keeps what it compiled, and compiles for vectors of 128 bits, in half the time that those of 256 take. */
const settings: Readonly<Record<string, string>> = {
  MESA_SHADER_CACHE_DIR: join(dirname(lavapipe), "shaders"),
  LP_NATIVE_VECTOR_WIDTH: "128",
};

/** What processes need, that a test starts, to find the same GPU. */
export const float16Environment = { ...loaderEnvironment, ...settings };

/** That GPU, open for `setBackend("webgpu")`; null, with a notice, where there is none. */
export async function openFloat16(): Promise<OpenedGpu | null> {
  if (existsSync(lavapipe)) process.env.VK_ICD_FILENAMES ??= lavapipe;
  if (process.env.VK_ICD_FILENAMES === lavapipe) {
    loadVulkan();
    Object.assign(process.env, settings);
  }
  try {
    const gpu = await openGpu({ software: true });
    if (gpu.hasFloat16) return gpu;
    console.warn(`SKIPPED: ${gpu.title} has no float16`);
  } catch (error) {
    console.warn(`SKIPPED: ${(error as Error).message}`);
  }
  return null;
}
