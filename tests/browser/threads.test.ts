// Threads in real Chromium: what Node computes, bit for bit.
import { describe, expect, test } from "vitest";
import { askPage } from "../../scripts/browser/askPage.ts";
import { findChromium } from "../../scripts/browser/chromium.ts";
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
});
