// What this machine offers for reading ahead.

import { nodeModule } from "../../tensor/environment.ts";

/** Worker threads unless asked for: one core is left to training, and more than four seldom have enough to do. */
export function usualWorkers(): number {
  const os = nodeModule("node:os");
  if (os === null || nodeModule("node:worker_threads") === null) return 0;
  return Math.max(1, Math.min(4, os.availableParallelism() - 1));
}
