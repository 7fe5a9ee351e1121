import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layOut } from "../../src/plan/memory.ts";

const lifetime = fc
  .tuple(
    fc.integer({ min: 0, max: 5000 }),
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 0, max: 6 }),
  )
  .map(([bytes, from, length]) => ({ bytes, from, to: from + length }));

describe("layOut", () => {
  it("never overlaps two values that are alive at the same time", () => {
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 40 }), (lifetimes) => {
        const { offsets, bytes } = layOut(lifetimes);
        lifetimes.forEach((a, i) => {
          const start = offsets[i] as number;
          expect(start % 64).toBe(0);
          expect(start + a.bytes).toBeLessThanOrEqual(bytes);
          lifetimes.forEach((b, j) => {
            const together =
              i < j && a.bytes > 0 && b.bytes > 0 && a.from <= b.to && b.from <= a.to;
            if (!together) return;
            const other = offsets[j] as number;
            expect(start + a.bytes <= other || other + b.bytes <= start).toBe(true);
          });
        });
      }),
    );
  });

  it("uses memory again once a value is no longer needed", () => {
    const { bytes } = layOut([
      { bytes: 1000, from: 0, to: 1 },
      { bytes: 1000, from: 2, to: 3 },
      { bytes: 1000, from: 4, to: 5 },
    ]);
    expect(bytes).toBeLessThan(2000);
  });
});
