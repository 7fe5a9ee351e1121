// Threads in real Chromium: what Node computes, bit for bit.
import { describe, expect, test } from "vitest";
import { askPage } from "../../scripts/browser/askPage.ts";
import { findChromium } from "../../scripts/browser/chromium.ts";
import { words } from "../../src/backend/wasm/control.ts";
import { type Losses, lossesOf } from "./losses.ts";

type Answer = Losses & { readonly notes: readonly string[] };
const isMissing = findChromium() === undefined;
const page = "/tests/browser/lossesPage.ts";

describe.skipIf(isMissing)("wasm in Chromium (needs chromium: apt install chromium)", () => {
  test("a page that is isolated computes on several threads, the same bits as Node", async () => {
    const { losses } = await lossesOf(2);
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
    for (const place of ["", "&worker"]) {
      const found = await askPage<Answer>(`${page}?threads=2${place}`);
      expect(found.threads).toBe(2);
      expect(found.notes).toEqual([]);
      expect(found.losses).toEqual(losses);
    }
  }, 120_000);

  test("a page that is not isolated computes on one, and says why", async () => {
    const { losses } = await lossesOf(1);
    const found = await askPage<Answer>(`${page}?threads=2`, { isolated: false });
    expect(found.threads).toBe(1);
    expect(found.notes.join()).toContain("Cross-Origin-Opener-Policy: same-origin");
    expect(found.losses).toEqual(losses);
  }, 120_000);

  describe("a worker of a page", () => {
    interface PoolAnswer {
      readonly maySleep: boolean;
      readonly failures: readonly string[];
      readonly values: readonly number[];
    }
    const script = "/src/backend/wasm/browserWorker.ts";
    const computed = new Array(8).fill(4_999_999);

    test("takes part in runs: the chunk that fails is once in its hands", async () => {
      const { maySleep, failures, values } = await askPage<PoolAnswer>(
        "/tests/browser/poolPage.ts",
      );
      expect(maySleep).toBe(false);
      expect(failures.at(-1)).toBe(
        "wasm: a worker thread failed: RuntimeError: memory access out of bounds",
      );
      expect(values).toEqual(computed);
    }, 120_000);

    test("that cannot be loaded is reported once; then the page goes on alone", async () => {
      const { failures, values } = await askPage<PoolAnswer>("/tests/browser/poolPage.ts?broken", {
        files: { [script]: () => Promise.reject(new Error("not here")) },
      });
      expect(failures).toMatchInlineSnapshot(`
        [
          "wasm: a worker thread died
          cause     its script could not be loaded
          threads   1   left
          hint      runs after this one use the threads that are left",
        ]
      `);
      expect(values).toEqual(computed);
    }, 120_000);

    test("that dies within a run ends it with an error", async () => {
      // It joins a run and is gone.
      const dying = `addEventListener("message", ({ data }) => {
        if (!("memory" in data)) return;
        new Int32Array(data.memory.buffer, data.controlAddress)[${words.active} + data.number] = 1;
        close();
      });`;
      const { failures } = await askPage<PoolAnswer>(
        "/tests/browser/poolPage.ts?broken&stallMs=400",
        { files: { [script]: async () => new TextEncoder().encode(dying) } },
      );
      expect(failures.map((text) => text.split("\n")[0])).toEqual([
        "wasm: a worker thread stopped in the middle of a run",
        "wasm: the threads of this backend were stopped",
      ]);
    }, 120_000);
  });
});
