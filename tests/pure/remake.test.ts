// Copies that are made again rather than kept, in plans of launches without any code.
import { describe, expect, it } from "vitest";
import type { Statement } from "../../src/kernel/ir.ts";
import { orderTasks } from "../../src/plan/order.ts";
import type { PlannedLaunch, PlannedSlot } from "../../src/plan/planner.ts";
import { type Arrangement, remakeCopies } from "../../src/plan/remake.ts";
import { Node } from "../../src/tensor/node.ts";

const mebibyte = 2 ** 20;
const node = Node.stored(
  { shape: [], dtype: "float32" },
  { bytes: 0, version: 0, released: false },
);
const load = { op: "load" };
const addition = { op: "store", value: { op: "binary", a: load, b: load } } as unknown as Statement;
const copying = { op: "store", value: load } as unknown as Statement;

function launch(reads: number[], write: number, body: Statement = copying): PlannedLaunch {
  const chunk = { id: 0, name: "chunk" };
  const kernel = { name: "k", buffers: [], chunk, body: [body] };
  const slots = [...reads, write];
  return {
    kernel,
    chunks: 1,
    slots,
    reads: slots,
    writes: [write],
    flops: 0,
    bytes: 0,
    last: false,
  };
}

/** Slot 0 is bound; the others take so many mebibytes. */
function slotsOf(sizes: readonly number[]): PlannedSlot[] {
  return sizes.map((size, i) => ({ bytes: size * mebibyte, binding: i === 0 ? 0 : -1, node }));
}

function remade(launches: readonly PlannedLaunch[], sizes: readonly number[]): Arrangement {
  const arrange = (given: Omit<Arrangement, "stageOf">): number[] => {
    const bytes = given.slots.map((slot) => (slot.binding < 0 ? slot.bytes : 0));
    return orderTasks(given.launches, { bytes, overwrites: [] });
  };
  const given = { launches, slots: slotsOf(sizes), isOnce: launches.map(() => false) };
  return remakeCopies({ ...given, stageOf: arrange(given) }, arrange);
}

/** A copy (slot 2) of slot 1 that is read at once and after the peak, at which slots 4 and 5 are there. */
function pooled(copy: Statement, source = 1): PlannedLaunch[] {
  return [
    launch([0], 1, addition),
    launch([source], 2, copy),
    launch([2], 3, addition),
    launch([3], 4, addition),
    launch([4], 5, addition),
    launch([5, 1], 6, addition),
    launch([6, 2, 1], 7, addition),
  ];
}

const sizes = [1, 8, 8, 1, 8, 8, 1, 1];

describe("remakeCopies", () => {
  it("makes a copy again after the peak", () => {
    const { launches, slots, isOnce, stageOf } = remade(pooled(copying), sizes);
    expect(launches.map(({ writes }) => writes[0])).toEqual([1, 2, 3, 4, 5, 6, 8, 7]);
    expect(launches.at(-1)?.reads).toEqual([6, 8, 1, 7]);
    expect(launches[2]?.reads).toEqual([2, 3]);
    expect(slots[8]).toEqual(slots[2]);
    expect(isOnce).toHaveLength(8);
    const [again, reader, peak] = [6, 7, 4].map((i) => stageOf[i] as number);
    expect(again).toBe((reader as number) - 1);
    expect(again).toBeGreaterThan(peak as number);
  });

  it("keeps what is computed, what takes little, and what nothing is lost by", () => {
    for (const [launches, bytes] of [
      [pooled(addition), sizes],
      [pooled(copying), sizes.with(2, 0.1)],
      // Below four mebibytes in all.
      [pooled(copying), sizes.map((size) => size / 16)],
    ] as const)
      expect(remade(launches, bytes).launches).toEqual(launches);
  });

  it("keeps a copy whose source would have to be kept instead", () => {
    const launches = pooled(copying)
      .with(5, launch([5], 6, addition))
      .with(6, launch([6, 2], 7, addition));
    expect(remade(launches, sizes).launches).toEqual(launches);
  });

  it("keeps a copy whose source changes afterwards", () => {
    const launches = pooled(copying).toSpliced(3, 0, launch([3], 1, addition));
    expect(remade(launches, sizes).launches).toEqual(launches);
  });
});
