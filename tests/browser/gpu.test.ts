// WebGPU in real Chromium: a choice of all kinds of kernels computes what the ops' own loops do; and in a page and in a worker of
// it, LeNet's first losses are those of Node's wasm, but for rounding.
import { describe, expect, test } from "vitest";
import { askPage } from "../../scripts/browser/askPage.ts";
import { findChromium } from "../../scripts/browser/chromium.ts";
import { type Losses, lossesOf } from "./losses.ts";
import type { OpsAnswer } from "./opsPage.ts";

const isMissing = findChromium() === undefined;

describe.skipIf(isMissing)("webgpu in Chromium (needs chromium: apt install chromium)", () => {
  test.each(["page", "worker"])(
    "a %s trains LeNet",
    async (place) => {
      const { losses } = await lossesOf(1);
      const query = place === "worker" ? "?threads=0&worker" : "?threads=0";
      const found = await askPage<Losses>(`/tests/browser/lossesPage.ts${query}`, {
        gpu: true,
        // No page needs the headers of isolation for a GPU.
        isolated: false,
        timeoutMs: 200_000,
      });
      expect(found.losses.length).toBe(6);
      found.losses.forEach((loss, i) => {
        expect(Math.abs(loss / (losses[i] as number) - 1)).toBeLessThan(1e-5);
      });
    },
    220_000,
  );

  test("each kind of kernel computes what its op says", { timeout: 250_000 }, async () => {
    const { cases, faults, trained } = await askPage<OpsAnswer>("/tests/browser/opsPage.ts", {
      gpu: true,
      isolated: false,
      timeoutMs: 240_000,
    });
    expect(cases).toBeGreaterThan(60);
    expect(faults).toEqual([]);
    const { webgpu, reference } = trained;
    expect(webgpu.length).toBe(reference.length);
    webgpu.forEach((value, i) => {
      expect(Math.abs(value - (reference[i] as number))).toBeLessThan(1e-5);
    });
  });
});
