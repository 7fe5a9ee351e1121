// The memory of the native backend: one range of addresses, reserved at once and made usable as it is needed.
import { BackendError } from "../../tensor/errors.ts";
import { type Allocation, Allocator } from "../allocator.ts";
import { builtin } from "./builtin.ts";
import type { RuntimeFunctions } from "./runtime.ts";

/** Memory becomes usable in steps of this: the size of a large page. */
const step = 2 ** 21;
/** Free bytes after each block: a vector load at the end of a tensor may reach past it. */
const slack = 64;

export class NativeMemory {
  readonly limit: number;
  readonly #call: RuntimeFunctions;
  readonly #start: number;
  readonly #reserved: number;
  readonly #allocator: Allocator;
  #usable: number;
  #arena: { readonly block: Allocation; readonly bytes: number } | null = null;

  /** @throws BackendError if no addresses can be reserved */
  constructor(call: RuntimeFunctions, limit = machineBytes()) {
    this.#call = call;
    let reserved = Math.ceil(limit / step) * step;
    let start = call.reserve(reserved + step);
    // A limit on the process's addresses may refuse as much as the machine has.
    while (start === 0 && reserved > step) {
      reserved = Math.floor(reserved / 2 / step) * step;
      start = call.reserve(reserved + step);
    }
    if (start === 0) throw new BackendError("native: this process cannot reserve memory");
    this.#start = start;
    this.#reserved = reserved + step;
    this.limit = reserved;
    this.#usable = Math.ceil(start / step) * step;
    this.#allocator = new Allocator(this.#usable);
  }

  /** A block of `bytes` bytes, at a multiple of 64. What they hold is not defined. */
  allocate(bytes: number): Allocation {
    const wanted = bytes + slack;
    const block = this.#allocator.allocate(wanted);
    if (block !== null) return block;
    this.#grow(this.#allocator.shortage(wanted), bytes);
    return this.#allocator.allocate(wanted) as Allocation;
  }

  free(block: Allocation): void {
    this.#allocator.free(block);
  }

  /** Makes the arena at least this large. Its address may change, what it holds is lost. */
  reserveArena(bytes: number): void {
    const old = this.#arena;
    if (bytes <= (old?.bytes ?? 0)) return;
    if (old !== null) this.free(old.block);
    this.#arena = null;
    this.#arena = { block: this.allocate(bytes), bytes };
  }

  /** Temporaries of whichever program is running. */
  get arena(): { readonly address: number; readonly bytes: number } {
    return { address: this.#arena?.block.address ?? 0, bytes: this.#arena?.bytes ?? 0 };
  }

  /** Gives everything back; nothing may use it any more. */
  dispose(): void {
    this.#call.release(this.#start, this.#reserved);
  }

  #grow(needed: number, bytes: number): void {
    const end = this.#start + this.#reserved;
    const size = this.#usable - this.#start;
    const generous = Math.ceil(Math.max(needed, size / 8) / step) * step;
    for (const growth of [generous, Math.ceil(needed / step) * step]) {
      if (this.#usable + growth > end) continue;
      if (this.#call.commit(this.#usable, growth) === 0) continue;
      this.#usable += growth;
      this.#allocator.extend(this.#usable);
      return;
    }
    throw new BackendError("native: out of memory", {
      facts: [
        { name: "wanted", value: mebibytes(bytes) },
        { name: "memory", value: mebibytes(size), remark: "its size now" },
        { name: "limit", value: mebibytes(this.limit) },
      ],
      hint: "use a smaller batch, or free tensors that are no longer needed",
    });
  }
}

/** Bytes of memory that the machine, or the container, has. */
function machineBytes(): number {
  const total = builtin("node:os").totalmem();
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(total, constrained) : total;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
