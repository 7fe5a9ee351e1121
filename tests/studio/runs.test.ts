// The page Runs in a real browser: runs side by side, with other names, deleted, and from files.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeStudio, poll } from "./browser.ts";

describeStudio("Runs", (studio) => {
  let page: Page;

  const trainOnce = async (settings: string): Promise<void> => {
    await page.goto(`${studio.address}#/train?${settings}`);
    await page.getByRole("button", { name: /^Train( anew)?$/ }).click();
    await page.locator(".facts dd", { hasText: "finished" }).waitFor({ timeout: 60_000 });
  };

  it("says where nothing is kept", async () => {
    page = await studio.open("runs");
    await page.getByText("Nothing is kept yet.").waitFor();
    await page.getByRole("link", { name: "Train a network" }).click();
    await page.getByRole("heading", { name: "Train", exact: true }).waitFor();
  });

  it("shows runs side by side, renames and deletes them", async () => {
    page = await studio.open("train?epochs=2");
    await trainOnce("epochs=2");
    await trainOnce("epochs=3&lr=0.05&seed=4");
    await page.getByRole("link", { name: "Runs", exact: true }).click();
    const rows = page.locator("table.runs tbody tr");
    await poll(() => rows.count()).toBe(2);
    await rows.nth(1).getByLabel("Title").fill("first one");
    await rows.nth(1).getByLabel("Title").press("Enter");
    await poll(() => page.getByRole("checkbox", { name: "Compare: first one" }).count()).toBe(1);
    await page.getByRole("checkbox", { name: "Compare: first one" }).check();
    await page.getByRole("checkbox", { name: "Compare: LeNet, ReLU" }).check();
    const plot = page.getByRole("img", { name: /^Test accuracy/ });
    await plot.waitFor();
    expect(await plot.getAttribute("aria-label")).toMatch(/LeNet, ReLU 0\.\d+, first one 0\.\d+/);
    const differences = await page.locator("table.differences tbody tr").allInnerTexts();
    expect(differences.slice(1).map((line) => line.split(/\s+/))).toEqual([
      ["lr", "0.05", "0.1"],
      ["epochs", "3", "2"],
      ["seed", "4", "0"],
    ]);

    await page.getByRole("button", { name: "Delete: first one" }).click();
    // By keyboard alone: the focus is at the harmless answer, and comes back.
    await page
      .getByRole("button", { name: "Keep", exact: true })
      .and(page.locator(":focus"))
      .waitFor();
    await page.keyboard.press("Enter");
    await page
      .getByRole("button", { name: "Delete: first one" })
      .and(page.locator(":focus"))
      .waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Delete for good" }).click();
    await poll(() => rows.count()).toBe(1);
    await page.reload();
    await poll(() => rows.count()).toBe(1);
  }, 90_000);

  it("refuses files that are no checkpoints, and keeps what is open", async () => {
    page = await studio.open("train?epochs=1");
    await trainOnce("epochs=1");
    await page.getByRole("link", { name: "Runs", exact: true }).click();
    const file = page.getByLabel(/^Open a checkpoint/).last();
    for (const content of [
      "no checkpoint at all",
      "",
      "\u0008\u0000\u0000\u0000\u0000\u0000\u0000\u0000{}      ",
    ]) {
      const buffer = Buffer.from(content, "latin1");
      await file.setInputFiles({ name: "broken.safetensors", mimeType: "", buffer });
      await page.getByRole("alert").waitFor();
      expect((await page.getByRole("alert").innerText()).length).toBeGreaterThan(10);
      await page.getByText("open now").waitFor();
      expect(await page.locator("table.runs tbody tr").count()).toBe(1);
    }
  }, 60_000);
});
