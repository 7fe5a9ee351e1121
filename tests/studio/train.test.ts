// The page Train in a real browser: a network learns from the sample, is stopped, stepped, changed and reset, and is found
// again after the page was loaded anew.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeStudio, poll } from "./browser.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
describeStudio("Train", (studio) => {
  let page: Page;

  const fact = (name: string): Promise<string> =>
    page
      .locator(".facts > div", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
      .locator("dd")
      .innerText();
  const press = (name: string): Promise<void> =>
    page.getByRole("button", { name, exact: true }).click();
  const panel = (title: string) => page.getByRole("region", { name: title, exact: true });
  const percent = async (name: string): Promise<number> => Number.parseFloat(await fact(name));
  const finished = (): Promise<void> => poll(() => fact("Status"), 60_000).toBe("finished");

  it("learns the sample to above 70 %, shows all of it, is found again, and evaluates the same in the command", async () => {
    page = await studio.open("train?epochs=12", { acceptDownloads: true });
    await press("Train");
    await finished();
    expect(await fact("Parameters")).toBe("61,706");
    expect(await fact("Epoch")).toBe("12.0 / 12");
    expect(await fact("Step")).toBe(String(12 * Math.ceil(1500 / 32)));
    const accuracy = await percent("Test accuracy");
    expect(accuracy).toBeGreaterThan(70);

    // 300 test pictures in the matrix, as many right as the accuracy says.
    const matrix = page.getByRole("table", { name: "Confusion matrix" });
    const counts = await matrix
      .locator("tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent))),
      );
    expect(counts.flat().reduce((a, b) => a + b)).toBe(300);
    const right = counts.reduce((sum, row, i) => sum + (row[i] as number), 0);
    expect(right / 3).toBeCloseTo(accuracy, 1);
    expect(await page.locator(".worst li").count()).toBe(12);

    // Every layer with parameters has a gradient, every ReLU a share of dead units.
    const health = panel("Gradients and dead units");
    expect(await health.locator("tbody tr").count()).toBe(9);
    const gradients = await health.locator("tbody td:nth-child(2)").allTextContents();
    expect(gradients.filter((text) => /^\d+\.\d+( · 10⁻[⁰¹²³⁴-⁹]+)?$/.test(text))).toHaveLength(5);

    // Maps of all layers but Flatten, gradients, and the kernels of both convolutions.
    // What is out of view has no size yet, and so no pictures.
    const maps = panel("Feature maps and kernels");
    await maps.scrollIntoViewIfNeeded();
    await poll(() => maps.locator("canvas").count()).toBeGreaterThan(10);
    await maps.getByLabel("Show").selectOption("backward");
    await poll(() => maps.getByRole("img", { name: /backward/ }).count()).toBe(11);
    await maps.getByLabel("Show").selectOption("kernels");
    await poll(() => maps.getByRole("img", { name: /kernels/ }).count()).toBe(2);
    await maps.getByRole("button", { name: "Next picture" }).click();
    await maps.getByText(/^Test picture 2:/).waitFor();

    await page.reload();
    await page.getByRole("link", { name: "Runs", exact: true }).click();
    const row = page.locator("table.runs tbody tr");
    await poll(() => row.count()).toBe(1);
    expect(await row.innerText()).toContain(`${accuracy.toFixed(1)} %`);
    await row.getByRole("button", { name: /^Open/ }).click();
    await row.getByText("open now").waitFor();

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      row.getByRole("button", { name: /^Download/ }).click(),
    ]);
    const folder = mkdtempSync(join(tmpdir(), "fovea-studio-train-"));
    try {
      const file = join(folder, download.suggestedFilename());
      await download.saveAs(file);
      const words = ["evaluate", file, "--data", "fashion-mnist-sample", "--backend", "wasm"];
      const told = execFileSync(process.execPath, [join(root, "cli/main.ts"), ...words], {
        encoding: "utf8",
      });
      expect(told).toContain(`accuracy ${accuracy.toFixed(1)} % of 300 images`);
    } finally {
      rmSync(folder, { recursive: true });
    }

    // It goes on from where it was.
    await page.getByRole("link", { name: "Train", exact: true }).first().click();
    await poll(() => fact("Test accuracy")).toBe(`${accuracy.toFixed(1)} %`);
    await press("Train on");
    await poll(() => fact("Epoch"), 60_000).toBe("24.0 / 24");
  }, 150_000);

  it("takes single steps, pauses, goes on, changes the rate, stops, and is reset", async () => {
    page = await studio.open("train?epochs=2000&net=lenet");
    await press("One step");
    await poll(() => fact("Step")).toBe("1");
    expect(await fact("Status")).toBe("paused");
    await press("One step");
    await poll(() => fact("Step")).toBe("2");

    await press("Go on");
    await poll(() => fact("Status")).toBe("training");
    await poll(async () => Number((await fact("Step")).replace(",", ""))).toBeGreaterThan(50);
    await page.getByRole("spinbutton", { name: "Learning rate" }).fill("0.25");
    await press("Pause");
    await poll(() => fact("Status")).toBe("paused");
    await press("One step");
    const curve = page.getByRole("img", { name: /^Learning rate/ });
    await poll(() => curve.getAttribute("aria-label").then(String)).toContain("Learning rate 0.25");
    await page.waitForTimeout(600);
    const before = await fact("Step");
    await press("One step");
    const next = Number(before.replace(",", "")) + 1;
    await poll(async () => Number((await fact("Step")).replace(",", ""))).toBe(next);
    await page.waitForTimeout(600);
    expect(Number((await fact("Step")).replace(",", ""))).toBe(next);

    await press("Stop");
    await finished();
    await press("Reset");
    await poll(() => fact("Status")).toBe("not trained yet");
    expect(await fact("Step")).toBe("–");
  }, 90_000);

  it("begins anew with other settings, and leaves and comes back while it trains", async () => {
    page = await studio.open("train?epochs=2000");
    await press("Train");
    await poll(() => fact("Status")).toBe("training");
    await page.getByRole("link", { name: "Build", exact: true }).click();
    await page.getByRole("heading", { name: "Build" }).waitFor();
    await page.goBack();
    await poll(() => fact("Status")).toBe("training");
    await press("Stop");
    await finished();
    await page.getByLabel("Optimizer").selectOption("adam");
    await page.getByLabel("Epochs", { exact: true }).fill("1");
    await page.getByLabel("Schedule").selectOption("cosine");
    await page.getByLabel("Batch size").fill("50");
    await page.getByLabel("Seed").fill("3");
    await page.getByLabel("Weight decay").fill("0.001");
    await page.getByLabel("First weights").selectOption("xavier");
    await page.getByText("The settings have changed").waitFor();
    await press("Train anew");
    await poll(() => fact("Step"), 60_000).toBe("30");
    await finished();
    expect(page.url()).toContain("optimizer=adam");
  }, 90_000);

  it("says where a network does not fit, and where the loss is no longer a number", async () => {
    const text = encodeURIComponent(
      "new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10), new nn.ReLU(), new nn.Linear(7, 10))",
    );
    page = await studio.open(`train?net=own&text=${text}&input=1x28x28`);
    await press("Train");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain(
      "linear: x has 10 features, weight expects 7",
    );

    await page.goto(`${studio.address}#/train?lr=900&epochs=5`);
    await page.getByRole("button", { name: /^Train/ }).click();
    await poll(() => fact("Status"), 60_000).toBe("failed");
    expect(await page.getByRole("alert").innerText()).toMatch(/NaN|infinit/i);
  }, 90_000);
});
