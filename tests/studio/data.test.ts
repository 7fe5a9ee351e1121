// Own pictures in the studio, in a real browser: folders as people have them, with what is wrong in them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDataset } from "../../studio/src/engine/data/add.ts";
import { sortFiles } from "../../studio/src/engine/data/folders.ts";
import { pictureHeader } from "../../studio/src/picture/header.ts";
import { describeStudio, poll } from "./browser.ts";
import { hugePng, picture } from "./pictures.ts";

describe("folders of pictures", () => {
  const sorted = (paths: readonly string[]) => {
    const { sorted: found, problems } = sortFiles(
      paths.map((path) => ({ path, file: new File([], path) })),
    );
    return {
      found: found.map(({ className, part }) => `${part ?? "-"} ${className}`),
      problems: problems.map(({ path }) => path),
    };
  };

  it.each([
    [["pets/cat/1.png", "pets/dog/1.png"], ["- cat", "- dog"], []],
    [["cat/1.png", "dog/1.png"], ["- cat", "- dog"], []],
    [["a/pets/cat/x/1.png", "a/pets/dog/1.png"], ["- cat", "- dog"], []],
    [["p/train/cat/1.png", "p/test/cat/2.png"], ["train cat", "test cat"], []],
    [["p/Train/cat/1.png", "p/val/dog/2.png"], ["train cat", "test dog"], []],
    [["p/cat/1.png", "p/dog/1.png", "p/loose.png"], ["- cat", "- dog"], ["p/loose.png"]],
    [["p/cat/.DS_Store", "p/cat/1.png", "p/dog/2.png", "p/Thumbs.db"], ["- cat", "- dog"], []],
    [["p/train/cat/1.png", "p/train/dog/1.png"], ["train cat", "train dog"], []],
    [
      ["p/train/cat/1.png", "p/test/cat/2.png", "p/notes/3.png"],
      ["train cat", "test cat"],
      ["p/notes/3.png"],
    ],
    [["p/猫/一.png", "p/a b & <c>/2.png"], ["- 猫", "- a b & <c>"], []],
  ])("%j", (paths, found, problems) => {
    expect(sorted(paths)).toEqual({ found, problems });
  });

  it.each([
    [20_001, 32, /pictures +20001 of at most 20000/],
    [10_000, 96, /together +264 MiB of at most 256 MiB/],
  ])("refuses %i pictures of side %i before it reads any", async (count, side, told) => {
    const files = Array.from({ length: count }, (_, i) => {
      const path = `p/${i % 2}/${i}.png`;
      return { path, file: new File([], path) };
    });
    await expect(addDataset({ title: "p", files, side }, () => {})).rejects.toThrow(told);
  });

  it("knows a picture's size before it is decoded", () => {
    expect(pictureHeader(hugePng(8660, 5773))).toEqual({ kind: "PNG", width: 8660, height: 5773 });
    expect(pictureHeader(new TextEncoder().encode("no picture at all"))).toBe(null);
    expect(pictureHeader(picture(true, 0).subarray(0, 18))).toBe(null);
    const gif = Uint8Array.of(...new TextEncoder().encode("GIF89a"), 3, 1, 2, 0);
    expect(pictureHeader(gif)).toEqual({ kind: "GIF", width: 259, height: 2 });
    const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc2, 0, 11, 8, 0, 9, 1, 0];
    expect(pictureHeader(Uint8Array.from(jpeg))).toEqual({ kind: "JPEG", width: 256, height: 9 });
  });
});

describeStudio("own pictures", (studio) => {
  let page: Page;
  const folder = mkdtempSync(join(tmpdir(), "fovea-studio-data-"));
  const put = (path: string, content: Uint8Array | string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };

  beforeAll(() => {
    for (let i = 0; i < 24; i++) {
      put(`sides/left/${i}.png`, picture(true, 4 * i));
      put(`sides/right/${i}.png`, picture(false, 4 * i));
      put(`colours/one/${i}.png`, picture(true, 4 * i, 3));
      put(`colours/two/${i}.png`, picture(false, 4 * i, 3));
    }
    put("sides/left/notes.png", "hello");
    put("sides/left/nothing.png", "");
    put("sides/right/photo.png", hugePng(8660, 5773));
    put("sides/right/damaged.png", picture(true, 0).subarray(0, 60));
    put("sides/readme.txt", "about");
    put("sides/.DS_Store", "x");
    put("alone/only/1.png", picture(true, 0));
    mkdirSync(join(folder, "empty"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const give = async (name: string): Promise<void> => {
    const own = page.locator("details.own-pictures");
    if ((await own.getAttribute("open")) === null) await own.locator("summary").click();
    await own.getByLabel("Folder of pictures").last().setInputFiles(join(folder, name));
  };
  const chosen = (): Promise<string> =>
    page.getByLabel("Pictures", { exact: true }).locator("option:checked").innerText();

  it("learns from a folder, tells what it left out, and still has it after a reload", async () => {
    page = await studio.open("train?epochs=6");
    await page.getByText("Some pictures of each class").click();
    await poll(() => page.locator(".examples li").first().innerText()).toContain("t-shirt");
    await give("sides");
    await poll(chosen).toBe("sides: 40 + 8 pictures, 2 classes, 1 × 32 × 32");
    const told = await page.locator(".file-problems").innerText();
    expect(told).toContain("notes.png is not a picture");
    expect(told).toContain("nothing.png is empty");
    expect(told).toContain("photo.png has 50 megapixels (8660 × 5773)");
    expect(told).toContain("damaged.png is a damaged PNG file");
    expect(told).toContain("readme.txt: it lies in no folder of a class");
    expect(told).not.toContain("DS_Store");

    await poll(() => page.locator(".examples li").allInnerTexts()).toEqual([
      "left, 20",
      "right, 20",
    ]);
    // Of a copy, since browsers warn of canvases that are read again and again.
    const levels = () =>
      page.getByRole("img", { name: "left", exact: true }).evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const copy = new OffscreenCanvas(width, height).getContext("2d");
        copy?.drawImage(canvas as HTMLCanvasElement, 0, 0);
        const { data: row = [] } = copy?.getImageData(0, 16, 32, 1) ?? {};
        return { width, height, left: row[4 * 4] ?? 0, right: row[4 * 28] };
      });
    // Eight pictures of 32 pixels side by side, each bright on its left; painted at one of the next frames.
    await poll(async () => (await levels()).left).toBeGreaterThan(100);
    expect(await levels()).toMatchObject({ width: 256, height: 32, right: 0 });

    await page.getByRole("button", { name: "Make it 2" }).click();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.locator(".facts dd", { hasText: "finished" }).waitFor({ timeout: 60_000 });
    await poll(() => page.locator(".facts").innerText()).toContain("100.0 %");

    await page.reload();
    await poll(chosen).toContain("sides: 40 + 8 pictures");
    await page.getByRole("button", { name: "Delete these pictures" }).click();
    // The harmless answer is the one at hand.
    await poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Keep");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Delete these pictures" }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await poll(chosen).toContain("Fashion-MNIST, sample");
  }, 90_000);

  it("takes folders that are dropped", async () => {
    page = await studio.open("train");
    await page.getByText("Own pictures").click();
    const place = await page.getByRole("region", { name: "Folder of pictures" }).boundingBox();
    const session = await page.context().newCDPSession(page);
    const files = ["left", "right"].map((name) => join(folder, "sides", name));
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await session.send("Input.dispatchDragEvent", {
        ...{ type, x: (place?.x ?? 0) + 9, y: (place?.y ?? 0) + 9 },
        data: { items: [], files, dragOperationsMask: 1 },
      });
    }
    await poll(chosen).toBe("left, right: 40 + 8 pictures, 2 classes, 1 × 32 × 32");
    expect(await page.locator(".file-problems li").count()).toBe(4);
  });

  it("keeps colour, and brings it to what a network takes", async () => {
    page = await studio.open("train?epochs=1");
    await page.getByText("Own pictures").click();
    await page.getByLabel("Kept as").selectOption("64");
    await give("colours");
    await poll(chosen).toBe("colours: 40 + 8 pictures, 2 classes, 3 × 64 × 64");
    const text = encodeURIComponent(
      "new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(4, 2))",
    );
    const settings = new URL(page.url()).hash.split("?")[1] ?? "";
    for (const input of ["3x48x48", "1x28x28"]) {
      const own = input.startsWith("1") ? text.replace("Conv2d(3", "Conv2d(1") : text;
      await page.goto(`${studio.address}#/train?${settings}&net=own&text=${own}&input=${input}`);
      await page.getByRole("button", { name: /^Train( anew)?$/ }).click();
      await poll(() => page.locator(".facts").innerText(), 40_000).toContain("1.0 / 1");
    }
  }, 90_000);

  it.each([
    ["empty", "the folder is empty"],
    ["alone", "at least two classes with pictures are needed"],
  ])("says what is wrong with the folder %s, and loses nothing", async (name, message) => {
    page = await studio.open("train");
    await poll(chosen).toContain("Fashion-MNIST, sample");
    await give(name);
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain(message);
    expect(await chosen()).toContain("Fashion-MNIST, sample");
  });
});
