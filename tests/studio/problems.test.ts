// What goes wrong, said in the language of the page.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import * as fovea from "../../src/index.ts";
import { StudioError } from "../../studio/src/engine/studioError.ts";
import { problemOf, TextError } from "../../studio/src/problem.ts";
import { seriousFaults } from "./accessibility.ts";
import { describeStudio, poll } from "./browser.ts";
import { hugePng } from "./pictures.ts";

/** All public classes of errors, by name. */
function errorClasses(): Map<string, typeof fovea.FoveaError> {
  const found = new Map<string, typeof fovea.FoveaError>();
  const { FoveaError } = fovea;
  const spaces = Object.values(fovea).filter((value) => typeof value === "object");
  for (const space of [fovea, ...spaces]) {
    for (const [name, value] of Object.entries(space ?? {})) {
      if (typeof value === "function" && value.prototype instanceof FoveaError)
        found.set(name, value as typeof FoveaError);
    }
  }
  return found;
}

describe("problems in both languages", () => {
  it("says each kind of the library's errors in Chinese, above their own text", () => {
    const names = [...errorClasses().keys()];
    expect(names).toContain("ShapeError");
    expect(names).toContain("DivergedError");
    for (const name of names) {
      const error = Object.assign(new Error("conv2d: no\n  hint     yes"), { name });
      const { en, zh } = problemOf(error);
      expect(en).toBe("conv2d: no\n  hint     yes");
      expect(zh, name).toMatch(/^[^出][\u4e00-\u9fff，]+：conv2d: no\n {2}hint {5}yes$/);
    }
  });

  it("says the studio's own with their facts", () => {
    const error = new StudioError(
      { en: "too many", zh: "太多" },
      {
        facts: [
          [
            { en: "pictures", zh: "图像" },
            { en: "3 of at most 2", zh: "3，最多 2" },
          ],
          [{ en: "size", zh: "尺寸" }, "4 × 4"],
        ],
        hint: { en: "give fewer", zh: "请减少" },
      },
    );
    expect(error.message.replaceAll(/ +/g, " ")).toBe(
      "too many\n pictures 3 of at most 2\n size 4 × 4\n hint give fewer",
    );
    expect(problemOf(error).en).toBe(error.message);
    expect(problemOf(error).zh.replaceAll(/ +/g, " ")).toBe(
      "太多\n 图像 3，最多 2\n 尺寸 4 × 4\n 建议 请减少",
    );
  });

  it("takes whatever is thrown", () => {
    expect(problemOf("no")).toEqual({ en: "no", zh: "no" });
    expect(problemOf(new RangeError("no"))).toEqual({ en: "no", zh: "出错：no" });
    expect(problemOf(new TextError({ en: "no", zh: "不" }))).toEqual({ en: "no", zh: "不" });
  });
});

describeStudio("what goes wrong, in Chinese", (studio) => {
  let page: Page;
  const open = async (path: string): Promise<void> => {
    page = await studio.open(path, { locale: "zh-CN" });
  };
  const alert = (): Promise<string> => page.getByRole("alert").first().innerText();
  const network = (layers: string): string => {
    const text = `new nn.Sequential(\n  ${layers},\n)`;
    return String(new URLSearchParams({ net: "own", text, input: "1x28x28" }));
  };

  it("a network text with a mistake, and one that does not fit", async () => {
    await open(`build?${network("new nn.Flaten()")}`);
    const status = page.locator("#network-status");
    await poll(() => status.innerText()).toMatch(
      /第 2 行，第 3 列：网络文本有误：there is no layer nn\.Flaten/,
    );
    const row = page.locator(".row-problem");
    expect(await row.innerText()).toMatch(/^网络文本有误：.*did you mean Flatten\?$/);
    await page.getByLabel("网络文本").fill("new nn.Sequential(new nn.Conv2d(3, 6, 5))");
    await poll(() => status.innerText()).toMatch(/第 1 行，第 19 列：形状不匹配：conv2d: /);
    expect(await row.innerText()).toMatch(/^形状不匹配：/);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it("a network of other classes, and the language changed meanwhile", async () => {
    await open(`train?${network("new nn.Flatten(), new nn.Linear(784, 7)")}`);
    await page.getByRole("button", { name: "训练", exact: true }).click();
    await poll(alert).toMatch(/^网络的输出不是每个类别一个数\n\s+其输出\s+\[1, 7\]/);
    expect(await alert()).toMatch(/建议\s+以 new nn\.Flatten\(\), new nn\.Linear\(…, 10\) 结尾/);
    await page.getByLabel("语言").selectOption("en");
    await poll(alert).toMatch(/^the network does not end in one number for each class\n/);
  });

  it("a learning rate at which training diverges", async () => {
    await open("train?lr=900&epochs=5");
    await page.getByRole("button", { name: "训练", exact: true }).click();
    await poll(() => page.locator(".facts").innerText(), 90_000).toContain("失败");
    expect(await alert()).toMatch(/^训练发散，请降低学习率：training diverged: the loss is /);
  }, 120_000);

  it("a checkpoint that is broken", async () => {
    await open("runs");
    const buffer = Buffer.from("no checkpoint at all");
    const file = page.getByLabel(/^打开检查点/).last();
    await file.setInputFiles({ name: "broken.safetensors", mimeType: "", buffer });
    await poll(alert).toMatch(/^文件已损坏，或格式不符：safetensors: not a /);
  });

  it("a photo that is too large", async () => {
    await open("probe");
    await page.getByRole("button", { name: "不训练直接使用" }).click();
    const file = page.getByLabel("选择图像文件，或拖放到此处").last();
    const buffer = Buffer.from(hugePng(8660, 5773));
    await file.setInputFiles({ name: "photo.png", mimeType: "image/png", buffer });
    await poll(alert).toBe(
      "photo.png 有 50 百万像素（8660 × 5773），最多可读取 40 百万像素：请先缩小\n仍显示之前的图像。",
    );
  });

  it("a data set that is not here", async () => {
    await open("train?data=nowhere");
    await page.getByRole("button", { name: "训练", exact: true }).click();
    await poll(alert).toMatch(/^这里没有数据集 nowhere\n\s+建议/);
  });
});
