// In which stages launches run: after what they need, updates before what they overwrite is gone, and where values live
// for the shortest time.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OrderOptions, orderTasks, type Task } from "../../src/plan/order.ts";

function task(reads: readonly number[], writes: readonly number[], last = false): Task {
  // Kernels count what they write among what they touch.
  return { reads: [...reads, ...writes], writes, last };
}

/** Bytes in use at each stage. */
function inUse(tasks: readonly Task[], stageOf: readonly number[], bytes: readonly number[]) {
  return Array.from({ length: Math.max(...stageOf) + 1 }, (_, stage) =>
    bytes.reduce((sum, size, slot) => {
      const stages = stageOf.filter((_, i) => tasks[i]?.reads.includes(slot));
      const lives = Math.min(...stages) <= stage && stage <= Math.max(...stages);
      return sum + (stages.length > 0 && lives ? size : 0);
    }, 0),
  );
}

describe("orderTasks", () => {
  it("gives each the earliest stage where nothing is won otherwise", () => {
    const tasks = [task([0], [1]), task([0], [2]), task([1, 2], [3])];
    const options = { bytes: [0, 8, 8, 8], overwrites: [] };
    expect(orderTasks(tasks, options)).toEqual([0, 0, 1]);
    expect(orderTasks([], options)).toEqual([]);
  });

  it("makes a copy just before it is read, and zeros around it too", () => {
    // Slot 3: a padded copy of the input 0 that the fourth task reads, filled by two.
    const tasks = [
      task([0], [1]),
      task([0], [3]),
      task([], [3]),
      task([1], [2]),
      task([2, 3], [4]),
    ];
    expect(orderTasks(tasks, { bytes: [0, 8, 8, 64, 8], overwrites: [] })).toEqual([0, 1, 1, 1, 2]);
  });

  it("keeps what is small instead of what it is made from", () => {
    // Slot 2 is made from 1 (larger) and read late; 1 from the bound 0.
    const tasks = [
      task([0], [1]),
      task([1], [2]),
      task([1], [3]),
      task([3], [4]),
      task([2, 4], [5]),
    ];
    const stages = orderTasks(tasks, { bytes: [0, 64, 8, 64, 64, 8], overwrites: [] });
    expect(stages).toEqual([0, 1, 1, 2, 3]);
  });

  it("overwrites a parameter once all that read it have, and soon after its gradient", () => {
    // Parameters 0 and 1; 10 and 11 are the same memory. Gradients 6 and 7.
    const tasks = [
      task([0], [2]),
      task([1, 2], [3]),
      task([2, 3], [7]),
      task([1, 3], [4]),
      task([4], [6]),
      task([0, 6], [10], true),
      task([1, 7], [11], true),
    ];
    const bytes = [0, 0, 8, 8, 8, 0, 64, 64, 0, 0, 0, 0];
    const overwrites = [
      [0, 10],
      [1, 11],
    ] as const;
    const stages = orderTasks(tasks, { bytes, overwrites });
    expect(stages).toEqual([0, 1, 2, 2, 3, 4, 3]);
    // A parameter that is read once more, at the end: its update waits.
    const late = [...tasks.slice(0, 5), task([1, 6], [8]), ...tasks.slice(5)];
    expect(orderTasks(late, { bytes, overwrites }).at(-1)).toBe(5);
  });

  it("leaves updates of little weight to the end, where they share a stage", () => {
    const tasks = [
      task([0], [2]),
      task([2], [3]),
      task([3], [4]),
      task([4, 5], [6]),
      task([0, 2], [10], true),
      task([1, 4], [11], true),
    ];
    const bytes = [0, 0, 1, 1024, 1, 0, 1024, 0, 0, 0, 0, 0];
    const overwrites = [
      [0, 10],
      [1, 11],
    ] as const;
    expect(orderTasks(tasks, { bytes, overwrites })).toEqual([0, 1, 2, 3, 4, 4]);
  });

  it("divides the stages that hold most, and what was divided stays apart", () => {
    // Two gradients of one value (1), each with working memory of its own (2 and 3).
    const tasks = [
      task([0], [1]),
      task([0], [2]),
      task([0], [3]),
      task([1, 2], [4]),
      task([1, 3], [5]),
      task([4, 5], [6]),
    ];
    const bytesWith = (working: number): number[] =>
      [0, 1, working, working, 1, 1, 1].map((size) => size * 2 ** 20 * 0.5);
    const stagesWith = (working: number): number[] =>
      orderTasks(tasks, { bytes: bytesWith(working), overwrites: [] });
    expect(stagesWith(1)).toEqual([0, 0, 0, 1, 1, 2]);
    const stages = stagesWith(16);
    expect(stages[3]).not.toBe(stages[4]);
    expect(Math.max(...inUse(tasks, stages, bytesWith(16)))).toBeLessThan(16 * 2 ** 20);
  });

  const slots = 12;
  const drawnTasks = fc.array(
    fc.tuple(fc.uniqueArray(fc.nat(slots - 1), { maxLength: 3 }), fc.nat(slots - 1)),
    { minLength: 1, maxLength: slots - 1 },
  );
  const drawnBytes = fc.array(fc.nat(100), { minLength: slots + 1, maxLength: slots + 1 });

  it("keeps every order that matters", () => {
    const reads = (one: Task, slot: number): boolean =>
      one.reads.includes(slot) && !one.writes.includes(slot);
    fc.assert(
      fc.property(drawnTasks, drawnBytes, (drawn, bytes) => {
        const tasks = drawn.map(([read, write]) => task(read, [write]));
        // The last one writes over slot 0.
        tasks.push(task([1], [slots], true));
        const stages = orderTasks(tasks, { bytes, overwrites: [[0, slots]] });
        tasks.forEach((a, i) => {
          tasks.slice(i + 1).forEach((b, j) => {
            const depends =
              a.writes.some((slot) => reads(b, slot)) ||
              b.writes.some((slot) => reads(a, slot)) ||
              (b.last && reads(a, 0));
            if (depends) expect(stages[i]).toBeLessThan(stages[i + 1 + j] as number);
          });
        });
        expect(new Set(stages).size).toBe(Math.max(...stages) + 1);
      }),
    );
  });

  it("never keeps values longer than the earliest stages do, nor needs more stages", () => {
    const total = (values: readonly number[]): number => values.reduce((sum, n) => sum + n, 0);
    fc.assert(
      fc.property(drawnTasks, drawnBytes, (drawn, sizes) => {
        // Each makes one value from values before it; slot 0 is bound.
        const tasks = drawn.map(([read], i) =>
          task(
            read.filter((slot) => slot <= i),
            [i + 1],
          ),
        );
        const bytes = [0, ...sizes.slice(1)];
        const options: OrderOptions = { bytes, overwrites: [] };
        const stages = orderTasks(tasks, options);
        const early = orderTasks(tasks, { ...options, bytes: bytes.map(() => 0) });
        expect(Math.max(...stages)).toBeLessThanOrEqual(Math.max(...early));
        expect(total(inUse(tasks, stages, bytes))).toBeLessThanOrEqual(
          total(inUse(tasks, early, bytes)),
        );
      }),
    );
  });
});
