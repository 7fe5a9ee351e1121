// The memory of the WASM backend: one WebAssembly.Memory, shared where threads are used, in which
// tensors, programs' frames and the arena for temporaries lie.
import { BackendError } from "../../tensor/errors.ts";
import { Allocator } from "../allocator.ts";
import { GrowingMemory } from "../growingMemory.ts";
import { controlBytes } from "./control.ts";
import { pointerReach } from "./pointers.ts";

const pageBytes = 65_536;
/** 4 GiB: as far as 32-bit addresses reach. */
const pageLimit = 65_536;
/** Memory grows by at least this, and by an eighth of its size. */
const smallestGrowth = 1 << 20;

/** Where the words lie by which the threads talk to each other. */
export const controlAddress = pointerReach;

/** Memory that grows on demand. Untouched pages cost nothing, so what lies below the blocks is free. */
export class WasmMemory extends GrowingMemory {
  readonly memory: WebAssembly.Memory;
  readonly isShared: boolean;
  readonly limit: number;
  #bytes: Uint8Array;

  constructor(isShared: boolean, maximumPages = pageLimit) {
    super("wasm", new Allocator(controlAddress + controlBytes));
    const initial = Math.ceil((controlAddress + controlBytes) / pageBytes);
    this.isShared = isShared;
    this.limit = maximumPages * pageBytes;
    try {
      this.memory = new WebAssembly.Memory({ initial, maximum: maximumPages, shared: isShared });
    } catch (cause) {
      throw new BackendError("wasm: this process cannot reserve memory", { cause });
    }
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.allocator.extend(this.#bytes.length);
  }

  /** All of memory. Ask again after allocating: growing replaces the array. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  protected grow(needed: number, bytes: number): void {
    const size = this.bytes.length;
    const generous = Math.max(needed, smallestGrowth, size / 8);
    let cause: unknown;
    for (const growth of [generous, needed]) {
      try {
        this.memory.grow(Math.ceil(growth / pageBytes));
        this.allocator.extend(this.bytes.length);
        return;
      } catch (error) {
        cause = error;
      }
    }
    throw this.outOfMemory(bytes, size, cause);
  }
}
