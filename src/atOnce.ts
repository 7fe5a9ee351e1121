// What computing takes besides a backend. Here all of it is imported by those who use it; pages have onDemand.ts instead.
import type { Grain } from "./kernel/ir.ts";

/** What must be waited for before graphs are planned and compiled into such chunks: nothing. */
export function arriving(_grain: Grain): Promise<void> | null {
  return null;
}
