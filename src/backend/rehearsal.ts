// A backend that only counts: graphs are planned for another backend's capabilities, and nothing is stored or computed.
import type { Graph } from "../graph/graph.ts";
import type { KernelProgram } from "../kernel/ir.ts";
import { BackendError } from "../tensor/errors.ts";
import type { Backend, BackendBuffer, Capabilities, Executable } from "./backend.ts";

export class RehearsalBackend implements Backend {
  readonly name = "rehearsal";
  readonly capabilities: Capabilities;
  #tensorBytes = 0;
  #buffers = 0;
  #arenaBytes = 0;

  constructor(capabilities: Capabilities) {
    this.capabilities = capabilities;
  }

  allocate(bytes: number): BackendBuffer {
    this.#tensorBytes += bytes;
    this.#buffers++;
    return { bytes };
  }

  free({ bytes }: BackendBuffer): void {
    this.#tensorBytes -= bytes;
    this.#buffers--;
  }

  write(): void {}

  read(): Promise<never> {
    return Promise.reject(new BackendError("rehearsal: nothing was computed that could be read"));
  }

  compile(_graph: Graph, kernels: () => KernelProgram): Executable {
    this.#arenaBytes = Math.max(this.#arenaBytes, kernels().arenaBytes);
    return { run: () => {}, dispose: () => {} };
  }

  memory(): { readonly tensors: number; readonly arena: number; readonly buffers: number } {
    return { tensors: this.#tensorBytes, arena: this.#arenaBytes, buffers: this.#buffers };
  }

  dispose(): void {}
}
