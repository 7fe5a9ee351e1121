// The page Build in a real browser: the text and the list follow each other, numbers are right, and mistakes lose nothing.
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { allLayers } from "../../src/models/text/index.ts";
import { presets } from "../../studio/src/network/presets.ts";
import { seriousFaults } from "./accessibility.ts";
import { describeStudio, poll } from "./browser.ts";

const small = `new nn.Sequential(
  new nn.Conv2d(1, 6, 5), // sees
  new nn.ReLU(),
  new nn.Flatten(),
  new nn.Linear(3456, 10),
)`;

/** An address with a network of one's own. */
function own(text: string, input = "1x28x28"): string {
  return `build?${new URLSearchParams({ net: "own", text, input })}`;
}

const editor = (page: Page): Locator => page.getByLabel("Network as text");
const layers = (page: Page): Locator => page.locator(".layer-table tbody tr");
const status = (page: Page): Locator => page.locator("#network-status");

/** A column of the list. */
async function column(page: Page, name: string): Promise<string[]> {
  return page.locator(`.layer-table tbody td[data-label="${name}"]`).allInnerTexts();
}

function written(page: Page): Promise<string[]> {
  return layers(page)
    .locator("input")
    .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
}

async function shows(page: Page, parameters: string): Promise<void> {
  await status(page).getByText(parameters, { exact: true }).waitFor();
}

describeStudio("Build", (studio) => {
  let page: Page;

  it("shows LeNet layer by layer", async () => {
    page = await studio.open("build?net=lenet");
    await shows(page, "61,706");
    expect(await column(page, "Output")).toEqual(
      "6 × 28 × 28, 6 × 28 × 28, 6 × 14 × 14, 16 × 10 × 10, 16 × 10 × 10, 16 × 5 × 5, 400, 120, 120, 84, 84, 10".split(
        ", ",
      ),
    );
    const parameters = [156, 0, 0, 2416, 0, 0, 0, 48120, 0, 10164, 0, 850];
    expect((await column(page, "Parameters")).map((text) => Number(text.replace(",", "")))).toEqual(
      parameters,
    );
    expect((await column(page, "Receptive field")).slice(0, 6)).toEqual([
      "5 × 5",
      "5 × 5",
      "6 × 6",
      "14 × 14",
      "14 × 14",
      "16 × 16",
    ]);
    // 6 · 28² · 25, 16 · 10² · 150 and the dense layers.
    expect((await column(page, "Multiply-adds")).filter((text) => text !== "0")).toEqual([
      "118 k",
      "240 k",
      "48.0 k",
      "10.1 k",
      "840",
    ]);
    expect((await column(page, "Memory"))[0]).toBe("18.4 KiB");
    await status(page).getByText("78\u00a0% of the parameters are in 7 Linear(400, 120)").waitFor();
    // As it is drawn: the bar's part of its track, to a pixel.
    const shares = await page
      .locator('.layer-table tbody td[data-label="Parameters"] .bar > div')
      .evaluateAll((bars) =>
        bars.map((bar) => {
          const track = bar.parentElement?.getBoundingClientRect().width ?? 0;
          return bar.getBoundingClientRect().width / track;
        }),
      );
    expect(shares[7]).toBeCloseTo(48120 / 61706, 2);
  });

  it.each([
    ["alexnet", "46,764,746"],
    ["vgg11", "128,806,154"],
    ["vgg16", "134,300,362"],
    ["nin", "1,992,166"],
    ["googlenet", "5,977,530"],
    ["resnet18", "11,178,378"],
    ["densenet", "758,226"],
  ])("begins with %s, and brings the own text back", async (name, parameters) => {
    page = await studio.open(own(small));
    await shows(page, "34,726");
    await page.getByLabel("Begin with").selectOption(name);
    await shows(page, parameters);
    const preset = presets.find((each) => each.name === name);
    expect(await editor(page).inputValue()).toBe(preset?.text);
    expect(await page.getByLabel("Height").inputValue()).toBe(String(preset?.inputShape[1]));
    expect(page.url()).toContain(`net=${name}`);
    await page.getByRole("button", { name: "Undo" }).click();
    await shows(page, "34,726");
    expect(await editor(page).inputValue()).toBe(small);
    expect(await page.getByLabel("Height").inputValue()).toBe("28");
    await page.getByRole("button", { name: "Redo" }).click();
    await shows(page, parameters);
  });

  it("changes the list as the text is typed", async () => {
    page = await studio.open(own(small));
    await shows(page, "34,726");
    await editor(page).fill(small.replace("new nn.ReLU()", "new nn.BatchNorm2d(6)"));
    await shows(page, "34,738");
    expect(await written(page)).toEqual([
      "Conv2d(1, 6, 5)",
      "BatchNorm2d(6)",
      "Flatten()",
      "Linear(3456, 10)",
    ]);
    await page.getByLabel("Width").fill("30");
    await status(page)
      .getByText(/Line 5, column 3/)
      .waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await shows(page, "34,738");
  });

  it("changes the text as the list is edited, and keeps its comments", async () => {
    page = await studio.open(own(small));
    await shows(page, "34,726");
    const first = page.getByLabel("Layer 0", { exact: true });
    await first.fill("Conv2d(1, 6, 5, { padding: 2 })");
    await page.getByLabel("Layer 3", { exact: true }).fill("Linear(4704, 10)");
    await shows(page, "47,206");
    expect(await editor(page).inputValue()).toBe(
      small.replace("1, 6, 5", "1, 6, 5, { padding: 2 }").replace("3456", "4704"),
    );

    await page.getByLabel("Kind of layer").selectOption("nn.BatchNorm2d");
    await page.getByRole("button", { name: "Add below: 0 Conv2d" }).click();
    await page.getByLabel("Layer 1", { exact: true }).fill("BatchNorm2d(6)");
    await shows(page, "47,218");
    await page.getByRole("button", { name: "Move down: 1 BatchNorm2d" }).click();
    await poll(() => written(page)).toEqual([
      "Conv2d(1, 6, 5, { padding: 2 })",
      "ReLU()",
      "BatchNorm2d(6)",
      "Flatten()",
      "Linear(4704, 10)",
    ]);
    // The buttons go with the layer: pressed again, it is the same that moves.
    await poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
      "Move down: 2 BatchNorm2d",
    );
    await page.getByLabel("Layer 2", { exact: true }).press("Alt+ArrowUp");
    await poll(async () => (await written(page))[1]).toBe("BatchNorm2d(6)");
    await poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
      "Layer 1",
    );
    await page.getByRole("button", { name: "Move up: 1 BatchNorm2d" }).click();
    await poll(async () => (await written(page))[0]).toBe("BatchNorm2d(6)");
    await page.getByRole("button", { name: "Remove: 0 BatchNorm2d" }).click();
    await shows(page, "47,206");
    await page.getByLabel("Kind of layer").selectOption("nn.LogSoftmax");
    await page.getByRole("button", { name: "Add at the end" }).click();
    await poll(async () => (await written(page)).at(-1)).toBe("LogSoftmax(1)");
    const text = await editor(page).inputValue();
    expect(text).toContain("// sees");
    expect(text).toContain("  new nn.LogSoftmax(1),\n)");

    // All the way back, by keys.
    await editor(page).focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press("Control+z");
    await poll(() => editor(page).inputValue()).toBe(small);
    await page.keyboard.press("Control+Shift+z");
    await poll(() => editor(page).inputValue()).not.toBe(small);
  });

  it("offers every kind of layer and block, and adds it", async () => {
    page = await studio.open(own("new nn.Sequential()"));
    await page.getByLabel("Kind of layer").waitFor();
    const kinds = await page
      .getByLabel("Kind of layer")
      .locator("option")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(kinds).toEqual(allLayers);
    for (const kind of ["models.Residual", "models.Inception", "nn.Conv2d", "nn.GELU"]) {
      await page.getByLabel("Kind of layer").selectOption(kind);
      await page.getByRole("button", { name: "Add at the end" }).click();
    }
    await poll(async () => (await written(page)).map((text) => text.split("(")[0])).toEqual([
      "Residual",
      "Inception",
      "Conv2d",
      "GELU",
    ]);
  });

  it("explains typos where they are, and keeps what was typed", async () => {
    page = await studio.open(own(small));
    await shows(page, "34,726");
    const typo = small.replace("new nn.Flatten", "new nn.Flaten");
    await editor(page).fill(typo);
    await status(page)
      .getByText(/Line 4, column 3: .*did you mean Flatten\?/)
      .waitFor();
    expect(await page.locator(".editor-backdrop mark").innerText()).toBe("new nn.Flaten");
    expect(await page.locator(".editor-lines .wrong").innerText()).toBe("4");
    expect(await layers(page).nth(2).getAttribute("class")).toBe("wrong");
    await layers(page).nth(2).getByText("did you mean Flatten?").waitFor();
    // What is before the mistake keeps its numbers.
    expect((await column(page, "Output")).slice(0, 2)).toEqual(["6 × 24 × 24", "6 × 24 × 24"]);
    await page.getByRole("button", { name: "Go to the place" }).click();
    const selected = await editor(page).evaluate((element) => {
      const { value, selectionStart, selectionEnd } = element as HTMLTextAreaElement;
      return value.slice(selectionStart, selectionEnd);
    });
    expect(selected).toBe("new nn.Flaten");

    await editor(page).fill(small.replace("6, 5)", "6, 5, { paddin: 1 })"));
    await status(page)
      .getByText(/Line 2, column 3: .*paddin/)
      .waitFor();
    const broken = small.replace("ReLU()", "ReLU(");
    await editor(page).fill(broken);
    await status(page)
      .getByText(/Line 3, column/)
      .waitFor();
    await page.getByText("the list waits").waitFor();
    expect(await written(page)).toHaveLength(4);
    await poll(() => decodeURIComponent(page.url())).toContain("ReLU(,");
    // Training says the same, and begins when it is mended.
    await page.getByRole("link", { name: "Train this network" }).click();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("alert").getByText("expected").waitFor();
    await page.goBack();
    await status(page)
      .getByText(/Line 3, column/)
      .waitFor();
    await page.reload();
    expect(await editor(page).inputValue()).toBe(broken);
    await editor(page).fill("");
    await status(page)
      .getByText(/Line 1, column 1/)
      .waitFor();
    await poll(() => page.url()).toContain("text=&");
    expect(await editor(page).inputValue()).toBe("");
    await editor(page).fill(small);
    await shows(page, "34,726");
  });

  it("keeps a row that cannot be read, until it can", async () => {
    page = await studio.open(own(small));
    await shows(page, "34,726");
    const row = page.getByLabel("Layer 1", { exact: true });
    await row.fill("GELU(");
    await layers(page).nth(1).getByText("not in the network yet").waitFor();
    expect(await row.getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Channels").focus();
    expect(await row.inputValue()).toBe("GELU(");
    expect(await editor(page).inputValue()).toBe(small);
    await row.fill("GELU()");
    await poll(() => editor(page).inputValue()).toBe(small.replace("ReLU", "GELU"));
    await row.fill("Nothing(");
    await row.press("Escape");
    expect(await row.inputValue()).toBe("GELU()");
  });

  it("marks the first layer that does not fit", async () => {
    page = await studio.open(own(small.replace("3456", "3450")));
    await status(page)
      .getByText(/Line 5, column 3: .*3456/)
      .waitFor();
    expect(await layers(page).nth(3).getAttribute("class")).toBe("wrong");
    expect(await column(page, "Output")).toEqual(["6 × 24 × 24", "6 × 24 × 24", "3456", "–"]);
  });

  it("lists layers with names, and those inside others", async () => {
    const text = `new nn.Sequential({
  body: new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU()),
  head: new nn.Flatten(),
})`;
    page = await studio.open(own(text));
    await shows(page, "40");
    expect(await page.locator(".layer-path").allInnerTexts()).toEqual(["body.0", "body.1", "head"]);
    await page.getByRole("button", { name: "Add below: head Flatten" }).click();
    await page.getByLabel("Layer relu1").waitFor();
    await page.getByRole("button", { name: "Remove: body.1 ReLU" }).click();
    await poll(() => editor(page).inputValue()).toBe(`new nn.Sequential({
  body: new nn.Sequential(new nn.Conv2d(1, 4, 3)),
  head: new nn.Flatten(),
  relu1: new nn.ReLU(),
})`);
  });

  it("writes the whole program, and copies it", async () => {
    page = await studio.open(own(`const net = ${small};`));
    await shows(page, "34,726");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const program = await page.evaluate(() => navigator.clipboard.readText());
    expect(program).toBe(`import { data, nn, optim, train } from "fovea";

const net = ${small};

const sets = await data.fashionMnist();
await train.fit(net, {
  data: sets.train,
  validation: sets.test,
  optimizer: optim.sgd({ lr: 0.1 }),
  epochs: 20,
  batchSize: 32,
});
`);
    await page.getByLabel("Layer 1", { exact: true }).fill("GELU()");
    await page.locator(".program code").getByText("new nn.GELU()").waitFor();
  });

  it("shows the same network to whoever opens its address, and to Train", async () => {
    page = await studio.open("build");
    await editor(page).fill(small);
    await page.getByLabel("Height").fill("29");
    await page.getByLabel("Height").fill("28");
    await shows(page, "34,726");
    await poll(() => page.url()).toContain("net=own");
    const address = page.url();
    await page.reload();
    await shows(page, "34,726");
    expect(await editor(page).inputValue()).toBe(small);
    const other = await studio.open(address.slice(address.indexOf("#/") + 2));
    await shows(other, "34,726");
    expect(await editor(other).inputValue()).toBe(small);
    await other.context().close();
    await page.getByRole("link", { name: "Train this network" }).click();
    await page.getByRole("heading", { name: "Train", exact: true }).waitFor();
    await poll(() => page.getByLabel("Network", { exact: true }).first().inputValue()).toBe("own");
  });

  it("is as good on a phone, with a mistake, in Chinese", async () => {
    page = await studio.open(own(small.replace("3456", "3450")), {
      viewport: { width: 360, height: 740 },
      locale: "zh-CN",
    });
    await status(page)
      .getByText(/第 5 行/)
      .waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      360,
    );
    const button = await layers(page).first().getByRole("button").last().boundingBox();
    expect((button?.x ?? 999) + (button?.width ?? 999)).toBeLessThanOrEqual(360);
  });
});
