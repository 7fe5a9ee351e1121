// WebGPU in Node, by the package `webgpu` (Dawn). A module of its own: pages, whose browser has WebGPU, never load it.
import { BackendError } from "../../tensor/errors.ts";

export { napUntil } from "./naps.ts";

/** Dawn's instance must stay referenced: without, it is collected while its devices are in use, and the process ends. */
const instanceKey = Symbol.for("fovea.webgpu.instance");

/** @throws BackendError if the package cannot be loaded */
export async function dawn(): Promise<GPU> {
  const held = globalThis as { [instanceKey]?: GPU };
  const known = held[instanceKey];
  if (known !== undefined) return known;
  const { create, globals } = await load();
  Object.assign(globalThis, globals);
  // Its clock is made coarse for pages, which must not learn too much by it; a program may.
  const instance = create([
    "disable-dawn-features=timestamp_quantization",
    // Kernels write what they share before they read it; software adapters take seconds to compile the zeros.
    "enable-dawn-features=disable_workgroup_init",
  ]);
  held[instanceKey] = instance;
  return instance;
}

async function load(): Promise<{ create(options: string[]): GPU; globals: object }> {
  try {
    // A name that bundlers for browsers do not follow.
    const name = ["web", "gpu"].join("");
    return await import(name);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND")
      throw new BackendError("webgpu: the package webgpu cannot be loaded here", {
        facts: [{ name: "it says", value: message.split("\n")[0] ?? "" }],
        cause,
      });
    throw new BackendError("webgpu: the package webgpu is not installed", {
      hint: "npm install webgpu",
      cause,
    });
  }
}
