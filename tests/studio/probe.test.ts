// The page Probe, in a real browser.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { seriousFaults } from "./accessibility.ts";
import { captionOf, describeStudio, matrixOf, poll } from "./browser.ts";

describeStudio("Probe", (studio) => {
  let page: Page;

  const caption = (figure: string): Promise<string> => captionOf(page, figure);
  const numberOf = (text: string): number => Number(text.replaceAll("−", "-"));

  /** The maps of a layer, brought into view: before, they are not there. */
  async function mapsOf(name: RegExp) {
    await page.getByRole("region", { name }).scrollIntoViewIfNeeded();
    return page.getByRole("application", { name });
  }

  /** Opens the page with an untrained network. */
  async function untrained(settings = ""): Promise<void> {
    page = await studio.open(`probe${settings}`);
    await page.getByRole("button", { name: "Take it untrained" }).click();
    await poll(() => caption("Where it looked")).not.toBe("");
  }

  it("says that there is no network, and trains one in place", async () => {
    page = await studio.open("probe");
    await page.getByText("There is no network yet.").waitFor();
    expect(await page.getByRole("link", { name: "train it yourself" }).getAttribute("href")).toBe(
      "#/train",
    );
    await page.getByRole("button", { name: "Train a LeNet" }).click();
    await page.getByRole("progressbar", { name: "Training" }).waitFor();
    await poll(
      () => page.getByRole("figure", { name: "Picture and classes" }).count(),
      60_000,
    ).toBe(1);
    await poll(() => caption("Picture and classes")).toMatch(
      /^The picture is: .+ Most likely: .+ %\.$/,
    );
    // Most of the first ten test pictures are known after this training.
    const right: boolean[] = [];
    for (let i = 0; i < 10; i++) {
      await page.getByRole("button", { name: new RegExp(`^${i + 1}: `) }).click();
      const name = await page
        .getByRole("button", { name: new RegExp(`^${i + 1}: `) })
        .getAttribute("aria-label");
      const truth = name?.replace(/^\d+: /, "");
      await poll(() => caption("Picture and classes")).toContain(`The picture is: ${truth}.`);
      right.push((await caption("Picture and classes")).includes(`likely: ${truth}`));
    }
    expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(6);
    expect(await seriousFaults(page)).toEqual([]);
  }, 120_000);

  it("notes that weights are random", async () => {
    await untrained();
    await page.getByText("This network has not been trained").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it("shows window, kernel and sum of a unit, and they agree with its number", async () => {
    await untrained("?layer=0&unit=2-10-12");
    await poll(() => caption("One unit")).toContain("sees rows 9 … 13 and columns 11 … 15");
    const value = numberOf(/ is (\S+)\. It/.exec(await caption("One unit"))?.[1] ?? "");
    const formula = await page
      .getByRole("region", { name: "Its arithmetic" })
      .locator(".formula")
      .last()
      .innerText();
    expect(numberOf(formula.split("= ")[1] ?? "")).toBe(value);
    const [window, kernel] = [
      await matrixOf(page, "Window, Input channel 1"),
      await matrixOf(page, "Kernel, Input channel 1"),
    ];
    const sum = window.flat().reduce((total, x, i) => total + x * (kernel.flat()[i] as number), 0);
    const said = numberOf(
      /products (\S+)/.exec(await page.locator(".formula").first().innerText())?.[1] ?? "",
    );
    // The matrices show two digits behind the point.
    expect(Math.abs(sum - said)).toBeLessThan(0.25);
  });

  it("moves to another unit by sliders, by arrow keys, and by the pointer", async () => {
    await untrained("?layer=0&unit=0-0-0");
    await poll(() => caption("One unit")).toContain("Unit 1, 1, 1 of");
    await page.getByRole("slider", { name: /^Row/ }).fill("4");
    await poll(() => caption("One unit")).toContain("Unit 1, 4, 1 of");
    const maps = await mapsOf(/^0 Conv2d/);
    await maps.focus();
    await page.keyboard.press("ArrowRight");
    await poll(() => caption("One unit")).toContain("Unit 1, 4, 2 of");
    expect(page.url()).toContain("unit=0-3-1");
    await (await mapsOf(/^2 MaxPool2d/)).click({ position: { x: 6, y: 2 } });
    await poll(() => caption("One unit")).toMatch(/^Unit 1, \d+, \d+ of MaxPool2d/);
    await poll(async () => (await matrixOf(page, "Window")).flat().length).toBe(4);
    await (await mapsOf(/^7 Linear/)).focus();
    await page.keyboard.press("ArrowDown");
    // Forty numbers in a row.
    await poll(() => caption("One unit")).toMatch(/^Unit 41 of Linear 400 -> 120/);
  });

  it("says how dense layers and activations come about", async () => {
    await untrained("?layer=11&unit=3");
    await poll(() => caption("One unit")).toContain("Unit 4 of Linear 84 -> 10");
    const cells = await page
      .getByRole("region", { name: "Its arithmetic" })
      .locator("tbody tr td:last-child")
      .allInnerTexts();
    const [total, ...terms] = cells.map(numberOf).reverse();
    expect(Math.abs(terms.reduce((a, b) => a + b, 0) - (total as number))).toBeLessThan(0.002);
    await page.getByLabel("Layer", { exact: true }).first().selectOption("1");
    await poll(() => page.locator(".formula").first().innerText()).toBe("y = max(x, 0)");
  });

  it("draws, and reads files; what is wrong with one is said and nothing is lost", async () => {
    await untrained();
    await page.getByRole("button", { name: "Clear" }).click();
    await poll(() => caption("Picture and classes")).toMatch(/^Most likely/);
    const before = await caption("Picture and classes");
    const pad = page.getByRole("img", { name: /^Picture\. Draw/ });
    await pad.hover({ position: { x: 60, y: 60 } });
    await page.mouse.down();
    await pad.hover({ position: { x: 160, y: 160 } });
    await page.mouse.up();
    await poll(() => caption("Picture and classes")).not.toBe(before);
    const drawn = await caption("Picture and classes");
    const file = page.getByLabel("Choose a picture file, or drop one here").last();
    await file.setInputFiles({
      name: "note.png",
      mimeType: "image/png",
      buffer: Buffer.from("no picture"),
    });
    await poll(() => page.getByRole("alert").innerText()).toContain("note.png is not a picture");
    expect(await caption("Picture and classes")).toBe(drawn);
    const png = await page.evaluate(() => {
      const canvas = document.createElement("canvas");
      canvas.width = 60;
      canvas.height = 40;
      const context = canvas.getContext("2d") as CanvasRenderingContext2D;
      context.fillStyle = "white";
      context.fillRect(10, 5, 40, 30);
      return canvas.toDataURL("image/png").split(",")[1] as string;
    });
    await file.setInputFiles({
      name: "box.png",
      mimeType: "image/png",
      buffer: Buffer.from(png, "base64"),
    });
    await poll(() => page.getByRole("alert").count()).toBe(0);
    await poll(() => caption("Picture and classes")).not.toBe(drawn);
  });

  it("occlusion, saliency and Grad-CAM, of the class and the layer that are chosen", async () => {
    await untrained();
    const figure = "Where it looked";
    expect(await caption(figure)).toContain("A grey patch of 6 × 6 pixels at 12 × 12 places.");
    await page.getByRole("slider", { name: /^Patch/ }).fill("10");
    await page.getByRole("slider", { name: /^Step/ }).fill("6");
    await poll(() => caption(figure)).toContain("A grey patch of 10 × 10 pixels at 4 × 4 places.");
    await page.getByLabel("Class", { exact: true }).selectOption({ index: 4 });
    const name = await page
      .getByLabel("Class", { exact: true })
      .locator("option")
      .nth(4)
      .innerText();
    await poll(() => caption(figure)).toContain(`the probability of ${name} (`);
    const methods = [
      ["saliency", "How strongly the score of"],
      ["signed", "Orange: a brighter pixel raises"],
      ["gradcam", "layer 3"],
    ] as const;
    for (const [method, words] of methods) {
      await page.getByLabel("Method").selectOption(method);
      await poll(() => caption(figure)).toContain(words);
      await poll(() => caption(figure)).toContain(name);
    }
    await page.getByRole("figure", { name: figure }).getByLabel("Layer").selectOption("0");
    await poll(() => caption(figure)).toContain("layer 0");
    expect(page.url()).toContain("method=gradcam");
    expect(page.url()).toContain("class=3");
  });
});
