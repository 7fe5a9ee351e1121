// Shares out a range of addresses: a two-level segregated fit (Masmano et al. 2004, "TLSF"). Free
// blocks lie in bins by size, eight to each power of two; allocating and freeing look at a constant
// number of them. Neighbouring free blocks are always joined. Blocks are objects, not addresses in a
// Map: V8's Map takes long where one key is added and deleted again and again.

/** Every block starts at a multiple of this and is a multiple of it long. */
export const alignment = 64;

/** A piece of the range that is in use. */
export interface Allocation {
  /** A multiple of 64. */
  readonly address: number;
  /** False once it was given back. */
  readonly isInUse: boolean;
}

/** A piece in use or free. All lie in a list by address; free ones are also in a bin's list. */
interface Block extends Allocation {
  bytes: number;
  isInUse: boolean;
  before: Block | null;
  after: Block | null;
  previousInBin: Block | null;
  nextInBin: Block | null;
}

export class Allocator {
  readonly #bins: (Block | null)[] = [];
  #count = 0;
  #last: Block | null = null;
  #end: number;

  /** Manages nothing at first; `extend` adds addresses from `start` on. */
  constructor(start: number) {
    this.#end = Math.ceil(start / alignment) * alignment;
  }

  /** First address beyond the range. */
  get end(): number {
    return this.#end;
  }

  /** Number of blocks in use. */
  get count(): number {
    return this.#count;
  }

  /** Adds the addresses up to `end`. */
  extend(end: number): void {
    const bytes = Math.floor((end - this.#end) / alignment) * alignment;
    if (bytes <= 0) return;
    const block = newBlock(this.#end, bytes, this.#last);
    this.#end += bytes;
    this.#last = block;
    this.#release(block);
  }

  /** Bytes by which the range must grow, at its end, to hold a block of this size. */
  shortage(bytes: number): number {
    const { isInUse, bytes: left } = this.#last ?? { isInUse: true, bytes: 0 };
    return Math.max(0, roundUp(bytes) - (isInUse ? 0 : left));
  }

  /** A block of at least `bytes`, or null if the range has no room. */
  allocate(bytes: number): Allocation | null {
    const size = roundUp(bytes);
    const block = this.#find(size);
    if (block === null) return null;
    this.#unlink(block);
    block.isInUse = true;
    if (block.bytes > size) {
      const { after } = block;
      const rest = newBlock(block.address + size, block.bytes - size, block);
      rest.after = after;
      if (after !== null) after.before = rest;
      else this.#last = rest;
      block.bytes = size;
      this.#release(rest);
    }
    this.#count++;
    return block;
  }

  /** Gives a block back. */
  free(allocation: Allocation): void {
    if (!allocation.isInUse) throw new Error(`allocator: ${allocation.address} was freed before`);
    this.#count--;
    this.#release(allocation as Block);
  }

  /** Joins a block with free neighbours and puts it in its bin. */
  #release(block: Block): void {
    let joined = block;
    if (block.before?.isInUse === false) {
      joined = block.before;
      this.#unlink(joined);
      this.#swallow(joined, block);
    }
    const { after } = joined;
    if (after?.isInUse === false) {
      this.#unlink(after);
      this.#swallow(joined, after);
    }
    joined.isInUse = false;
    const bin = binOf(joined.bytes);
    const head = this.#bins[bin] ?? null;
    joined.previousInBin = null;
    joined.nextInBin = head;
    if (head !== null) head.previousInBin = joined;
    this.#bins[bin] = joined;
  }

  /** Adds a block to the one before it. */
  #swallow(block: Block, next: Block): void {
    block.bytes += next.bytes;
    block.after = next.after;
    if (block.after !== null) block.after.before = block;
    else this.#last = block;
  }

  #unlink(block: Block): void {
    if (block.previousInBin !== null) block.previousInBin.nextInBin = block.nextInBin;
    else this.#bins[binOf(block.bytes)] = block.nextInBin;
    if (block.nextInBin !== null) block.nextInBin.previousInBin = block.previousInBin;
  }

  /** A free block that is large enough: the first that fits in its own bin, or any from a higher one. */
  #find(size: number): Block | null {
    const own = binOf(size);
    for (let block = this.#bins[own] ?? null; block !== null; block = block.nextInBin) {
      if (block.bytes >= size) return block;
    }
    for (let bin = own + 1; bin < this.#bins.length; bin++) {
      const block = this.#bins[bin] ?? null;
      if (block !== null) return block;
    }
    return null;
  }
}

function newBlock(address: number, bytes: number, before: Block | null): Block {
  const alone = { after: null, previousInBin: null, nextInBin: null };
  const block = { address, bytes, isInUse: true, before, ...alone };
  if (before !== null) before.after = block;
  return block;
}

function roundUp(bytes: number): number {
  return Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
}

/** Eight bins to each power of two of the size in units of the alignment. */
function binOf(bytes: number): number {
  const units = bytes / alignment;
  if (units < 8) return units;
  const power = 31 - Math.clz32(units);
  return (power - 2) * 8 + (Math.floor(units / 2 ** (power - 3)) - 8);
}
