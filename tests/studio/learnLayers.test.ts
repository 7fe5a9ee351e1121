// The chapters on channels, pooling, receptive fields and LeNet, in a real browser.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { captionOf, describeStudio, matrixOf, poll } from "./browser.ts";

describeStudio("layers", (studio) => {
  let page: Page;

  const expectMatrix = (label: string, values: number[][]): Promise<void> =>
    poll(() => matrixOf(page, label)).toEqual(values);
  const caption = (figure: string): Promise<string> => captionOf(page, figure);

  describe("channels", () => {
    it("sums over input channels, for three output channels", async () => {
      page = await studio.open("learn/channels");
      const figure = page.getByRole("figure", { name: "Channels are summed" });
      await figure.getByRole("table", { name: "Output channel 3", exact: true }).waitFor();
      const outputs = await figure.getByRole("table", { name: /^Output channel/ }).allInnerTexts();
      expect(outputs.map((text) => text.match(/\d+/g)?.map(Number))).toEqual([
        [56, 72, 104, 120],
        [76, 100, 148, 172],
        [96, 128, 192, 224],
      ]);
      expect(await caption("Channels are summed")).toContain("19 + 37 = 56");
    });

    it("follows an edited number and the output that is pointed at", async () => {
      page = await studio.open("learn/channels");
      await page.getByLabel("Input channel 1 1, 1", { exact: true }).fill("10");
      await page
        .getByRole("figure", { name: "Channels are summed" })
        .getByRole("button", { name: "Output channel 2 1, 1:" })
        .focus();
      // The tap on the edited number is 1: ten more than the 76 of before.
      await poll(() => caption("Channels are summed")).toMatch(
        /^Output channel 2, row 1, column 1: .* = 86$/,
      );
    });

    it("shows that a 1 × 1 convolution is a matrix product", async () => {
      page = await studio.open("learn/channels");
      await poll(() => caption("One matrix for every pixel")).toContain("at most");
      const text = await caption("One matrix for every pixel");
      // Rounding alone: 0, or some 10⁻⁸ or 10⁻⁷.
      expect(text).toMatch(/at most (0\.00|\d\.\d\d · 10⁻[⁷⁸⁹])\.$/);
      await page.getByRole("button", { name: "Other numbers" }).click();
      await poll(() => caption("One matrix for every pixel")).not.toBe(text);
    });

    it("counts one bias for each output channel", async () => {
      page = await studio.open("learn/channels?ci=3&co=8&k=5");
      await poll(() => caption("Weights and biases")).toBe("8 × 3 × 5 × 5 + 8 = 608");
    });
  });

  describe("pooling", () => {
    const examples: readonly (readonly [string, number[][]])[] = [
      [
        "3 × 3 input, max 2 × 2, stride 1",
        [
          [4, 5],
          [7, 8],
        ],
      ],
      [
        "3 × 3 input, average 2 × 2, stride 1",
        [
          [2, 3],
          [5, 6],
        ],
      ],
      ["4 × 4 input, max 3 × 3", [[10]]],
      [
        "max 3 × 3, padding 1, stride 2",
        [
          [5, 7],
          [13, 15],
        ],
      ],
      [
        "max 2 × 3, padding (1, 1), stride (2, 3)",
        [
          [1, 3],
          [9, 11],
          [13, 15],
        ],
      ],
      [
        "max 2 × 3, padding (0, 1), stride (2, 3)",
        [
          [5, 7],
          [13, 15],
        ],
      ],
    ];
    it.each(examples)("%s", async (name, expected) => {
      page = await studio.open("learn/pooling");
      await page.getByLabel("Example").selectOption(name);
      await expectMatrix("Output", expected);
    });

    it("pools channels alone", async () => {
      page = await studio.open("learn/pooling");
      await page.getByLabel("Example").selectOption("two channels, max 3 × 3, padding 1, stride 2");
      await expectMatrix("Output, channel 1", [
        [5, 7],
        [13, 15],
      ]);
      await expectMatrix("Output, channel 2", [
        [6, 8],
        [14, 16],
      ]);
    });

    it("explains windows that do not fit, and loses nothing", async () => {
      page = await studio.open("learn/pooling");
      await page.getByLabel("Input 1, 1", { exact: true }).fill("99");
      await page.getByLabel("Window, rows").fill("5");
      await poll(() => page.getByRole("alert").allInnerTexts()).toHaveLength(1);
      expect(await page.getByRole("alert").innerText()).toContain("maxPool2d");
      await page.getByLabel("Window, rows").fill("2");
      await expectMatrix("Output", [
        [99, 7],
        [13, 15],
      ]);
    });

    it("forgives a shift inside a window", async () => {
      page = await studio.open("learn/pooling");
      const figure = "Before and after one step to the right";
      await poll(() => caption(figure)).toContain(
        "16 of 64 numbers of the response change, and 0 of 16",
      );
      await page.getByLabel("Edge after column").fill("4");
      await poll(() => caption(figure)).toContain("8 of 16 after pooling");
    });
  });

  describe("receptive field", () => {
    const figure = "What a unit sees";

    it("two 2 × 2 layers see 3 × 3", async () => {
      page = await studio.open("learn/receptive-field");
      await poll(() => caption(figure)).toContain("layer 2 sees 3 × 3 of the 12 × 12 input");
      await page.getByLabel("Unit in layer").fill("1");
      await poll(() => caption(figure)).toContain("layer 1 sees 2 × 2");
    });

    it("follows the layers, and explains those that do not fit", async () => {
      page = await studio.open("learn/receptive-field");
      await page.getByRole("button", { name: "Add pooling" }).click();
      await poll(() => caption(figure)).toContain("layer 3 sees 4 × 4");
      await page.getByLabel("Kernel, Layer 1").fill("11");
      await page.getByLabel("Dilation, Layer 1").fill("4");
      await page.getByRole("alert").waitFor();
      await page.getByRole("button", { name: "Remove layer 1" }).click();
      await poll(() => caption(figure)).toContain("layer 2 sees 3 × 3");
    });

    it("points at a unit", async () => {
      page = await studio.open("learn/receptive-field");
      await page
        .getByRole("img", { name: "Layer 2: 10 × 10" })
        .hover({ position: { x: 40, y: 56 } });
      await poll(() => caption(figure)).toContain("row 4, column 3 of layer 2");
    });

    it("knows the networks of the library", async () => {
      page = await studio.open("learn/receptive-field?net=googlenet&at=3");
      const own = "The field of the unit in the middle";
      await poll(() => caption(own)).toContain("a unit sees 11 × 11, input 96 × 96");
      await page.getByLabel("Network").selectOption("lenet");
      await poll(() => caption(own)).toContain("(Conv2d): a unit sees 14 × 14, input 28 × 28");
    });
  });

  describe("LeNet", () => {
    it("shows the shape after each layer", async () => {
      page = await studio.open("learn/lenet?form=textbook");
      const boxes = page.getByRole("list", { name: "Layers" }).getByRole("listitem");
      await boxes.first().waitFor();
      const shapes = await boxes.locator("span:not(.part-title)").allInnerTexts();
      expect(shapes.slice(1)).toEqual([
        "6 × 28 × 28",
        "6 × 28 × 28",
        "6 × 14 × 14",
        "16 × 10 × 10",
        "16 × 10 × 10",
        "16 × 5 × 5",
        "400",
        "120",
        "120",
        "84",
        "84",
        "10",
      ]);
      expect(await caption("From picture to classes")).toContain("61,706 parameters");
    });

    it("learns, stops, and forgets", async () => {
      page = await studio.open("learn/lenet?epochs=8");
      await poll(() => caption("Layer by layer")).toContain("The picture is: ankle boot");
      await page.getByRole("button", { name: "Train", exact: true }).click();
      await poll(() => caption("Loss and accuracy"), 60_000).toContain("After 8.0 epochs");
      const text = await caption("Loss and accuracy");
      expect(Number(/([\d.]+) % of/.exec(text)?.[1])).toBeGreaterThan(70);
      await page.getByLabel("Epochs").fill("30");
      await page.getByRole("button", { name: "Train", exact: true }).click();
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByRole("button", { name: "Train", exact: true }).waitFor();
      await page.getByRole("button", { name: "Forget all" }).click();
      await poll(() => caption("Loss and accuracy")).toBe("Untrained so far.");
    }, 90_000);

    it("looks at what is drawn", async () => {
      page = await studio.open("learn/lenet");
      await poll(() => caption("Layer by layer")).toContain("The picture is");
      await page.getByRole("button", { name: "Clear" }).click();
      const pad = page.getByRole("img", { name: /^Picture\. Draw/ });
      await pad.focus();
      await page.keyboard.press("Space");
      await poll(() => caption("Layer by layer")).toMatch(/^A drawing\. Most likely/);
      await page.getByRole("button", { name: "bag" }).click();
      await poll(() => caption("Layer by layer")).toContain("The picture is: bag");
    });
  });

  it.each(["channels", "pooling", "receptive-field", "lenet"])(
    "%s fits a phone, in Chinese",
    async (chapter) => {
      page = await studio.open(`learn/${chapter}`, {
        locale: "zh-CN",
        viewport: { width: 360, height: 800 },
      });
      await page.locator("figcaption").first().waitFor();
      await page.waitForTimeout(500);
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(excess).toBeLessThanOrEqual(0);
      expect(await page.locator("h1").innerText()).toMatch(/[\u4e00-\u9fff]|LeNet/);
    },
  );
});
