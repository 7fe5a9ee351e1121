// The page Train stays smooth while a network is trained in it, and takes no more memory the longer that lasts.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  longestWorkMs,
  memoryOf,
  readSmoothness,
  watchSmoothness,
} from "../../scripts/browser/smoothness.ts";
import { describeStudio, poll } from "./browser.ts";

describeStudio("Train, while it trains with all panels open", (studio) => {
  let page: Page;

  async function train(batch: number): Promise<void> {
    page = await studio.open(`train?epochs=10000&batch=${batch}`, {
      viewport: { width: 1280, height: 900 },
    });
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.locator(".confusion").waitFor({ timeout: 60_000 });
    expect(await page.locator("details.panel[open]").count()).toBe(4);
  }

  const steps = async (): Promise<number> => {
    const facts = await page.locator(".facts").innerText();
    return Number(/Step\s+([\d,]+)/.exec(facts)?.[1]?.replaceAll(",", ""));
  };

  it("no task lasts 50 ms, and it draws 30 frames a second", async () => {
    await train(64);
    // What the page's thread computes itself in one go: counted by the processor's clock, whatever else runs on this machine.
    expect(await longestWorkMs(page, 5000)).toBeLessThan(50);
    // By the clock on the wall, other tests run beside this one: the best of some windows is what the page is able to.
    const windows: { longest: number; frames: number }[] = [];
    const isSmooth = (): boolean =>
      windows.some(({ longest, frames }) => longest <= 50 && frames >= 30);
    for (let i = 0; i < 40 && !isSmooth(); i++) {
      await watchSmoothness(page);
      await page.waitForTimeout(2000);
      const { longestTaskMs, framesPerSecond } = await readSmoothness(page);
      windows.push({ longest: longestTaskMs, frames: framesPerSecond });
    }
    expect(isSmooth(), JSON.stringify(windows)).toBe(true);
  }, 180_000);

  it("memory stays the same over thousands of steps", async () => {
    await train(4);
    await poll(steps, 120_000).toBeGreaterThan(1000);
    const before = await memoryOf(page);
    const from = await steps();
    await poll(steps, 240_000).toBeGreaterThan(from + 4000);
    const after = await memoryOf(page);
    expect((after - before) / 2 ** 20).toBeLessThan(2);
  }, 360_000);
});
