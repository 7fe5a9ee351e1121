// A backend that only counts: graphs are planned for another backend's capabilities, and nothing is stored or computed.
import type { Graph } from "../graph/graph.ts";
import type { KernelProgram } from "../kernel/ir.ts";
import type { Rehearsal } from "../tensor/engine.ts";
import { BackendError } from "../tensor/errors.ts";
import type { Backend, BackendBuffer, Capabilities, Executable } from "./backend.ts";

export class RehearsalBackend implements Backend {
  readonly name = "rehearsal";
  readonly capabilities: Capabilities;
  #tensorBytes = 0;
  #buffers = 0;
  /** The plan whose temporaries take most. */
  #largest: KernelProgram | null = null;

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
    const program = kernels();
    if (program.arenaBytes > (this.#largest?.arenaBytes ?? -1)) this.#largest = program;
    return { run: () => {}, dispose: () => {} };
  }

  memory(): { readonly tensors: number; readonly arena: number; readonly buffers: number } {
    return {
      tensors: this.#tensorBytes,
      arena: this.#largest?.arenaBytes ?? 0,
      buffers: this.#buffers,
    };
  }

  /** What was planned so far. */
  rehearsal(): Rehearsal {
    const { tensors, arena } = this.memory();
    const { slots = [], stages = [] } = this.#largest ?? {};
    return {
      ...{ tensors, arena },
      uses: slots.flatMap((slot) => {
        const use = slot.kind === "arena" ? slot.use : undefined;
        return use === undefined ? [] : [{ ...use, bytes: slot.bytes }];
      }),
      stages: stages.map(({ launches }) => launches.flatMap(({ origin }) => origin ?? [])),
    };
  }

  dispose(): void {}
}
