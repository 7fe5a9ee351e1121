// What loads drivers of Vulkan: the system's library, or the one that Debian's Chromium brings along.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";

const loader = "/usr/lib/chromium/libvulkan.so.1";

/** What processes need besides, that a test starts, to find it. */
export const loaderEnvironment: Readonly<Record<string, string>> = existsSync(loader)
  ? { LD_LIBRARY_PATH: dirname(loader) }
  : {};

/** Makes this process find a driver, by its file. */
export function useDriver(path: string): void {
  process.env.VK_ICD_FILENAMES = path;
  // Dawn asks for the loader by its name alone: one that is loaded already is found, wherever it lies.
  if (existsSync(loader)) (createRequire(import.meta.url)("koffi") as Koffi).load(loader);
}

interface Koffi {
  load(path: string): unknown;
}
