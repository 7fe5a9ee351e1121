// What the studio keeps of its trainings, in the storage of a real browser: the page's engine is asked as the page asks it.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, expect, it } from "vitest";
import type {
  Input,
  Output,
  Progress,
  Reply,
  RequestName,
} from "../../studio/src/engine/protocol.ts";
import type { RunSettings, RunView } from "../../studio/src/engine/run/types.ts";
import { describeStudio } from "./browser.ts";

const settings: RunSettings = {
  ...{ title: "kept", inputShape: [1, 28, 28], dataset: "sample", optimizer: "adam" },
  ...{ lr: 0.005, momentum: 0, weightDecay: 0, schedule: "cosine" },
  ...{ epochs: 3, batchSize: 64, seed: 8 },
  network: `new nn.Sequential(
    new nn.Conv2d(1, 4, 5, { stride: 2 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2),
    new nn.Flatten(), new nn.Linear(144, 10),
  )`,
};

/** What is done to the training when it tells of something. */
interface When {
  readonly status?: string;
  /** After so many steps. */
  readonly step?: number;
  readonly ask: "runPause" | "runStop";
}

/** Asks the engine of the page, and notes what it tells. */
declare global {
  interface Window {
    askEngine(
      name: string,
      input: unknown,
      when?: When,
    ): Promise<{ value: unknown; told: unknown[] }>;
    endEngine(): void;
  }
}

function startEngine(file: string): void {
  const worker = new Worker(`assets/${file}`, { type: "module" });
  let last = 0;
  window.endEngine = () => worker.terminate();
  window.askEngine = (name, input, when) =>
    new Promise((done, failed) => {
      const id = ++last;
      const told: unknown[] = [];
      worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
        if (data.id !== id) return;
        if (data.kind === "failed") failed(new Error(data.error.message));
        else if (data.kind === "done") done({ value: data.value, told });
        else {
          told.push(data.value);
          const { type, status, point } = data.value as {
            type: string;
            status?: string;
            point?: { step: number };
          };
          const isNow =
            when !== undefined &&
            (type === "status" ? status === when.status : (point?.step ?? 0) >= (when.step ?? 1e9));
          if (isNow) void window.askEngine(when.ask, {});
        }
      });
      worker.postMessage({ id, name, input });
    });
}

describeStudio("runs in the browser's storage", (studio) => {
  let page: Page;
  let file: string;

  beforeAll(() => {
    file = readdirSync(join(studio.folder, "assets")).find((name) => /^worker-/.test(name)) ?? "";
  });

  async function open(): Promise<void> {
    page = await studio.open("learn");
    await page.evaluate(startEngine, file);
  }

  /** As when the page is loaded again: another engine. */
  async function reload(): Promise<void> {
    await page.evaluate(() => window.endEngine());
    await page.evaluate(startEngine, file);
  }

  async function hear<Name extends RequestName>(
    name: Name,
    input: Input<Name>,
    when?: When,
  ): Promise<{ readonly value: Output<Name>; readonly told: Progress<Name>[] }> {
    const answer = await page.evaluate(
      ([name, input, when]) => window.askEngine(name, input, when),
      [name, input, when] as const,
    );
    return answer as { value: Output<Name>; told: Progress<Name>[] };
  }
  const ask = async <Name extends RequestName>(name: Name, input: Input<Name>, when?: When) =>
    (await hear(name, input, when)).value;

  const results = ({ epochs }: RunView) =>
    epochs.map(({ step, loss, testLoss, testAccuracy, lr }) => ({
      ...{ step, loss, testLoss, testAccuracy, lr },
    }));

  it("are there after the page was closed in mid-training, and go on to the same numbers", async () => {
    await open();
    await ask("runOpen", { settings });
    const whole = await ask("runTrain", { paused: false });
    expect(whole.epochs).toHaveLength(3);

    const { id } = await ask("runOpen", { settings });
    // Never trained, it is not kept.
    expect((await ask("runList", {})).map((run) => run.id)).toEqual([whole.id]);
    await page.evaluate((paused) => void window.askEngine("runTrain", { paused }), true);
    for (let step = 0; step < 5; step++) await ask("runStep", {});
    const current = () => ask("runCurrent", {});
    await expect.poll(async () => (await current())?.steps.length, { timeout: 20_000 }).toBe(5);
    // Has its turn when what stands still is kept.
    await ask("runLook", { index: 0, version: 0 });
    const paused = await current();
    const listed = async () => (await ask("runList", {})).find((run) => run.id === id);
    expect((await listed())?.status).toBe("paused");

    await reload();
    expect(await ask("runCurrent", {})).toBe(null);
    expect(await listed()).toMatchObject({
      status: "done",
      settings,
      parameters: whole.parameters,
    });
    const loaded = await ask("runLoad", { id });
    expect(loaded).toMatchObject({ id, status: "done", settings, createdAt: paused?.createdAt });
    expect(loaded.steps).toEqual(paused?.steps);
    expect((await ask("runCurrent", {}))?.id).toBe(id);
    const ended = await ask("runTrain", { paused: false });
    expect(results(ended)).toEqual(results(whole));
  });

  it("are kept at each epoch and where they are stopped", async () => {
    await open();
    const { id } = await ask("runOpen", { settings: { ...settings, epochs: 1000 } });
    const stopped = await ask("runTrain", { paused: false }, { step: 40, ask: "runStop" });
    expect(stopped.status).toBe("done");
    await reload();
    const loaded = await ask("runLoad", { id });
    expect(loaded.epochs).toEqual(stopped.epochs);
    expect(loaded.steps).toEqual(stopped.steps);
    expect(loaded.epochs.length).toBeGreaterThan(0);
    const look = await ask("runConfusion", { version: 0 });
    expect(look.matrix.flat().reduce((sum, count) => sum + count, 0)).toBe(loaded.testImages);
  });

  it("are renamed, written to files, read from them, and forgotten", async () => {
    await open();
    const { id } = await ask("runOpen", { settings: { ...settings, epochs: 1 } });
    const trained = await ask("runTrain", { paused: false });
    await ask("runRename", { id, title: "my best: 小網路" });
    // What is kept later keeps the new name.
    await ask("runTrain", { paused: true }, { status: "paused", ask: "runStop" });
    const titles = async () => (await ask("runList", {})).map((run) => run.settings.title);
    expect(await titles()).toEqual(["my best: 小網路"]);
    const { name, bytes } = await ask("runExport", { id });
    expect(name).toBe("my-best-小網路.safetensors");
    await reload();
    // Of a run that is not open: the same file.
    expect(await ask("runExport", { id })).toEqual({ name, bytes });
    const read = await ask("runImport", { name, bytes });
    expect(read).toMatchObject({ status: "done", parameters: trained.parameters });
    expect(read.id).not.toBe(id);
    expect(results(read)).toEqual(results(trained));
    expect(await titles()).toEqual(["my best: 小網路", "my best: 小網路"]);
    await ask("runDelete", { id });
    expect((await ask("runList", {})).map((run) => run.id)).toEqual([read.id]);
    await expect(ask("runLoad", { id })).rejects.toThrow("no longer in the browser's storage");
    // Under way, it ends first, and is not kept again.
    const { told } = await hear("runTrain", { paused: true }, { status: "paused", ask: "runStop" });
    expect(told.map((event) => event.type === "status" && event.status)).toEqual([
      ...["running", "paused", "done"],
    ]);
    await ask("runDelete", { id: read.id });
    expect(await ask("runList", {})).toEqual([]);
  });

  it("that do not fit into the storage are trained all the same, and the page hears of it", async () => {
    await open();
    const first = await ask("runOpen", { settings: { ...settings, epochs: 1 } });
    const session = await page.context().newCDPSession(page);
    const origin = new URL(studio.address).origin;
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
    const { value, told } = await hear("runTrain", { paused: false });
    expect(value.status).toBe("done");
    expect(value.epochs).toHaveLength(1);
    const unsaved = told.filter(({ type }) => type === "unsaved");
    expect(unsaved.length).toBeGreaterThan(0);
    expect(unsaved[0]).toMatchObject({
      text: { en: expect.stringContaining("storage for this page is full") },
    });
    // For as long as the page is open, it is there.
    await ask("runOpen", { settings });
    expect((await ask("runList", {})).map((run) => run.id)).toEqual([first.id]);
    expect((await ask("runLoad", { id: first.id })).epochs).toEqual(value.epochs);
    await session.send("Storage.overrideQuotaForOrigin", { origin });
    const { told: later } = await hear("runTrain", { paused: false });
    expect(later.filter(({ type }) => type === "unsaved")).toEqual([]);
    await reload();
    expect((await ask("runLoad", { id: first.id })).epochs).toHaveLength(2);
  });
});
