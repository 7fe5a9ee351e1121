// What a page in real Chromium loads to train LeNet: less than 100 kB of compressed scripts, and nothing that only the other
// machine needs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askPage } from "../../scripts/browser/askPage.ts";
import { findChromium } from "../../scripts/browser/chromium.ts";
import { data, nn, optim, setBackend, train } from "../../src/index.ts";
import type { History } from "../../src/train/events.ts";
import { installPackage, lenet, type Script, scriptsOf } from "../pageBundle.ts";

const isMissing = findChromium() === undefined;
const folder = mkdtempSync(join(tmpdir(), "fovea-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

const count = 300;
const imageOf = (i: number): number => (i * 31) % 256;
const labelOf = (i: number): number => i % 10;

/** Starts the program on two batches of images; an adapter that computes on the processor is GPU enough. */
const start = ({ path }: Script): string => `
const worker = new Worker(${JSON.stringify(path)}, { type: "module" });
const images = Uint8Array.from({ length: ${count * 784} }, (_, i) => (${imageOf})(i));
const labels = Uint8Array.from({ length: ${count} }, (_, i) => (${labelOf})(i));
worker.postMessage({ images, labels, software: true });
export default await new Promise((resolve, reject) => {
  worker.addEventListener("message", ({ data }) => resolve(data));
  worker.addEventListener("error", ({ message }) => reject(new Error(message)));
});
`;

/** What the program computes, here. */
async function expectedLoss(): Promise<number> {
  setBackend("wasm");
  const net = new nn.Sequential(
    new nn.Conv2d(1, 6, 5, { padding: 2 }),
    new nn.Sigmoid(),
    new nn.AvgPool2d(2),
    new nn.Conv2d(6, 16, 5),
    new nn.Sigmoid(),
    new nn.AvgPool2d(2),
    new nn.Flatten(),
    new nn.Linear(400, 120),
    new nn.Sigmoid(),
    new nn.Linear(120, 84),
    new nn.Sigmoid(),
    new nn.Linear(84, 10),
  );
  const images = Uint8Array.from({ length: count * 784 }, (_, i) => imageOf(i));
  const labels = Uint8Array.from({ length: count }, (_, i) => labelOf(i));
  const set = data.fromArrays(images, labels, { imageShape: [1, 28, 28] });
  const optimizer = optim.sgd({ lr: 0.9 });
  const { epochs } = await train.fit(net, { data: set, optimizer, epochs: 1, batchSize: 256 });
  return epochs[0]?.loss as number;
}

const asFile = (content: string) => () => Promise.resolve(new TextEncoder().encode(content));

describe.skipIf(isMissing)("a page that trains LeNet (needs chromium)", () => {
  let scripts: readonly Script[] = [];
  let expected = 0;
  beforeAll(async () => {
    installPackage(folder);
    scripts = await scriptsOf(lenet.replace("epochs: 10", "epochs: 1"), folder);
    expected = await expectedLoss();
  });

  test.each([
    { place: "on a GPU", gpu: true, needed: "onGpu", others: ["onProcessor", "browserWorker"] },
    { place: "in WebAssembly", gpu: false, needed: "onProcessor", others: ["onGpu"] },
  ])("$place loads less than 100 kB of scripts", { timeout: 220_000 }, async (asked) => {
    const loaded = new Set<Script>();
    const files = scripts.map((script) => {
      const file = asFile(script.content);
      const load = (): Promise<Uint8Array> => {
        loaded.add(script);
        return file();
      };
      return [script.path, load] as const;
    });
    const program = scripts.find(({ name }) => name === "program") as Script;
    const { epochs, step } = await askPage<History>("/start.js", {
      gpu: asked.gpu,
      files: { ...Object.fromEntries(files), "/start.js": asFile(start(program)) },
      timeoutMs: 200_000,
    });
    expect(step).toBe(2);
    const { loss } = epochs[0] as { readonly loss: number };
    if (asked.gpu) expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-5);
    else expect(loss).toBe(expected);
    const names = [...loaded].map(({ name }) => name);
    expect(names).toContain(asked.needed);
    for (const other of asked.others) expect(names).not.toContain(other);
    const bytes = [...loaded].reduce((sum, script) => sum + script.bytes, 0);
    expect(bytes, names.join()).toBeLessThan(100_000);
  });
});
