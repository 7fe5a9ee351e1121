// What surrounds a program: variables that were set for it, and Node's own modules. Browsers have neither, and bundlers for
// browsers pass over both.

export interface NodeModules {
  "node:child_process": typeof import("node:child_process");
  "node:crypto": typeof import("node:crypto");
  "node:fs": typeof import("node:fs");
  "node:module": typeof import("node:module");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:v8": typeof import("node:v8");
  "node:vm": typeof import("node:vm");
  "node:worker_threads": typeof import("node:worker_threads");
  "node:zlib": typeof import("node:zlib");
}

/** Variables of the environment; none outside Node. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return typeof process === "undefined" ? {} : (process.env ?? {});
}

/** A module of Node's, or null outside Node. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | null {
  if (typeof process === "undefined" || typeof process.getBuiltinModule !== "function") return null;
  return process.getBuiltinModule(name) as unknown as NodeModules[Name];
}
