// The backends that the conformance tests run on. A backend that cannot run here says why.
import { existsSync } from "node:fs";
import type { Backend } from "../../src/backend/backend.ts";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";

export interface TestedBackend {
  readonly name: string;
  create(): Backend;
}

/** A backend by its folder and the function that makes it; none, with a notice, while there is no such folder. */
async function load(name: string, factory: string): Promise<readonly TestedBackend[]> {
  const url = new URL(`../../src/backend/${name}/index.ts`, import.meta.url);
  if (!existsSync(url)) {
    console.warn(`SKIPPED: there is no src/backend/${name}/index.ts`);
    return [];
  }
  const module: Record<string, () => Backend> = await import(url.href);
  const create = module[factory] as () => Backend;
  try {
    create().dispose();
  } catch (error) {
    console.warn(`SKIPPED: ${(error as Error).message}`);
    return [];
  }
  return [{ name, create }];
}

export const backends: readonly TestedBackend[] = [
  { name: "reference", create: createReferenceBackend },
  ...(await load("wasm", "createWasmBackend")),
  ...(await load("native", "createNativeBackend")),
];

/** Cases that a backend does not do, each with the reason: `["wasm: conv2d > 3×3", "why"]`. */
export const skipped: ReadonlyMap<string, string> = new Map();
