// What computes.
import { backend } from "../../../../src/index.ts";
import { gpuFault, gpuInUse } from "../backend.ts";

export interface Machine {
  readonly backend: string;
  readonly threads: number;
  /** May this page share memory with workers? Without, there is one thread. */
  readonly isIsolated: boolean;
  /** The GPU that computes; null if the processor does. */
  readonly gpu: { readonly title: string; readonly isSoftware: boolean } | null;
  /** Why no GPU computes; null if one does, or none was asked for. */
  readonly gpuFault: string | null;
}

/** Another number asks anew: another engine may have begun. */
export function machine(_: { readonly engine: number }): Machine {
  const { name, capabilities } = backend();
  const gpu = gpuInUse();
  return {
    backend: name,
    threads: capabilities.threads,
    isIsolated: crossOriginIsolated,
    gpu: gpu && { title: gpu.title, isSoftware: gpu.isSoftware },
    gpuFault: gpuFault(),
  };
}
