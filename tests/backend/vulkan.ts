// What loads drivers of Vulkan: the system's library, or the one that Debian's Chromium brings along.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";

const loader = "/usr/lib/chromium/libvulkan.so.1";
const loaded = Symbol.for("fovea.test.vulkan");

/** What processes need besides, that a test starts, to find it. */
export const loaderEnvironment: Readonly<Record<string, string>> = existsSync(loader)
  ? { LD_LIBRARY_PATH: dirname(loader) }
  : {};

/**
 * Makes this process find it. Dawn asks for it by its name alone: one that is loaded already is found, wherever it lies. It stays
 * loaded for as long as something refers to it.
 */
export function loadVulkan(): void {
  if (!existsSync(loader)) return;
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  (globalThis as { [loaded]?: unknown })[loaded] = koffi.load(loader);
}

interface Koffi {
  load(path: string): unknown;
}
