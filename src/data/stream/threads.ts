// What this machine offers for reading ahead.

interface NodeModules {
  "node:os": typeof import("node:os");
  "node:worker_threads": typeof import("node:worker_threads");
}

/** A module of Node's, or null outside Node. Not an import, so that bundlers for browsers pass over it. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | null {
  if (typeof process === "undefined" || typeof process.getBuiltinModule !== "function") return null;
  return process.getBuiltinModule(name) as unknown as NodeModules[Name];
}

/** Worker threads unless asked for: one core is left to training, and more than four seldom have enough to do. */
export function usualWorkers(): number {
  const os = nodeModule("node:os");
  if (os === null || nodeModule("node:worker_threads") === null) return 0;
  return Math.max(1, Math.min(4, os.availableParallelism() - 1));
}
