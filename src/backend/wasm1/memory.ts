// One WebAssembly memory for everything: tensors, temporaries, control blocks. Blocks are multiples
// of 64 bytes with slack behind them, so that a vector read at a tail never leaves the memory.
import { BackendError } from "../../tensor/errors.ts";

const page = 65536;
const maximumPages = 65536;
const unit = 64;

/** A piece of the memory. */
export interface Block {
  readonly address: number;
  /** Bytes asked for. */
  readonly bytes: number;
}

export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** Free spans by address, none adjacent to another. */
  readonly #free: { start: number; end: number }[] = [];
  readonly #used = new Map<number, number>();
  #end = page;
  #bytesUsed = 0;

  constructor(shared: boolean) {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: maximumPages, shared });
  }

  /** Bytes of all blocks in use, with their slack. */
  get bytesUsed(): number {
    return this.#bytesUsed;
  }

  get blocks(): number {
    return this.#used.size;
  }

  /**
   * A block of at least `bytes` bytes, at a multiple of 64. Its contents are undefined.
   * @throws BackendError if the memory cannot grow that far
   */
  allocate(bytes: number): Block {
    const size = Math.ceil(bytes / unit) * unit + unit;
    const start = this.#takeFree(size) ?? this.#takeEnd(size);
    this.#used.set(start, size);
    this.#bytesUsed += size;
    return { address: start, bytes };
  }

  free({ address }: Block): void {
    const size = this.#used.get(address);
    if (size === undefined) throw new Error(`wasm: block at ${address} is not in use`);
    this.#used.delete(address);
    this.#bytesUsed -= size;
    this.#giveBack(address, address + size);
  }

  /** The memory's bytes as they are now; growing makes older views too short. */
  bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  /** The smallest free span that is large enough. */
  #takeFree(size: number): number | null {
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const { start, end } = this.#free[i] as { start: number; end: number };
      const chosen = this.#free[best];
      if (end - start >= size && (chosen === undefined || end - start < chosen.end - chosen.start)) best = i;
    }
    const span = this.#free[best];
    if (span === undefined) return null;
    const { start } = span;
    if (span.end - start === size) this.#free.splice(best, 1);
    else span.start += size;
    return start;
  }

  #takeEnd(size: number): number {
    const start = this.#end;
    const end = start + size;
    const have = this.memory.buffer.byteLength;
    if (end > have) {
      const pages = Math.ceil((end - have) / page);
      // Some more than needed, so that many small requests do not grow the memory each time.
      const generous = Math.min(Math.max(pages, Math.ceil(have / page / 8)), maximumPages - have / page);
      try {
        if (pages > maximumPages - have / page) throw new RangeError("beyond 4 GiB");
        this.memory.grow(Math.max(pages, generous));
      } catch (cause) {
        throw new BackendError("out of memory", {
          facts: [
            { name: "asked", value: megabytes(size) },
            { name: "in use", value: megabytes(this.#bytesUsed) },
            { name: "limit", value: "4096 MB" },
          ],
          hint: "use a smaller batch",
          cause,
        });
      }
    }
    this.#end = end;
    return start;
  }

  #giveBack(start: number, end: number): void {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#free[middle] as { start: number }).start < start) low = middle + 1;
      else high = middle;
    }
    const before = this.#free[low - 1];
    const after = this.#free[low];
    if (before?.end === start) {
      before.end = after?.start === end ? after.end : end;
      if (after?.start === end) this.#free.splice(low, 1);
    } else if (after?.start === end) after.start = start;
    else this.#free.splice(low, 0, { start, end });
    const last = this.#free.at(-1);
    if (last?.end === this.#end) {
      this.#end = last.start;
      this.#free.pop();
    }
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
