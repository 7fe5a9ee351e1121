// The allocator of the wasm backend, as a property; and the memory around it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Allocation, Allocator, alignment } from "../../src/backend/allocator.ts";
import { WasmMemory } from "../../src/backend/wasm/memory.ts";

interface Step {
  /** Bytes to allocate; or, if null, free one of the blocks. */
  readonly bytes: number | null;
  readonly which: number;
}

const sizes = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 1 << 20 }),
  fc.constantFrom(0, 1, 63, 64, 65, 4096, 1 << 16),
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ bytes: fc.option(sizes, { freq: 2 }), which: fc.nat() }),
  { maxLength: 200 },
);

describe("allocator", () => {
  test("blocks never overlap, are aligned, and all join again when freed", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 1000 }), (history, start) => {
        const allocator = new Allocator(start);
        const first = allocator.end;
        const used: { block: Allocation; address: number; bytes: number }[] = [];
        for (const { bytes, which } of history) {
          if (bytes === null) {
            const [block] = used.splice(which % Math.max(used.length, 1), 1);
            if (block !== undefined) allocator.free(block.block);
            continue;
          }
          let block = allocator.allocate(bytes);
          if (block === null) {
            allocator.extend(allocator.end + allocator.shortage(bytes));
            block = allocator.allocate(bytes);
          }
          if (block === null) throw new Error(`no room for ${bytes} bytes after growing`);
          const { address } = block;
          expect(address % alignment).toBe(0);
          expect(address).toBeGreaterThanOrEqual(first);
          expect(address + bytes).toBeLessThanOrEqual(allocator.end);
          for (const other of used) {
            const apart =
              address + bytes <= other.address || other.address + other.bytes <= address;
            // A block of no bytes has an address of its own all the same.
            expect(apart && address !== other.address).toBe(true);
          }
          used.push({ block, address, bytes });
        }
        expect(allocator.count).toBe(used.length);
        for (const { block } of used) allocator.free(block);
        const all = allocator.end - first;
        if (all > 0) expect(allocator.allocate(all)?.address).toBe(first);
      }),
    );
  });

  test("takes the block that fits rather than the first", () => {
    const allocator = new Allocator(0);
    allocator.extend(64 * 100);
    const [large, , small] = [10, 1, 2, 1].map(
      (units) => allocator.allocate(units * 64) as Allocation,
    );
    allocator.free(large as Allocation);
    allocator.free(small as Allocation);
    expect(allocator.allocate(128)?.address).toBe(small?.address);
    expect(allocator.allocate(640)?.address).toBe(large?.address);
  });

  test("refuses to free what is not in use", () => {
    const allocator = new Allocator(0);
    allocator.extend(640);
    const block = allocator.allocate(64) as Allocation;
    allocator.free(block);
    expect(() => allocator.free(block)).toThrow("allocator: 0 was freed before");
  });

  test("stays fast with many blocks", () => {
    const allocator = new Allocator(0);
    allocator.extend(1 << 30);
    const start = performance.now();
    const blocks = Array.from(
      { length: 50_000 },
      (_, i) => allocator.allocate(64 * (1 + (i % 50))) as Allocation,
    );
    for (let i = 0; i < blocks.length; i += 2) allocator.free(blocks[i] as Allocation);
    for (let i = 0; i < 50_000; i++) allocator.free(allocator.allocate(6400 + i) as Allocation);
    // Some 50 ms. A search through all free blocks would take minutes.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe.each([false, true])("memory, shared: %s", (isShared) => {
  test("starts small and grows on demand, keeping what it holds", () => {
    const memory = new WasmMemory(isShared);
    expect(memory.bytes.length).toBeLessThan(8 << 20);
    const { address: first } = memory.allocate(100);
    memory.bytes.fill(7, first, first + 100);
    const { address: second } = memory.allocate(64 << 20);
    expect(memory.bytes.length).toBeGreaterThan(64 << 20);
    memory.bytes.fill(9, second, second + (64 << 20));
    expect(memory.bytes.subarray(first, first + 100).every((byte) => byte === 7)).toBe(true);
  });

  test("leaves 64 bytes after each block", () => {
    const memory = new WasmMemory(isShared);
    const addresses = Array.from({ length: 100 }, (_, i) => memory.allocate(i * 97).address).sort(
      (a, b) => a - b,
    );
    for (const [i, address] of addresses.entries()) {
      expect((addresses[i + 1] ?? memory.bytes.length) - address).toBeGreaterThanOrEqual(
        i * 97 + 64,
      );
    }
  });

  test("the arena grows to the largest that was asked for", () => {
    const memory = new WasmMemory(isShared);
    memory.reserveArena(1000);
    memory.reserveArena(500);
    expect(memory.arena.bytes).toBe(1000);
    memory.reserveArena(5000);
    expect(memory.arena.bytes).toBe(5000);
    expect(memory.arena.address % alignment).toBe(0);
  });
});

test("says how much was wanted when there is no more", () => {
  const memory = new WasmMemory(true, 100);
  expect(() => memory.allocate(3 << 29)).toThrowErrorMatchingInlineSnapshot(`
    [BackendError: wasm: out of memory
      wanted   1.5 GiB
      memory   4.1 MiB   its size now
      limit    6.3 MiB
      hint     use a smaller batch, or free tensors that are no longer needed]
  `);
  // What is left can still be had.
  expect(memory.allocate(1 << 20).isInUse).toBe(true);
});
