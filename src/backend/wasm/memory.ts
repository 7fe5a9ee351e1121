// The memory of the WASM backend: one WebAssembly.Memory, shared where threads are used, in which
// tensors, programs' frames and the arena for temporaries lie.
import { BackendError } from "../../tensor/errors.ts";
import { type Allocation, Allocator } from "../allocator.ts";
import { controlBytes } from "./control.ts";
import { pointerReach } from "./pointers.ts";

const pageBytes = 65_536;
/** 4 GiB: as far as 32-bit addresses reach. */
const pageLimit = 65_536;
/** Free bytes after each block: a vector load at the end of a tensor may reach past it. */
const slack = 64;
/** Memory grows by at least this, and by an eighth of its size. */
const smallestGrowth = 1 << 20;

/** Where the words lie by which the threads talk to each other. */
export const controlAddress = pointerReach;

/** Memory that grows on demand. Untouched pages cost nothing, so what lies below the blocks is free. */
export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  readonly isShared: boolean;
  readonly #limit: number;
  readonly #allocator = new Allocator(controlAddress + controlBytes);
  #bytes: Uint8Array;
  #arena: { readonly block: Allocation; readonly bytes: number } | null = null;

  constructor(isShared: boolean, maximumPages = pageLimit) {
    const initial = Math.ceil((controlAddress + controlBytes) / pageBytes);
    this.isShared = isShared;
    this.#limit = maximumPages * pageBytes;
    try {
      this.memory = new WebAssembly.Memory({ initial, maximum: maximumPages, shared: isShared });
    } catch (cause) {
      throw new BackendError("wasm: this process cannot reserve memory", { cause });
    }
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#allocator.extend(this.#bytes.length);
  }

  /** All of memory. Ask again after allocating: growing replaces the array. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  /** Bytes that memory can grow to. */
  get limit(): number {
    return this.#limit;
  }

  /** A block of `bytes` bytes, at a multiple of 64. What they hold is not defined. */
  allocate(bytes: number): Allocation {
    const wanted = bytes + slack;
    const block = this.#allocator.allocate(wanted);
    if (block !== null) return block;
    this.#grow(wanted, bytes);
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

  #grow(wanted: number, bytes: number): void {
    const size = this.bytes.length;
    const needed = this.#allocator.shortage(wanted);
    const generous = Math.max(needed, smallestGrowth, size / 8);
    let cause: unknown;
    for (const growth of [generous, needed]) {
      try {
        this.memory.grow(Math.ceil(growth / pageBytes));
        this.#allocator.extend(this.bytes.length);
        return;
      } catch (error) {
        cause = error;
      }
    }
    throw new BackendError("wasm: out of memory", {
      facts: [
        { name: "wanted", value: formatBytes(bytes) },
        { name: "memory", value: formatBytes(size), remark: "its size now" },
        { name: "limit", value: formatBytes(this.#limit) },
      ],
      hint: "use a smaller batch, or free tensors that are no longer needed",
      cause,
    });
  }
}

/** 1536 → "1.5 KiB". */
function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[power]}`;
}
