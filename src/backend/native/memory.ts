// The memory of the native backend: one range of addresses, reserved at once and made usable as it is needed.
import { BackendError } from "../../tensor/errors.ts";
import { Allocator } from "../allocator.ts";
import { GrowingMemory } from "../growingMemory.ts";
import { builtin } from "./builtin.ts";
import type { RuntimeFunctions } from "./runtime.ts";

/** Memory becomes usable in steps of this: the size of a large page. */
const step = 2 ** 21;

export class NativeMemory extends GrowingMemory {
  readonly limit: number;
  readonly #call: RuntimeFunctions;
  readonly #start: number;
  readonly #reserved: number;
  #usable: number;

  /** @throws BackendError if no addresses can be reserved */
  constructor(call: RuntimeFunctions, limit = machineBytes()) {
    const { start, bytes } = reserve(call, limit);
    const usable = Math.ceil(start / step) * step;
    super("native", new Allocator(usable));
    this.#call = call;
    this.#start = start;
    this.#reserved = bytes + step;
    this.limit = bytes;
    this.#usable = usable;
  }

  /** Gives everything back; nothing may use it any more. */
  dispose(): void {
    this.#call.release(this.#start, this.#reserved);
  }

  protected grow(needed: number, bytes: number): void {
    const end = this.#start + this.#reserved;
    const size = this.#usable - this.#start;
    const generous = Math.ceil(Math.max(needed, size / 8) / step) * step;
    for (const growth of [generous, Math.ceil(needed / step) * step]) {
      if (this.#usable + growth > end) continue;
      if (this.#call.commit(this.#usable, growth) === 0) continue;
      this.#usable += growth;
      this.allocator.extend(this.#usable);
      return;
    }
    throw this.outOfMemory(bytes, size);
  }
}

/** Addresses for this many bytes and a step more; for fewer, where a limit on the process refuses so many. */
function reserve(call: RuntimeFunctions, limit: number): { start: number; bytes: number } {
  for (let bytes = Math.ceil(limit / step) * step; ; ) {
    const start = call.reserve(bytes + step);
    if (start !== 0) return { start, bytes };
    if (bytes <= step) throw new BackendError("native: this process cannot reserve memory");
    bytes = Math.floor(bytes / 2 / step) * step;
  }
}

/** Bytes of memory that the machine, or the container, has. */
function machineBytes(): number {
  const total = builtin("node:os").totalmem();
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(total, constrained) : total;
}
