// The chapters on networks, batch normalisation and residual connections, in a real browser.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { describeStudio, poll } from "./browser.ts";

describeStudio("networks", (studio) => {
  let page: Page;

  const figure = (name: string) => page.getByRole("figure", { name, exact: true });
  const caption = (name: string): Promise<string> => figure(name).locator("figcaption").innerText();
  const numbersIn = (text: string): number[] =>
    (text.match(/\d[\d,]*(\.\d+)?/g) ?? []).map((part) => Number(part.replaceAll(",", "")));

  describe("from AlexNet to DenseNet", () => {
    const network = "A network and its blocks";
    const shapes = (): Promise<string[]> =>
      page.getByRole("list", { name: "Stages" }).locator(".shape").allInnerTexts();

    const expected: readonly (readonly [string, string, string, readonly string[]])[] = [
      [
        "lenet",
        "61,706",
        "416,520",
        [
          ...["6 × 28 × 28", "6 × 28 × 28", "6 × 14 × 14"],
          ...["16 × 10 × 10", "16 × 10 × 10", "16 × 5 × 5", "400", "120", "120", "84", "84", "10"],
        ],
      ],
      [
        "alexnet",
        "46,764,746",
        "938,146,176",
        [
          ...["96 × 54 × 54", "96 × 54 × 54", "96 × 26 × 26"],
          ...["256 × 26 × 26", "256 × 26 × 26", "256 × 12 × 12"],
          ...["384 × 12 × 12", "384 × 12 × 12", "384 × 12 × 12", "384 × 12 × 12"],
          ...["256 × 12 × 12", "256 × 12 × 12", "256 × 5 × 5", "6400"],
          ...["4096", "4096", "4096", "4096", "4096", "4096", "10"],
        ],
      ],
      ...(
        [
          ["vgg11", "128,806,154", "7,547,232,256"],
          ["vgg16", "134,300,362", "15,408,406,528"],
        ] as const
      ).map(
        ([name, parameters, work]) =>
          [
            name,
            parameters,
            work,
            [
              ...["64 × 112 × 112", "128 × 56 × 56", "256 × 28 × 28", "512 × 14 × 14"],
              ...["512 × 7 × 7", "25088", "4096", "4096", "4096", "4096", "4096", "4096", "10"],
            ],
          ] as const,
      ),
      [
        "nin",
        "1,992,166",
        "762,297,352",
        [
          ...["96 × 54 × 54", "96 × 26 × 26", "256 × 26 × 26", "256 × 12 × 12", "384 × 12 × 12"],
          ...["384 × 5 × 5", "384 × 5 × 5", "10 × 5 × 5", "10 × 1 × 1", "10"],
        ],
      ],
      [
        "googlenet",
        "5,977,530",
        "276,066,304",
        ["64 × 24 × 24", "192 × 12 × 12", "480 × 6 × 6", "832 × 3 × 3", "1024", "10"],
      ],
      [
        "resnet18",
        "11,178,378",
        "318,657,536",
        [
          ...["64 × 24 × 24", "64 × 24 × 24", "128 × 12 × 12", "256 × 6 × 6", "512 × 3 × 3"],
          ...["512 × 1 × 1", "512", "10"],
        ],
      ],
      [
        "densenet",
        "758,226",
        "129,077,168",
        [
          ...["64 × 24 × 24", "192 × 24 × 24", "96 × 12 × 12", "224 × 12 × 12", "112 × 6 × 6"],
          ...["240 × 6 × 6", "120 × 3 × 3", "248 × 3 × 3", "248 × 3 × 3", "248 × 3 × 3"],
          ...["248 × 1 × 1", "248", "10"],
        ],
      ],
    ];
    it("shows parameters, work and stages of each network, as the address goes from one to the next", async () => {
      page = await studio.open("learn/networks");
      for (const [name, parameters, work, stages] of expected) {
        await page.goto(`${studio.address}#/learn/networks?net=${name}`);
        await poll(() => caption(network)).toContain(
          `${parameters} parameters; ${work} multiply-adds for a picture.`,
        );
        expect(await shapes(), name).toEqual(stages);
      }
    });

    it("draws four paths that are joined, and follows pointer, keyboard and address", async () => {
      page = await studio.open("learn/networks?net=googlenet&block=2.0");
      const drawing = figure(network).getByRole("img");
      await poll(() => drawing.getAttribute("aria-label")).toMatch(
        /^Inception\. 1 input 192 × 12 × 12; .* join channels 256 × 12 × 12 ← \d+, \d+, \d+, \d+$/,
      );
      // The input, 13 layers on four paths, and what joins them; 17 connections.
      expect(await drawing.locator("rect").count()).toBe(15);
      expect(await drawing.locator("path").count()).toBe(17);
      const second = page.getByRole("button", { name: "Inception" }).nth(1);
      await second.focus();
      await poll(() => drawing.getAttribute("aria-label")).toContain("join channels 480 × 12 × 12");
      await page.getByRole("button", { name: "Linear" }).hover();
      await poll(() => page.locator(".inside").innerText()).toContain("weight 10 × 1024 + bias 10");
      await second.click();
      expect(page.url()).toContain("block=2.1");
    });

    it("draws the way around residual blocks, and dense concatenations", async () => {
      page = await studio.open("learn/networks?net=resnet18&block=1.0");
      const drawing = figure(network).getByRole("img");
      await poll(() => drawing.getAttribute("aria-label")).toMatch(/\+ add 64 × 24 × 24 ← .*\b1\b/);
      await page.goto(`${studio.address}#/learn/networks?net=resnet18&block=2.0`);
      // With a 1 × 1 convolution on it where the shape changes.
      await poll(() => drawing.innerHTML()).toContain("64 → 128, 1×1");
      await page.goto(`${studio.address}#/learn/networks?net=densenet&block=1`);
      await poll(async () =>
        ((await drawing.getAttribute("aria-label")) ?? "").match(/join channels \d+/g),
      ).toEqual([96, 128, 160, 192].map((channels) => `join channels ${channels}`));
    });

    it("takes pictures of other sizes, and says which cannot be", async () => {
      page = await studio.open("learn/networks?net=nin");
      await page.getByLabel("Pictures").selectOption("96 × 96");
      await poll(async () => (await shapes())[0]).toBe("96 × 22 × 22");
      await page.getByLabel("Network", { exact: true }).selectOption("LeNet");
      await poll(() => caption(network)).toContain("61,706 parameters");
      await page.getByLabel("Pictures").selectOption("64 × 64");
      await poll(() => page.getByRole("alert").innerText()).toContain("this network has one size");
      await page.getByLabel("Network", { exact: true }).selectOption("AlexNet");
      await page.getByLabel("Pictures").selectOption("28 × 28");
      await poll(() => page.getByRole("alert").innerText()).toContain("maxPool2d");
      await page.getByLabel("Pictures").selectOption("224 × 224");
      await poll(() => caption(network)).toContain("46,764,746 parameters");
      await poll(() => page.getByRole("alert").count()).toBe(0);
    });

    it("counts what an Inception block spares", async () => {
      page = await studio.open("learn/networks");
      const rows = async (): Promise<number[][]> => {
        const table = page.getByRole("table", {
          name: "An Inception block beside one convolution",
        });
        const texts = await table.locator("tbody tr").allInnerTexts();
        return texts.map((text) => numbersIn(text).slice(-2));
      };
      // 192 channels of 12 × 12; 1 × 1, 3 × 3 and 5 × 5 to 256 channels.
      await poll(rows).toEqual([
        [163_696, 23_519_232],
        [49_408, 7_077_888],
        [442_624, 63_700_992],
        [1_229_056, 176_947_200],
      ]);
      await page.getByLabel("Block of GoogLeNet").fill("9");
      await poll(async () => (await rows())[2]).toEqual([7_668_736, 69_009_408]);
      const [block, , three, five] = await rows();
      for (const part of [0, 1] as const) {
        expect(block?.[part]).toBeLessThan(three?.[part] as number);
        expect(three?.[part]).toBeLessThan(five?.[part] as number);
      }
    });

    it("compares all networks, and their first dense layers", async () => {
      page = await studio.open("learn/networks");
      const table = figure("Parameters and work of all networks").getByRole("table");
      await poll(() => table.locator("tbody tr").count()).toBe(10);
      const rows = new Map(
        (await table.locator("tbody tr").allInnerTexts()).map((text) => {
          const [name = "", , parameters = "", work = "", dense = ""] = text.split("\t");
          return [name, [parameters, work, dense]];
        }),
      );
      expect(rows.get("LeNet")).toEqual(["61,706", "416,520", "120 × 400 = 48,000"]);
      expect(rows.get("AlexNet")?.[2]).toBe("4,096 × 6,400 = 26,214,400");
      expect(rows.get("VGG-11")?.[2]).toBe("4,096 × 25,088 = 102,760,448");
      expect(rows.get("NiN")?.[2]).toBe("no dense layer");
      expect(rows.get("DenseNet")).toEqual(["758,226", "129,077,168", "10 × 248 = 2,480"]);
      expect(await page.locator(".scatter circle").count()).toBe(10);
    });
  });

  /** Accuracies in percent: with the difference, and without. */
  const accuracies = async (): Promise<readonly [number, number]> => {
    const [, , first = 0, second = 0] = numbersIn(await caption("Both networks learn"));
    return [first, second];
  };
  const trainFor = async (epochs: number): Promise<void> => {
    await page.getByLabel("Epochs").fill(String(epochs));
    await page.getByRole("button", { name: "Train both" }).click();
    await poll(() => caption("Both networks learn"), 60_000).toContain(`After ${epochs} epoch`);
    await page.getByRole("button", { name: "Train both" }).waitFor();
  };

  describe("batch normalisation", () => {
    const spread = "What each ReLU is given";
    const channel = "One channel, batch after batch";

    it("shows activations that shrink, and ones that do not", async () => {
      page = await studio.open("learn/batch-norm?depth=8");
      await poll(() => caption(spread)).toContain("64 pictures");
      const deviations = async (name: string): Promise<number[]> =>
        (
          await figure(spread)
            .getByRole("table", { name, exact: true })
            .locator("tbody tr td:last-child")
            .allInnerTexts()
        )
          .filter((text) => text !== "")
          .map(Number);
      const plain = await deviations("without normalisation");
      const normed = await deviations("with normalisation");
      expect(plain).toHaveLength(8);
      expect(plain[7]).toBeLessThan((plain[0] as number) / 10);
      for (const std of normed) expect(Math.abs(std - 1)).toBeLessThan(0.05);
    });

    it("fills in the formula; running statistics move by the momentum", async () => {
      page = await studio.open("learn/batch-norm?depth=4&layer=2&channel=3&momentum=1");
      const formulas = figure(channel).locator(".numbers");
      await poll(() => formulas.first().innerText()).toContain("= 1.000 · (");
      for (const text of await formulas.allInnerTexts()) {
        const line = text.split("\n")[1]?.replaceAll("−", "-") ?? "";
        const match =
          /= (\S+) · \((\S+) - \(?([^()\s]+)\)?\) \/ √\((\S+) \+ (\S+)\) \+ \(?([^()\s]+)\)? = (\S+)/.exec(
            line,
          );
        const [gamma, x, mean, variance, eps, beta, y] = (match ?? []).slice(1).map(Number) as [
          number,
          number,
          number,
          number,
          number,
          number,
          number,
        ];
        // Four digits of each number are shown.
        const computed = (gamma * (x - mean)) / Math.sqrt(variance + eps) + beta;
        expect(Math.abs(computed - y)).toBeLessThan(0.01);
      }
      // With momentum 1 the running mean is the last batch's.
      const [training = "", evaluation = ""] = await formulas.allInnerTexts();
      const meanIn = (text: string) => / − \(?([^()\s]+)\)?\) \//.exec(text)?.[1];
      expect(meanIn(evaluation)).toBe(meanIn(training));
      await figure(channel).getByLabel("Momentum").fill("0");
      await poll(() => caption(channel)).toContain(
        "running mean is 0.000, and the running variance 1.000",
      );
    });

    it("learns at a rate at which the plain network does not", async () => {
      page = await studio.open("learn/batch-norm?depth=8&lr=0.3&start=he");
      await poll(() => caption("Both networks learn")).toBe("Untrained so far.");
      const before = await caption(spread);
      await trainFor(3);
      const [withNorm, without] = await accuracies();
      expect(withNorm).toBeGreaterThan(55);
      expect(without).toBeLessThan(withNorm - 20);
      await poll(() => caption(spread)).not.toBe(before);
    }, 90_000);

    it("goes on where it was left, and forgets", async () => {
      page = await studio.open("learn/batch-norm?depth=2&lr=0.1");
      await trainFor(1);
      const then = await caption("Both networks learn");
      await page.getByRole("link", { name: "Residual connections" }).click();
      await page.getByRole("heading", { level: 1, name: "Residual connections" }).waitFor();
      await page.goBack();
      await poll(() => caption("Both networks learn")).toBe(then);
      await page.getByRole("button", { name: "Forget all" }).click();
      await poll(() => caption("Both networks learn")).toBe("Untrained so far.");
    }, 60_000);

    it("stops when both have had the same epochs", async () => {
      page = await studio.open("learn/batch-norm?depth=4&lr=0.1&epochs=20");
      await page.getByRole("button", { name: "Train both" }).click();
      await poll(() => caption("Both networks learn")).toMatch(/^After/);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByRole("button", { name: "Train both" }).waitFor({ timeout: 30_000 });
      const [epoch = 20] = numbersIn(await caption("Both networks learn"));
      expect(epoch).toBeLessThan(20);
    }, 60_000);
  });

  describe("residual connections", () => {
    const gradients = "The gradient that reaches each layer";

    it("compares gradients by layer, at any depth", async () => {
      page = await studio.open("learn/residual?depth=8");
      await poll(() => caption(gradients)).toContain("The first of 17 convolutions");
      const ratios = async (): Promise<number[]> =>
        [...(await caption(gradients)).matchAll(/(\d[\d.]*)(?: · 10⁻([⁰¹²³⁴-⁹]+))? times/g)].map(
          ([, digits, power = ""]) => {
            const size = [...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit)).join("");
            return Number(`${digits}e-${size || "0"}`);
          },
        );
      const [without = 1, withThem = 0] = await ratios();
      expect(without).toBeLessThan(withThem / 1000);
      await page.getByLabel("Blocks of two convolutions").fill("12");
      await poll(() => caption(gradients)).toContain("The first of 25 convolutions");
      const [deeper = 1] = await ratios();
      expect(deeper).toBeLessThan(without);
    });

    it("adds what a block computes to its input, exactly", async () => {
      page = await studio.open("learn/residual?depth=4");
      const maps = "What a block adds";
      await poll(() => caption(maps)).toMatch(/by at most 0\.00\.$/);
      const before = await caption(maps);
      await figure(maps)
        .getByRole("slider", { name: /^Block/ })
        .fill("3");
      await poll(() => caption(maps)).not.toBe(before);
      await figure(maps)
        .getByRole("slider", { name: /^Channel/ })
        .fill("5");
      await figure(maps)
        .getByRole("slider", { name: /^Picture/ })
        .fill("2");
      await poll(() => caption(maps)).toMatch(/by at most 0\.00\.$/);
      expect(await figure(maps).locator("canvas").count()).toBe(6);
      expect(page.url()).toContain("picture=2");
    });

    it("trains a deep network only with connections", async () => {
      page = await studio.open("learn/residual?depth=8&lr=0.1");
      await poll(() => caption("Both networks learn")).toBe("Untrained so far.");
      await trainFor(2);
      const [withThem, without] = await accuracies();
      expect(withThem).toBeGreaterThan(45);
      expect(without).toBeLessThan(20);
    }, 90_000);
  });
});
