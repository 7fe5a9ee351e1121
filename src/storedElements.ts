// Elements of tensors in the memory of a backend, from when they are asked for until nobody refers to them.
import type { Backend, BackendBuffer } from "./backend/backend.ts";
import type { Storage } from "./tensor/node.ts";

/** Elements of one tensor in a backend's memory; freed when nothing refers to this object any more. */
export class StoredElements implements Storage {
  readonly backend: Backend;
  readonly bytes: number;
  version = 0;
  released = false;
  #buffer: BackendBuffer | null = null;
  /** Makes the buffer on first use: starting values of a network that is only looked at are never computed. */
  #make: (() => BackendBuffer) | null;

  constructor(backend: Backend, bytes: number, make: () => BackendBuffer) {
    this.backend = backend;
    this.bytes = bytes;
    this.#make = make;
  }

  get buffer(): BackendBuffer {
    if (this.#buffer !== null) return this.#buffer;
    const buffer = (this.#make as () => BackendBuffer)();
    reclaim.register(this, { backend: this.backend, buffer });
    this.#make = null;
    this.#buffer = buffer;
    return buffer;
  }

  /** Other elements instead, if there are none yet. Returns whether that was so. */
  remake(make: () => BackendBuffer): boolean {
    if (this.#buffer !== null) return false;
    this.#make = make;
    return true;
  }
}

/** Frees a buffer once its StoredElements is unreachable. */
const reclaim = new FinalizationRegistry<{ backend: Backend; buffer: BackendBuffer }>(
  ({ backend, buffer }) => {
    backend.free(buffer);
  },
);

/** Elements whose buffers are there: what was to make them later may no longer change. */
export function made(elements: readonly StoredElements[]): readonly StoredElements[] {
  for (const each of elements) void each.buffer;
  return elements;
}
