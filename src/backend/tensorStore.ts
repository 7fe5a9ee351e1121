// What backends with memory of their own do alike: hand out room for tensors, count it, and say what is wrong with a buffer.
import { BackendError } from "../tensor/errors.ts";
import type { Allocation } from "./allocator.ts";
import type { BackendBuffer } from "./backend.ts";
import type { GrowingMemory } from "./growingMemory.ts";

/** Elements of a tensor in a backend's memory. */
export class StoredBuffer implements BackendBuffer {
  readonly memory: GrowingMemory;
  readonly block: Allocation;
  readonly bytes: number;
  #isLive = true;

  constructor(memory: GrowingMemory, bytes: number) {
    this.memory = memory;
    this.block = memory.allocate(bytes);
    this.bytes = bytes;
  }

  /** False once it was freed. Its block may be in use again by then, for another. */
  get isLive(): boolean {
    return this.#isLive;
  }

  free(): void {
    this.#isLive = false;
    this.memory.free(this.block);
  }
}

/** All tensors of one backend. It lays them into the backend's memory, which stays the backend's own. */
export class TensorStore {
  readonly #memory: GrowingMemory;
  #bytes = 0;
  #count = 0;
  #isDisposed = false;

  constructor(memory: GrowingMemory) {
    this.#memory = memory;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** @throws BackendError if the store was disposed of, or memory is full */
  allocate(bytes: number): StoredBuffer {
    this.checkAlive();
    const buffer = new StoredBuffer(this.#memory, bytes);
    this.#bytes += bytes;
    this.#count++;
    return buffer;
  }

  /** @throws BackendError if the buffer is of another backend, or was freed */
  free(buffer: BackendBuffer): void {
    // Tensors may be collected after their backend was disposed of.
    if (this.#isDisposed) return;
    const own = this.#own(buffer);
    own.free();
    this.#bytes -= own.bytes;
    this.#count--;
  }

  /**
   * Where a buffer begins, for `bytes` bytes that are "written to" or "read from" it.
   * @throws BackendError if it is of another backend, was freed or is smaller, or the store was disposed of
   */
  addressFor(access: "written to" | "read from", buffer: BackendBuffer, bytes: number): number {
    this.checkAlive();
    const own = this.#own(buffer);
    if (bytes > own.bytes) {
      throw this.#error(`${bytes} bytes ${access} a buffer of ${own.bytes}`);
    }
    return own.block.address;
  }

  /** Bytes in use by tensors, and by temporaries. */
  usage(): { readonly tensors: number; readonly arena: number; readonly buffers: number } {
    return { tensors: this.#bytes, arena: this.#memory.arena.bytes, buffers: this.#count };
  }

  /** @throws BackendError if the store was disposed of */
  checkAlive(): void {
    if (!this.#isDisposed) return;
    throw this.#error("this backend was disposed of", "make a new backend");
  }

  /** From now on nothing is handed out, and giving back is nothing. */
  dispose(): void {
    this.#isDisposed = true;
  }

  #own(buffer: BackendBuffer): StoredBuffer {
    if (!(buffer instanceof StoredBuffer) || buffer.memory !== this.#memory) {
      throw this.#error("a buffer of another backend");
    }
    if (!buffer.isLive) throw this.#error("this buffer was freed");
    return buffer;
  }

  #error(message: string, hint?: string): BackendError {
    const what = `${this.#memory.backend}: ${message}`;
    return new BackendError(what, hint === undefined ? {} : { hint });
  }
}
