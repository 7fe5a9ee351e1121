// A graph whose kernels are not compiled, or cannot be, computed by the wasm backend: elements are copied there and back.
// Slower, but the program goes on.
import type { Graph } from "../../graph/graph.ts";
import type { KernelProgram } from "../../kernel/ir.ts";
import type { Backend, BackendBuffer, Capabilities, Executable } from "../backend.ts";
import { createWasmBackend } from "../wasm/index.ts";

/** Copies between the backend's own buffers and bytes. */
export interface Copies {
  read(buffer: BackendBuffer, into: Uint8Array): void;
  write(buffer: BackendBuffer, from: Uint8Array): void;
}

export class Fallback {
  readonly #threads: number;
  readonly #copies: Copies;
  /** There while it is used: its threads and its memory go with the last graph. */
  #backend: (Backend & SyncRead) | null = null;
  #graphs = 0;

  constructor(threads: number, copies: Copies) {
    this.#threads = threads;
    this.#copies = copies;
  }

  compile(graph: Graph, kernels: (capabilities: Capabilities) => KernelProgram): Executable {
    this.#backend ??= createWasmBackend({ threads: this.#threads }) as Backend & SyncRead;
    const wasm = this.#backend;
    const copies = this.#copies;
    const executable = wasm.compile(graph, () => kernels(wasm.capabilities));
    const leaves = graph.leaves.length;
    let isDisposed = false;
    this.#graphs++;
    return {
      run(bindings) {
        // Buffers bound twice are one buffer there too.
        const twins = new Map<BackendBuffer, BackendBuffer>();
        const twinOf = (buffer: BackendBuffer): BackendBuffer => {
          const twin = twins.get(buffer) ?? wasm.allocate(buffer.bytes);
          twins.set(buffer, twin);
          return twin;
        };
        const bound = bindings.map(twinOf);
        try {
          for (const buffer of new Set(bindings)) {
            const bytes = new Uint8Array(buffer.bytes);
            copies.read(buffer, bytes);
            wasm.write(twinOf(buffer), "uint8", bytes);
          }
          executable.run(bound);
          for (const buffer of new Set(bindings.slice(leaves))) {
            copies.write(buffer, wasm.readNow(twinOf(buffer), "uint8", buffer.bytes) as Uint8Array);
          }
        } finally {
          for (const twin of twins.values()) wasm.free(twin);
        }
      },
      dispose: () => {
        if (isDisposed) return;
        isDisposed = true;
        executable.dispose();
        if (--this.#graphs === 0) this.dispose();
      },
    };
  }

  dispose(): void {
    this.#backend?.dispose();
    this.#backend = null;
  }
}

/** What wasm's memory allows besides: reading at once. */
interface SyncRead {
  readNow(buffer: BackendBuffer, dtype: "uint8", length: number): ArrayLike<number>;
}
