// The page Runs in a real browser: runs side by side, with other names, deleted, and from files.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { models, train } from "../../src/index.ts";
import { captionOf, describeStudio, poll } from "./browser.ts";
import { picture } from "./pictures.ts";

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

  it("opens a network whose pictures are not here, to be looked at with others", async () => {
    const model = { name: "lenet", options: { numClasses: 2 } };
    const net = models.lenet(model.options);
    const bytes = await train.encodeCheckpoint({ net, model, classes: ["cat", "dog"] });
    page = await studio.open("runs");
    const buffer = Buffer.from(bytes);
    await page
      .getByLabel(/^Open a checkpoint/)
      .last()
      .setInputFiles({ name: "pets.safetensors", mimeType: "", buffer });
    await page.getByRole("row", { name: /open now/ }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Open: pets" }).click();
    await page
      .getByRole("row", { name: /open now/ })
      .getByRole("link", { name: "Probe" })
      .click();
    await page.getByText("are not here: draw one, or choose a file").waitFor();
    const png = { name: "left.png", mimeType: "image/png", buffer: Buffer.from(picture(true, 9)) };
    await page.getByLabel("Choose a picture file").last().setInputFiles(png);
    await poll(() => captionOf(page, "Picture and classes")).toMatch(/^Most likely: (cat|dog), /);

    await page.getByRole("link", { name: "Train", exact: true }).click();
    await page.getByText("It can be looked at with others").waitFor();
    await page.getByRole("button", { name: "Train on" }).click();
    await poll(() => page.getByRole("alert").innerText()).toContain("trained on are not here");
  }, 90_000);
});
