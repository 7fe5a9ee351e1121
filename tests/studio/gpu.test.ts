// The studio on WebGPU, with the adapter of Chromium's that computes on the processor: a training is computed, looked at and
// probed there, moves between the GPU and WASM, and outlives the loss of the GPU.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { readSmoothness, watchSmoothness } from "../../scripts/browser/smoothness.ts";
import { describeStudio, poll } from "./browser.ts";

/** A network whose steps are quick even on such an adapter. */
const text = encodeURIComponent("new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10))");
const small = `net=own&text=${text}&input=1x28x28`;

describeStudio(
  "WebGPU",
  (studio) => {
    let page: Page;

    const fact = (name: string): Promise<string> =>
      page
        .locator(".facts > div", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
        .locator("dd")
        .innerText();
    const press = (name: string): Promise<void> =>
      page.getByRole("button", { name, exact: true }).click();
    const steps = async (): Promise<number> => Number((await fact("Step")).replace(",", "")) || 0;
    const footer = (): Promise<string> => page.locator("footer.site").innerText();
    const computeOn = (choice: string) => page.getByLabel("Compute on").selectOption(choice);
    const openWithGpu = async (path: string): Promise<void> => {
      page = await studio.open(path, { address: `${studio.address}?software` });
      await poll(footer).toMatch(/^WebGPU \(.+, computed on the processor\)$/);
    };

    it("trains LeNet, shows curves and maps, pauses, and probes a picture", async () => {
      await openWithGpu("train?epochs=2000");
      await press("Train");
      // Compiling for such an adapter takes its time.
      await poll(steps, 200_000).toBeGreaterThan(1);
      expect(await fact("Computed by")).toMatch(/^WebGPU/);
      await poll(async () => Number(await fact("Loss")), 60_000).toBeGreaterThan(0);
      const maps = page.getByRole("region", { name: "Feature maps and kernels", exact: true });
      await poll(() => maps.locator("canvas").count(), 60_000).toBeGreaterThan(10);
      await poll(() => page.locator(".plot canvas, canvas.plot, .u-over").count()).toBeGreaterThan(
        0,
      );

      await press("Pause");
      await poll(() => fact("Status"), 100_000).toBe("paused");
      const before = await steps();
      await press("One step");
      await poll(steps, 100_000).toBe(before + 1);

      await page.getByRole("link", { name: "Probe", exact: true }).click();
      await page.getByRole("heading", { name: "Probe" }).waitFor();
      await poll(() => page.locator("main canvas").count(), 60_000).toBeGreaterThan(3);
      expect(await page.getByRole("alert").count()).toBe(0);
    }, 600_000);

    it("moves a run from the GPU to WASM and back, and says by what it was computed", async () => {
      await openWithGpu(`train?${small}&epochs=3&batch=250`);
      await press("Train");
      await poll(() => fact("Status"), 120_000).toBe("finished");
      const accuracy = await fact("Test accuracy");
      await computeOn("wasm");
      await poll(footer).toMatch(/^WASM, \d+ threads?$/);
      await poll(() => fact("Test accuracy")).toBe(accuracy);
      expect(page.url()).toContain("compute=wasm");
      await press("Train on");
      await poll(() => fact("Epoch"), 60_000).toBe("6.0 / 6");
      await computeOn("webgpu");
      await poll(footer).toMatch(/^WebGPU/);
      await poll(() => fact("Epoch")).toBe("6.0 / 6");
      await page.getByRole("link", { name: "Runs", exact: true }).click();
      const row = page.locator("table.runs tbody tr");
      await poll(() => row.count()).toBe(1);
      expect(await row.innerText()).toContain("WebGPU, WASM");
    }, 240_000);

    it("computes on WASM where the only GPU is none, and says so if asked for it", async () => {
      page = await studio.open("train");
      await poll(footer).toMatch(/^WASM, /);
      expect(await page.getByText("The GPU cannot be used").count()).toBe(0);
      await computeOn("webgpu");
      await page
        .getByText(/The GPU cannot be used; WASM computes\. .*computes on the processor/)
        .waitFor();
      await page.getByLabel("Language").selectOption("zh");
      await page.getByText("无法使用 GPU，改由 WASM 计算。").waitFor();
      await page.reload();
      await poll(() => page.getByLabel("计算设备").inputValue()).toBe("webgpu");
    }, 60_000);

    it("keeps a run whose GPU is lost, and goes on with it on WASM", async () => {
      await openWithGpu(`train?${small}&epochs=2000&batch=500`);
      await press("Train");
      await poll(async () => Number.parseFloat(await fact("Epoch")), 120_000).toBeGreaterThan(2);
      await studio.loseGpu();
      await page.getByText("The GPU can no longer be used.").waitFor({ timeout: 60_000 });
      await press("Go on with WASM");
      await poll(footer).toMatch(/^WASM, /);
      await poll(() => fact("Status"), 60_000).toBe("training");
      await poll(async () => Number.parseFloat(await fact("Epoch")), 60_000).toBeGreaterThan(3);
      await poll(() => page.getByRole("alert").count()).toBe(0);
      await press("Stop");
      await poll(() => fact("Status")).toBe("finished");
      // The browser says of it what it likes.
      studio.faults();
    }, 240_000);

    it("leaves the page as free while it trains as WASM does", async () => {
      const longest = async (): Promise<number> => {
        await press("Train");
        await poll(steps, 60_000).toBeGreaterThan(5);
        await watchSmoothness(page);
        await page.waitForTimeout(5_000);
        return (await readSmoothness(page)).longestTaskMs;
      };
      page = await studio.open(`train?${small}&epochs=2000&compute=wasm`);
      const onWasm = await longest();
      await page.context().close();
      await openWithGpu(`train?${small}&epochs=2000&compute=webgpu`);
      const onGpu = await longest();
      // Other programs run too: only pieces of work that are clearly longer count.
      expect(onGpu).toBeLessThan(Math.max(200, 2 * onWasm));
    }, 240_000);
  },
  { gpu: true },
);
