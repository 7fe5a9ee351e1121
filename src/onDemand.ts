// Stands for atOnce.ts in modules for pages. What it takes to compute on the processor is loaded for the first backend that does;
// a page that computes on the GPU, for which `openGpu` loads what it takes, does without.
import { provideEmitter } from "./backend/wasm/onDemand.ts";
import type { Grain } from "./kernel/ir.ts";
import { provide } from "./plan/strategies/strategyOf.ts";

let isThere = false;

/** What must be waited for before graphs are planned and compiled into such chunks; null if all is there. */
export function arriving(grain: Grain): Promise<void> | null {
  if (grain === "element" || isThere) return null;
  return import("./onProcessor.ts").then(({ thread, emitProgram }) => {
    provide({ thread });
    provideEmitter(emitProgram);
    isThere = true;
  });
}
