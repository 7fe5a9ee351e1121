// What the memories of all backends share: blocks in one range of addresses that grows, and among them the arena.
import { BackendError } from "../tensor/errors.ts";
import type { Allocation, Allocator } from "./allocator.ts";

/** Free bytes after each block: a vector load at the end of a tensor may reach past it. */
const slack = 64;

export abstract class GrowingMemory {
  /** The name of the backend whose memory it is, for errors. */
  readonly backend: string;
  /** Bytes that memory can grow to. */
  abstract readonly limit: number;
  protected readonly allocator: Allocator;
  #arena: { readonly block: Allocation; readonly bytes: number } | null = null;

  protected constructor(backend: string, allocator: Allocator) {
    this.backend = backend;
    this.allocator = allocator;
  }

  /** A block of `bytes` bytes, at a multiple of 64. What they hold is not defined. */
  allocate(bytes: number): Allocation {
    const wanted = bytes + slack;
    const block = this.allocator.allocate(wanted);
    if (block !== null) return block;
    this.grow(this.allocator.shortage(wanted), bytes);
    return this.allocator.allocate(wanted) as Allocation;
  }

  free(block: Allocation): void {
    this.allocator.free(block);
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

  /** Extends the allocator by at least `needed` bytes, for a block of `bytes`; throws `outOfMemory` if it cannot. */
  protected abstract grow(needed: number, bytes: number): void;

  /** What the limit is a limit of, where that needs a word. */
  protected get limitRemark(): string | null {
    return null;
  }

  protected outOfMemory(wanted: number, size: number, cause?: unknown): Error {
    return new BackendError(`${this.backend}: out of memory`, {
      facts: [
        { name: "wanted", value: formatBytes(wanted) },
        { name: "memory", value: formatBytes(size), remark: "its size now" },
        {
          ...{ name: "limit", value: formatBytes(this.limit) },
          ...(this.limitRemark === null ? {} : { remark: this.limitRemark }),
        },
      ],
      hint: "use a smaller batch, or free tensors that are no longer needed",
      cause,
    });
  }
}

/** 1536 → "1.5 KiB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[power]}`;
}
