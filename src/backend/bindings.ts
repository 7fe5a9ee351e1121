// The buffers that a program is handed at each run: checked against its slots, and turned into addresses.
import type { Slot } from "../kernel/ir.ts";
import { BackendError } from "../tensor/errors.ts";
import type { BackendBuffer } from "./backend.ts";
import type { GrowingMemory } from "./growingMemory.ts";
import { StoredBuffer } from "./tensorStore.ts";

export class Bindings {
  readonly #memory: GrowingMemory;
  /** Bytes that each bound slot needs. */
  readonly #needed: readonly number[];
  /** Where the buffers of the last `bind` begin, in the order of the bound slots. */
  readonly addresses: Float64Array;

  constructor(memory: GrowingMemory, slots: readonly Slot[]) {
    this.#memory = memory;
    this.#needed = slots.filter(({ kind }) => kind === "bound").map(({ bytes }) => bytes);
    this.addresses = new Float64Array(this.#needed.length);
  }

  /**
   * Checks the buffers of a run and writes down where they lie.
   * @throws BackendError if there are too few or too many, or one is freed, too small or of another backend
   */
  bind(buffers: readonly BackendBuffer[]): void {
    const { backend } = this.#memory;
    if (buffers.length !== this.#needed.length) {
      throw new BackendError(
        `${backend}: ${buffers.length} buffers for ${this.#needed.length} slots`,
      );
    }
    buffers.forEach((buffer, i) => {
      const bytes = this.#needed[i] as number;
      const isOwn = buffer instanceof StoredBuffer && buffer.memory === this.#memory;
      if (!isOwn || !buffer.isLive || buffer.bytes < bytes) {
        throw new BackendError(
          `${backend}: buffer ${i} is not a live buffer of at least ${bytes} bytes`,
        );
      }
      this.addresses[i] = buffer.block.address;
    });
  }
}
