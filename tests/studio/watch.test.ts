// A training of the command line, watched in a real browser.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { afterAll, expect, it, onTestFinished } from "vitest";
import type { RunSettings } from "../../studio/src/engine/run/types.ts";
import { fovea, quickTraining, temporaryFolder } from "../cli/run.ts";
import { seriousFaults } from "./accessibility.ts";
import { describeStudio, poll } from "./browser.ts";

const epochs = 200;
const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

describeStudio("the command and the page", (studio) => {
  const folder = temporaryFolder();
  let page: Page;
  afterAll(() => folder[Symbol.dispose]());

  /** A training under way, and where it is to be watched. */
  async function training(...words: string[]) {
    const child = spawn(
      process.execPath,
      [main, ...quickTraining, "--studio", "--port", "0", ...words],
      {
        cwd: folder.path,
        env: { ...process.env, FOVEA_STUDIO: studio.folder },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    // Pages are closed by then: one that is open would miss the command.
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    let stdout = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    const ended = new Promise<{ code: number | null; stdout: string }>((resolve) => {
      child.on("close", (code) => resolve({ code, stdout }));
    });
    const address = () => /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0] ?? "";
    await poll(async () => address()).not.toBe("");
    return { child, address: address(), ended };
  }

  const figure = (of: Page, name: string) =>
    of.getByRole("figure", { name: `fovea train: ${name}` });
  const curve = (of: Locator, label: string) =>
    of.getByRole("img", { name: new RegExp(`^${label}\\.`) });

  it("shows curves and result of a training, and opens its network", async () => {
    // Long enough for the page to come while it lasts.
    const { address, ended } = await training("--epochs", `${epochs}`, "--run", "seen");
    page = await studio.open("learn", { address });
    // Another page says so; nothing has to be known about where it is shown.
    await page.getByRole("link", { name: /A training is/ }).click();
    const shown = figure(page, "seen");
    await poll(() => shown.locator("figcaption").innerText()).toContain("The training is over");
    const log = readFileSync(join(folder.path, "runs", "seen", "events.jsonl"), "utf8");
    const events = log
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    const { accuracy } = events.find(({ type }) => type === "result");
    const last = events.findLast(({ type }) => type === "epoch");
    expect(await shown.locator("figcaption").innerText()).toBe(
      `The training is over: ${(100 * accuracy).toFixed(1)} % of 300 test pictures are recognised.`,
    );
    const [loss, share] = [last.loss, last.accuracy].map((value) => Number(value.toPrecision(3)));
    const label = (name: string) => curve(shown, name).getAttribute("aria-label");
    expect(await label("Loss")).toContain(`Epoch ${epochs}: training ${loss}`);
    expect(await label("Accuracy")).toContain(`training ${share?.toPrecision(3)}, test `);
    expect(await label("Learning rate")).toContain("0.9");
    for (const fact of ["finished", "lenet, 61,706 parameters", `${epochs} / ${epochs}`, "4 / 4"])
      await shown.getByText(fact, { exact: true }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    await shown.getByRole("button", { name: "Open its best network here" }).click();
    await shown.getByText("The network is open.").waitFor();
    // It is among the runs that are kept, too.
    await page.getByRole("row", { name: /seen/ }).waitFor();
    await page.context().close();
    // The page is closed: nothing keeps the command any longer.
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`${(100 * accuracy).toFixed(1)} % of 300 test images right`);
  });

  it("follows a training while it runs, and says when it was stopped", async () => {
    const { child, address } = await training("--epochs", "100000", "--run", "long");
    page = await studio.open("runs", { address });
    const shown = figure(page, "long");
    const epoch = async () =>
      Number(/\d+/.exec((await shown.locator("dd").nth(3).innerText()) ?? "")?.[0] ?? 0);
    await poll(epoch).toBeGreaterThan(3);
    const before = await epoch();
    await poll(epoch).toBeGreaterThan(before + 5);
    await shown.getByText("running", { exact: true }).waitFor();
    child.kill("SIGINT");
    await poll(() => shown.locator("figcaption").innerText()).toContain("It was stopped");
    await shown.getByText("stopped", { exact: true }).waitFor();
    // Gone, it is not asked again: no failed requests in the console.
    await page.waitForTimeout(2500);
    await shown.getByRole("button", { name: "Open its best network here" }).waitFor();
    expect(await shown.getByRole("button").isDisabled()).toBe(true);
  });

  it("asks again where the command has gone in silence", async () => {
    const { child, address } = await training("--epochs", "100000", "--run", "killed");
    page = await studio.open("runs", { address });
    await figure(page, "killed").waitFor();
    child.kill("SIGKILL");
    await page.getByText("The command does not answer.").waitFor();
    // The browser writes what it could not reach into the console.
    expect(studio.faults().every((fault) => fault.includes("ERR_"))).toBe(true);
  });

  it.each([
    ["of grey pictures", [1, 28, 28]],
    ["of pictures that were resized and coloured", [3, 20, 24]],
  ] as const)("tests a checkpoint of the page to the same accuracy: %s", async (_, inputShape) => {
    const settings: RunSettings = {
      ...{ title: "of the page", inputShape, dataset: "sample", optimizer: "adam" },
      ...{ lr: 0.003, momentum: 0, weightDecay: 0, schedule: "cosine" },
      ...{ epochs: 2, batchSize: 50, seed: 4 },
      network: `new nn.Sequential(
        new nn.Conv2d(${inputShape[0]}, 6, 5), new nn.BatchNorm2d(6), new nn.ReLU(),
        new nn.AdaptiveAvgPool2d(8), new nn.Flatten(), new nn.Linear(384, 10),
      )`,
    };
    page = await studio.open("learn");
    const file = readdirSync(join(studio.folder, "assets")).find((name) => /^worker-/.test(name));
    // The page's own engine, asked as the page asks it.
    const { accuracy, bytes } = await page.evaluate(
      async ({ file, settings }) => {
        const worker = new Worker(`assets/${file}`, { type: "module" });
        const ask = (name: string, input: unknown) =>
          // biome-ignore lint/suspicious/noExplicitAny: whatever the engine answers
          new Promise<any>((done, failed) => {
            const id = Math.random();
            worker.addEventListener("message", ({ data }) => {
              if (data.id === id && data.kind === "done") done(data.value);
              if (data.id === id && data.kind === "failed") failed(new Error(data.error.message));
            });
            worker.postMessage({ id, name, input });
          });
        const { id } = await ask("runOpen", { settings });
        const { epochs } = await ask("runTrain", { paused: false });
        const { bytes } = await ask("runExport", { id });
        worker.terminate();
        return { accuracy: epochs.at(-1).testAccuracy as number, bytes: [...bytes] as number[] };
      },
      { file, settings },
    );
    writeFileSync(join(folder.path, "page.safetensors"), Uint8Array.from(bytes));
    const options = { cwd: folder.path };
    const words = ["evaluate", "page.safetensors", "--backend", "wasm", "--json"];
    const { stdout, stderr } = await fovea(words, options);
    // It says where the pictures are changed, and nothing else.
    const isChanged = inputShape.join() !== "1,28,28";
    expect(stderr.trim()).toBe(
      isChanged ? "fashion-mnist-sample: brought to the network's 3 x 20 x 24" : "",
    );
    expect(accuracy).toBeGreaterThan(0.3);
    expect(JSON.parse(stdout).accuracy).toBe(accuracy);
  });

  it("shows nothing where nothing is trained", async () => {
    page = await studio.open("runs");
    await page.getByRole("heading", { name: "Runs" }).waitFor();
    await page.waitForTimeout(300);
    expect(await page.getByRole("figure", { name: /fovea train/ }).count()).toBe(0);
    expect(await page.getByRole("link", { name: /A training is/ }).count()).toBe(0);
  });
});
