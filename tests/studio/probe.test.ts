// The page Probe, in a real browser.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { presets } from "../../studio/src/network/presets.ts";
import { seriousFaults } from "./accessibility.ts";
import { captionOf, describeStudio, matrixOf, poll } from "./browser.ts";
import { picture } from "./pictures.ts";

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

  /** A network of one's own, trained for one step on the page Train and then probed. */
  async function afterOneStep(text: string, input: string, own?: string): Promise<void> {
    const net = `net=own&input=${input}&text=${encodeURIComponent(text)}`;
    page = await studio.open(`train?${net}&batch=4`);
    if (own !== undefined) {
      await page.locator("details.own-pictures summary").click();
      await page.getByLabel("Folder of pictures").last().setInputFiles(own);
      const chosen = page.getByLabel("Pictures", { exact: true }).locator("option:checked");
      await poll(() => chosen.innerText()).toContain("2 classes");
    }
    await page.getByRole("button", { name: "One step" }).click();
    await poll(() => page.locator(".facts").innerText(), 120_000).toMatch(/Step\s+1\b/);
    await page.getByRole("link", { name: "Probe", exact: true }).first().click();
    await poll(() => caption("Where it looked"), 60_000).not.toBe("");
  }

  /** All that is shown of a unit: its caption, and how its number comes about. */
  async function unitOf(layer: string): Promise<{ said: string; how: string }> {
    const select = page.getByLabel("Layer", { exact: true }).first();
    const option = select.locator("option", { hasText: layer }).first();
    await select.selectOption((await option.getAttribute("value")) ?? "");
    const name = layer.replace(/^\S+ /, "");
    await poll(() => caption("One unit"), 30_000).toContain(name);
    const how = page.getByRole("region", { name: "Its arithmetic" });
    return { said: await caption("One unit"), how: await how.innerText() };
  }

  async function everyMap(): Promise<void> {
    for (const [method, words] of [
      ["saliency", "How strongly"],
      ["signed", "Orange: a brighter pixel"],
      ["gradcam", "Grad-CAM of"],
      ["occlusion", "A grey patch"],
    ] as const) {
      await page.getByLabel("Method").selectOption(method);
      await poll(() => caption("Where it looked"), 60_000).toContain(words);
    }
    expect(await page.getByRole("alert").count()).toBe(0);
  }

  /** Brings every layer into view; each has as many maps as it says, up to 64. */
  async function everyLayer(): Promise<number> {
    const layers = page.locator(".probe-layer");
    const count = await layers.count();
    for (let i = 0; i < count; i++) {
      await layers.nth(i).scrollIntoViewIfNeeded();
      await layers.nth(i).locator(".atlas canvas").waitFor({ timeout: 30_000 });
    }
    return count;
  }

  async function fitsNarrowScreens(): Promise<void> {
    await page.setViewportSize({ width: 360, height: 740 });
    await poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThan(361);
  }

  it("a network for colours, with one's own pictures", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fovea-studio-probe-"));
    try {
      for (let i = 0; i < 8; i++) {
        for (const [name, isLeft] of [
          ["left", true],
          ["right", false],
        ] as const) {
          mkdirSync(join(folder, name), { recursive: true });
          writeFileSync(join(folder, name, `${i}.png`), picture(isLeft, 9 * i, 3));
        }
      }
      const text =
        "new nn.Sequential(new nn.Conv2d(3, 8, 3, { padding: 1 }), new nn.BatchNorm2d(8), new nn.ReLU(), new nn.MaxPool2d(4), new nn.Flatten(), new nn.Linear(512, 2))";
      await afterOneStep(text, "3x32x32", folder);
      await poll(() => caption("Picture and classes")).toMatch(
        /^The picture is: (left|right)\. Most likely: (left|right), /,
      );
      expect(await everyLayer()).toBe(6);
      const { said } = await unitOf("0 Conv2d");
      const value = numberOf(/ is (\S+)\. It/.exec(said)?.[1] ?? "");
      // One sum for each of the three colours; together with the bias they make the unit.
      const arithmetic = page.getByRole("region", { name: "Its arithmetic" });
      const [left = "", right] = (await arithmetic.locator(".formula").last().innerText())
        .replaceAll("−", "-")
        .split("= ");
      expect(numberOf(right ?? "")).toBe(value);
      const terms = left.match(/-?\d[\d.]*/g)?.map(Number) ?? [];
      expect(terms).toHaveLength(4);
      expect(terms.reduce((sum, term) => sum + term, 0)).toBeCloseTo(value, 3);
      await everyMap();
      const before = await caption("Picture and classes");
      const pad = page.getByRole("img", { name: /^Draw a picture/ });
      await pad.click({ position: { x: 40, y: 40 } });
      await poll(() => caption("Picture and classes")).not.toBe(before);
      expect(await seriousFaults(page)).toEqual([]);
      await fitsNarrowScreens();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 300_000);

  it("ResNet-18: blocks, deep layers, and all maps", async () => {
    const text = presets.find(({ name }) => name === "resnet18")?.text ?? "";
    await afterOneStep(text, "1x32x32");
    expect(await everyLayer()).toBe(50);
    const block = await unitOf("4 Residual");
    expect(block.said).toContain("Unit 1, ");
    expect(block.how).toMatch(/max\(|sum|\+/);
    const deep = await unitOf("Linear 512 -> 10");
    expect(deep.said).toContain("It depends on the whole picture");
    await everyMap();
    await fitsNarrowScreens();
  }, 400_000);
});
