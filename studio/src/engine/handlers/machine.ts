// What computes.
import { backend } from "../../../../src/index.ts";

export interface Machine {
  readonly backend: string;
  readonly threads: number;
  /** May this page share memory with workers? Without, there is one thread. */
  readonly isIsolated: boolean;
}

export function machine(_: Record<string, never>): Machine {
  const { name, capabilities } = backend();
  return { backend: name, threads: capabilities.threads, isIsolated: crossOriginIsolated };
}
