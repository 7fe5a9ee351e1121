// The GPU for tests: this machine's, or Chromium's software adapter where there is none. It is open for `setBackend("webgpu")`.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { setBackend } from "../../src/backends.ts";
import { openGpu } from "../../src/gpu.ts";
import type { TestedBackend } from "./backends.ts";

/** A driver for Vulkan that computes on the processor, and what loads it: Debian's Chromium brings both along. */
const software = "/usr/lib/chromium/vk_swiftshader_icd.json";
const loader = "/usr/lib/chromium/libvulkan.so.1";

const loaded = Symbol.for("fovea.test.vulkan");

/** Chooses that driver, unless another was chosen outside. */
function useSoftware(): void {
  if (existsSync(software)) process.env.VK_ICD_FILENAMES ??= software;
  if (process.env.VK_ICD_FILENAMES !== software || !existsSync(loader)) return;
  // Dawn asks for the loader by its name alone: one that is loaded already is found, wherever it lies. It stays loaded for as long
  // as something refers to it.
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  (globalThis as { [loaded]?: unknown })[loaded] = koffi.load(loader);
}

/** What processes need besides, that a test starts, to find the loader. */
export const gpuEnvironment: Readonly<Record<string, string>> = existsSync(loader)
  ? { LD_LIBRARY_PATH: dirname(loader) }
  : {};

interface Koffi {
  load(path: string): unknown;
}

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
