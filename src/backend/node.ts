// Modules of Node's, where there is Node. Not imports, so that bundlers for browsers pass over them.

interface NodeModules {
  "node:child_process": typeof import("node:child_process");
  "node:crypto": typeof import("node:crypto");
  "node:fs": typeof import("node:fs");
  "node:module": typeof import("node:module");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:v8": typeof import("node:v8");
  "node:worker_threads": typeof import("node:worker_threads");
}

/** A module of Node's, or null outside Node. */
export function node<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | null {
  if (typeof process === "undefined" || typeof process.getBuiltinModule !== "function") return null;
  return process.getBuiltinModule(name) as unknown as NodeModules[Name];
}
