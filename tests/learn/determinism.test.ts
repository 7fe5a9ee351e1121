// Same seed, same bits: whatever the number of threads.
import { afterAll, describe, expect, it } from "vitest";
import { type BackendOptions, nativeSupport, setBackend } from "../../src/index.ts";
import { lenetSteps } from "./lenetSteps.ts";

/** All parameters after so many steps of LeNet. */
function trained(backend: string, steps: number, options: BackendOptions): Promise<number[][]> {
  setBackend(backend, options);
  return lenetSteps(steps);
}

describe("determinism", () => {
  afterAll(() => {
    setBackend("wasm", { threads: 1 });
  });

  const { fault, isas } = nativeSupport();
  if (fault !== null) console.warn(`SKIPPED: ${fault}`);

  it("wasm gives the same bits with 1, 2 and 3 threads", async () => {
    const one = await trained("wasm", 50, { threads: 1 });
    expect(one.flat().every(Number.isFinite)).toBe(true);
    expect(await trained("wasm", 50, { threads: 2 })).toEqual(one);
    expect(await trained("wasm", 50, { threads: 3 })).toEqual(one);
  }, 60_000);

  // Not even the instruction sets agree to the bit: they sum in vectors of other widths.
  it.each(isas)(
    "native as %s gives the same bits with 1, 2 and 3 threads",
    async (isa) => {
      const one = await trained("native", 20, { isa, threads: 1 });
      expect(one.flat().every(Number.isFinite)).toBe(true);
      expect(await trained("native", 20, { isa, threads: 2 })).toEqual(one);
      expect(await trained("native", 20, { isa, threads: 3 })).toEqual(one);
    },
    60_000,
  );
});
