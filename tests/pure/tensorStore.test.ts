// What all backends with memory of their own do alike, on a memory that is only addresses.
import { describe, expect, test } from "vitest";
import { Allocator } from "../../src/backend/allocator.ts";
import { Bindings } from "../../src/backend/bindings.ts";
import { GrowingMemory } from "../../src/backend/growingMemory.ts";
import { TensorStore } from "../../src/backend/tensorStore.ts";

class Addresses extends GrowingMemory {
  readonly limit = 4096;

  constructor() {
    super("toy", new Allocator(64));
    this.allocator.extend(this.limit);
  }

  protected grow(_needed: number, bytes: number): void {
    throw this.outOfMemory(bytes, this.limit);
  }
}

describe("tensors of a backend", () => {
  test("are counted until they are freed; a failed allocation is not", () => {
    const memory = new Addresses();
    const tensors = new TensorStore(memory);
    const first = tensors.allocate(100);
    tensors.allocate(0);
    expect(() => tensors.allocate(5000)).toThrow("toy: out of memory");
    memory.reserveArena(32);
    expect(tensors.usage()).toEqual({ tensors: 100, arena: 32, buffers: 2 });
    tensors.free(first);
    expect(tensors.usage()).toEqual({ tensors: 0, arena: 32, buffers: 1 });
  });

  test("have an address for as many bytes as they have, and no more", () => {
    const tensors = new TensorStore(new Addresses());
    const buffer = tensors.allocate(8);
    expect(tensors.addressFor("written to", buffer, 8)).toBe(buffer.block.address);
    expect(() => tensors.addressFor("written to", buffer, 12)).toThrow(
      "toy: 12 bytes written to a buffer of 8",
    );
    expect(() => tensors.addressFor("read from", buffer, 9)).toThrow(
      "toy: 9 bytes read from a buffer of 8",
    );
  });

  test("are told from those of another backend of the same kind, and from freed ones", () => {
    const tensors = new TensorStore(new Addresses());
    const foreign = new TensorStore(new Addresses()).allocate(8);
    for (const buffer of [foreign, { bytes: 8 }]) {
      expect(() => tensors.free(buffer)).toThrow("toy: a buffer of another backend");
      expect(() => tensors.addressFor("read from", buffer, 4)).toThrow("another backend");
    }
    const buffer = tensors.allocate(8);
    tensors.free(buffer);
    expect(() => tensors.free(buffer)).toThrow("toy: this buffer was freed");
    // Whoever gets its memory next does not bring it back.
    const next = tensors.allocate(8);
    expect(next.block).toBe(buffer.block);
    expect(() => tensors.free(buffer)).toThrow("toy: this buffer was freed");
    expect(tensors.usage().buffers).toBe(1);
  });

  test("after disposal, only giving back is allowed", () => {
    const tensors = new TensorStore(new Addresses());
    const buffer = tensors.allocate(8);
    tensors.dispose();
    expect(tensors.isDisposed).toBe(true);
    tensors.free(buffer);
    tensors.free(buffer);
    expect(() => tensors.allocate(8)).toThrowErrorMatchingInlineSnapshot(`
      [BackendError: toy: this backend was disposed of
        hint     make a new backend]
    `);
    expect(() => tensors.addressFor("read from", buffer, 4)).toThrow("was disposed of");
  });
});

describe("what a program is handed", () => {
  const memory = new Addresses();
  const tensors = new TensorStore(memory);
  const slots = [
    { kind: "bound", bytes: 20 },
    { kind: "arena", offset: 0, bytes: 400 },
    { kind: "bound", bytes: 4 },
  ] as const;

  test("becomes addresses, in the order of the bound slots", () => {
    const bindings = new Bindings(memory, slots);
    const [a, b] = [tensors.allocate(20), tensors.allocate(24)];
    bindings.bind([a, b]);
    expect([...bindings.addresses]).toEqual([a.block.address, b.block.address]);
    bindings.bind([b, b]);
    expect([...bindings.addresses]).toEqual([b.block.address, b.block.address]);
    new Bindings(memory, []).bind([]);
  });

  test("is refused if it does not fit", () => {
    const bindings = new Bindings(memory, slots);
    const good = tensors.allocate(20);
    const freed = tensors.allocate(20);
    tensors.free(freed);
    const foreign = new TensorStore(new Addresses()).allocate(20);
    expect(() => bindings.bind([good])).toThrow("toy: 1 buffers for 2 slots");
    expect(() => bindings.bind([good, good, good])).toThrow("toy: 3 buffers for 2 slots");
    for (const bad of [tensors.allocate(16), freed, foreign, { bytes: 20 }]) {
      expect(() => bindings.bind([bad, good])).toThrow(
        "toy: buffer 0 is not a live buffer of at least 20 bytes",
      );
    }
    expect(() => bindings.bind([good, freed])).toThrow("toy: buffer 1 is not a live buffer");
  });
});
