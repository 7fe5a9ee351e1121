// The GPU for tests: this machine's, or Chromium's software adapter where there is none. It is open for `setBackend("webgpu")`.
import { existsSync } from "node:fs";
import { setBackend } from "../../src/backends.ts";
import { openGpu } from "../../src/gpu.ts";
import type { TestedBackend } from "./backends.ts";
import { loaderEnvironment, loadVulkan } from "./vulkan.ts";

/** A driver for Vulkan that computes on the processor: Debian's Chromium brings it along. */
const software = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Chooses that driver, unless another was chosen outside. */
function useSoftware(): void {
  if (existsSync(software)) process.env.VK_ICD_FILENAMES ??= software;
  if (process.env.VK_ICD_FILENAMES === software) loadVulkan();
}

/** What processes need besides, that a test starts, to find it. */
export const gpuEnvironment = loaderEnvironment;

/** The backend webgpu; none, with a notice, where there is no WebGPU. */
async function load(): Promise<readonly TestedBackend[]> {
  try {
    useSoftware();
    await openGpu({ software: true });
    return [{ name: "webgpu", create: () => setBackend("webgpu") }];
  } catch (error) {
    console.warn(`SKIPPED: ${(error as Error).message}`);
    return [];
  }
}

export const gpuBackends: readonly TestedBackend[] = await load();

/** Its name, for tests that go through backends by name; none where there is no WebGPU. */
export const gpuNames: readonly string[] = gpuBackends.map(({ name }) => name);
