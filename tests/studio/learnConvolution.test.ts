// The chapters from dense layers to padding and stride, in a real browser.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { captionOf, describeStudio, matrixOf, poll } from "./browser.ts";

describeStudio("convolutions", (studio) => {
  let page: Page;

  const expectMatrix = (label: string, values: number[][]): Promise<void> =>
    poll(() => matrixOf(page, label)).toEqual(values);
  const caption = (figure: string): Promise<string> => captionOf(page, figure);
  const select = (label: string, option: string): Promise<string[]> =>
    page.getByRole("combobox", { name: label, exact: true }).selectOption({ label: option });

  describe("from dense to convolution", () => {
    const moved = "Move first, or respond first";
    const crowd = "Looking for someone in a crowd";

    it("counts the weights of a dense layer on a megapixel, and of a convolution", async () => {
      page = await studio.open("learn/dense-to-convolution?ci=3&co=16&k=5&units=1000");
      await poll(() => caption("Weights of two layers")).toContain("the convolution 1,200:");
      await page.getByLabel("Input channels").fill("1");
      await poll(() => caption("Weights of two layers")).toContain("has 1,000,000,000 weights");
      expect(page.url()).toContain("ci=1");
    });

    it("moves a shape by keys and by dragging, and its response exactly as much", async () => {
      page = await studio.open("learn/dense-to-convolution");
      const area = page.getByRole("application", { name: "drag the shape" });
      await area.focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowLeft");
      await poll(() => caption(moved)).toMatch(/lies 2 rows and 2 columns .* is 0\.$/);
      const box = await area.boundingBox();
      if (box === null) throw new Error("the picture is not shown");
      await page.mouse.move(box.x + 100, box.y + 100);
      await page.mouse.down();
      await page.mouse.move(box.x + 100, box.y + 76, { steps: 4 });
      await page.mouse.up();
      await poll(() => caption(moved)).toMatch(/lies 0 rows and 2 columns .* is 0\.$/);
      await select("Kernel", "Laplace");
      await page.getByLabel("Rows down").fill("-4");
      await poll(() => caption(moved)).toMatch(/lies −4 rows and 2 columns .* is 0\.$/);
    });

    it("finds the target wherever it stands, in any crowd", async () => {
      page = await studio.open("learn/dense-to-convolution");
      await poll(() => caption(crowd)).toContain("at row 18, column 31:");
      const figure = page.getByRole("figure", { name: crowd });
      await page.getByRole("application", { name: "striped shirt" }).focus();
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowRight");
      await poll(() => caption(crowd)).toContain("at row 17, column 32:");
      await figure.getByRole("slider", { name: /^Row/ }).fill("0");
      await figure.getByRole("slider", { name: /^Column/ }).fill("40");
      await poll(() => caption(crowd)).toContain("at row 1, column 41:");
      for (let time = 2; time <= 6; time++) {
        await page.getByRole("button", { name: "Another crowd" }).click();
        await poll(async () => page.url()).toContain(`crowd=${time}`);
        await poll(() => caption(crowd)).toContain("at row 1, column 41:");
      }
    });
  });

  describe("cross-correlation", () => {
    const window = "A window slides over the input";
    const picture = "A picture and its response";

    it("shows cross-correlation and strict convolution side by side", async () => {
      page = await studio.open("learn/cross-correlation");
      await expectMatrix("Output", [
        [19, 25],
        [37, 43],
      ]);
      await page.getByLabel("strict convolution: flip").check();
      await expectMatrix("Strict convolution", [
        [5, 11],
        [23, 29],
      ]);
      expect(await caption(window)).toBe(
        "0·0 + 1·1 + 3·2 + 4·3 = 19; Strict convolution: 0·3 + 1·2 + 3·1 + 4·0 = 5",
      );
    });

    it("moves the window by buttons, by dragging, and by itself", async () => {
      page = await studio.open("learn/cross-correlation");
      await poll(() => caption(window)).toContain("= 19");
      await page.getByRole("button", { name: "One on" }).click();
      await poll(() => caption(window)).toContain("= 25");
      await page.getByRole("button", { name: "One back" }).click();
      await page.getByRole("button", { name: "One back" }).click();
      await poll(() => caption(window)).toContain("= 43");
      const cell = (at: string) => page.getByLabel(`Input ${at}`, { exact: true }).boundingBox();
      const [from, to] = [await cell("2, 2"), await cell("1, 2")];
      if (from === null || to === null) throw new Error("the input is not shown");
      await page.mouse.move(from.x + 5, from.y + 5);
      await page.mouse.down();
      await page.mouse.move(to.x + 5, to.y + 5, { steps: 3 });
      await page.mouse.up();
      await poll(() => caption(window)).toContain("= 25");
      await page.getByRole("button", { name: "Play" }).click();
      await poll(() => caption(window)).toContain("= 37");
      await page.getByRole("button", { name: "Pause" }).click();
    });

    it("says why a kernel does not fit, and goes on with one that does", async () => {
      page = await studio.open("learn/cross-correlation?kernel=4x4");
      await poll(() => page.getByRole("alert").innerText()).toContain(
        "a kernel of 4×4 does not fit into an image of 3×3",
      );
      await select("Input", "5 × 5");
      await poll(() => page.getByRole("alert").count()).toBe(0);
      expect(await matrixOf(page, "Output")).toHaveLength(2);
    });

    it("finds vertical edges with [1, −1], and none in the transposed picture", async () => {
      page = await studio.open("learn/cross-correlation");
      await expectMatrix("Response", Array(6).fill([0, 1, 0, 0, 0, -1, 0]));
      await select("Picture", "the same, transposed");
      await expectMatrix("Response", Array(8).fill([0, 0, 0, 0, 0]));
      await page
        .getByRole("figure", { name: picture })
        .getByRole("combobox", { name: "Kernel" })
        .selectOption({ label: "difference, transposed" });
      await poll(() => caption(picture)).toContain("7 × 6 numbers, from −1 to 1; 12 of them");
      await page.getByLabel("Its numbers, to edit 1, 1", { exact: true }).fill("3");
      await poll(() => caption(picture)).toContain("from −1 to 3");
    });

    it("takes a drawn picture, and keeps it when a text file is chosen", async () => {
      page = await studio.open("learn/cross-correlation?picture=own");
      await poll(() => caption(picture)).toContain("64 × 63 numbers");
      const before = await caption(picture);
      await page.getByLabel("Load a picture").setInputFiles({
        name: "notes.png",
        mimeType: "image/png",
        buffer: Buffer.from("no picture at all"),
      });
      await poll(() => page.getByRole("alert").innerText()).toContain("notes.png is not a picture");
      expect(await caption(picture)).toBe(before);
      await page.getByRole("button", { name: "Clear" }).click();
      await poll(() => caption(picture)).toContain("; 0 of them");
      await page.getByRole("img", { name: "Picture to draw on" }).focus();
      await page.keyboard.press("Space");
      await poll(() => caption(picture)).not.toContain("; 0 of them");
    });

    const learned = async (): Promise<number[]> =>
      (await matrixOf(page, "Learned kernel"))[0] ?? [];
    const run = async (steps: number): Promise<void> => {
      await page.getByRole("button", { name: "Start", exact: true }).click();
      await poll(() => caption("The kernel is learned"), 20_000).toContain(
        `Steps so far: ${steps}.`,
      );
    };
    const distance = ([left = 9, right = 9]: number[], aim: readonly [number, number]): number =>
      Math.max(Math.abs(left - aim[0]), Math.abs(right - aim[1]));

    it("learns the kernel with a bias in 20 steps", async () => {
      page = await studio.open("learn/cross-correlation");
      await run(20);
      expect(distance(await learned(), [1, -1])).toBeLessThan(0.11);
      const [[bias = 9] = []] = await matrixOf(page, "Learned bias");
      expect(Math.abs(bias)).toBeLessThan(0.05);
      await page.getByRole("button", { name: "Reset" }).click();
      await poll(() => caption("The kernel is learned")).toContain("Steps so far: 0.");
      await page.getByRole("button", { name: "One step" }).click();
      await poll(() => caption("The kernel is learned")).toContain("Steps so far: 1.");
    });

    it("learns it without a bias in 10 steps, and flipped through strict convolution", async () => {
      page = await studio.open("learn/cross-correlation?layer=plain");
      await run(10);
      expect(distance(await learned(), [1, -1])).toBeLessThan(0.05);
      await page.getByLabel("through strict convolution").check();
      await poll(() => caption("The kernel is learned")).toContain("Steps so far: 0.");
      await run(10);
      expect(distance(await learned(), [-1, 1])).toBeLessThan(0.05);
    });
  });

  describe("padding and stride", () => {
    const size = "The size of the output";

    it("shows the numbers of the padded input, with stride 1 and with (3, 2)", async () => {
      page = await studio.open("learn/padding-stride");
      await expectMatrix("Output", [
        [0, 3, 8, 4],
        [9, 19, 25, 10],
        [21, 37, 43, 16],
        [6, 7, 8, 0],
      ]);
      await select("Example", "3 × 3, padding 1, stride (3, 2)");
      await expectMatrix("Output", [
        [0, 8],
        [6, 8],
      ]);
    });

    it.each([
      ["8 × 8, kernel 3, padding 1", "8 × 8"],
      ["8 × 8, kernel (5, 3), padding (2, 1)", "8 × 8"],
      ["8 × 8, kernel 3, padding 1, stride 2", "4 × 4"],
      ["8 × 8, kernel (3, 5), padding (0, 1), stride (3, 4)", "2 × 2"],
      ["5 × 5, kernel 3, stride 1", "3 × 3"],
      ["5 × 5, kernel 3, stride 2", "2 × 2"],
      ["5 × 5, kernel 3, padding 1", "5 × 5"],
    ])("%s gives %s", async (example, output) => {
      page = await studio.open("learn/padding-stride");
      await select("Example", example);
      await poll(() => caption(size)).toContain(`The output is ${output}.`);
      const formulas = await page.locator(".formula code").allInnerTexts();
      expect(formulas.slice(1).map((text) => text.split("= ")[1])).toEqual(output.split(" × "));
    });

    it("computes the example that is done by hand", async () => {
      page = await studio.open("learn/padding-stride");
      await select("Example", "by hand: 5 × 5, three rows of [1, 0, −1]");
      await expectMatrix("Output", [
        [-1, 6, 4],
        [0, 3, 3],
        [-5, 1, 5],
      ]);
      await select("Example", "by hand, padding 1");
      await expectMatrix("Output", [
        [-3, -2, 2, 4, 1],
        [-7, -1, 6, 4, 1],
        [-5, 0, 3, 3, 2],
        [-5, -5, 1, 5, 4],
        [-1, -6, -3, 5, 4],
      ]);
    });

    it("fills in the formula, and explains what is impossible", async () => {
      page = await studio.open("learn/padding-stride");
      await page.getByLabel("Padding p, rows").fill("0");
      await page.getByLabel("Dilation d, rows").fill("3");
      await poll(() => page.getByRole("alert").innerText()).toContain(
        "The kernel reaches over 4 rows, but the input with its padding has 3",
      );
      expect(await page.locator(".formula code").nth(1).innerText()).toBe(
        "⌊(3 + 2·0 − 3·(2 − 1) − 1) / 1⌋ + 1 = –",
      );
      await page.getByLabel("Input n, rows").fill("6");
      await poll(() => caption(size)).toContain("The output is 3 × 4.");
      expect(await page.locator(".formula code").nth(1).innerText()).toMatch(/= 3$/);
    });

    it("keeps the size with every kernel from 1 to 7", async () => {
      page = await studio.open("learn/padding-stride");
      await poll(() => caption("Kernels of 1 to 7 rows")).toContain("with 7 of 7 kernels");
      const table = page.getByRole("table", { name: "Kernels of 1 to 7 rows" });
      const rows = await table.locator("tbody tr").allInnerTexts();
      expect(rows[3]?.split(/\t+/).slice(1)).toEqual(["2", "1", "8 × 8"]);
    });

    it("shrinks 240 to 200 in ten layers, and 224 to 4 in 55, but not further", async () => {
      page = await studio.open("learn/padding-stride");
      const depth = "Height and width, layer by layer";
      await poll(() => caption(depth)).toBe("After 10 layers, 240 × 240 has become 200 × 200.");
      await select("Example of depth", "224 × 224 down to 4 × 4 by 5 × 5");
      await poll(() => caption(depth)).toBe("After 55 layers, 224 × 224 has become 4 × 4.");
      await page.getByRole("slider", { name: /^Layers/ }).fill("56");
      await poll(() => page.getByRole("alert").innerText()).toContain("Layer 56 is impossible");
    });
  });
});
