// What bundlers make of a page that uses Fovea: all that it needs is in there, works, and is small.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { PluginOption } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { slim } from "../../scripts/browser/slim.ts";
import { installPackage, lenet, scriptsOf } from "../pageBundle.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "fovea-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => installPackage(folder));

const sources = join(root, "src/index.ts");

const convolution = (fovea: string) => `
import { nn, setBackend, Tensor } from ${JSON.stringify(fovea)};
export async function main() {
  setBackend("wasm", { threads: 1 });
  const layer = new nn.Conv2d(1, 1, 2, { bias: false });
  layer.weight.assign(Tensor.from([[[[0, 1], [2, 3]]]]));
  const x = Tensor.arange(9).reshape(1, 1, 3, 3);
  const y = layer.forward(x).sigmoid().log().exp();
  y.sum().backward();
  return { y: Array.from(await layer.forward(x).data()), grad: layer.weight.grad.shape, text: await Tensor.arange(3).text() };
}
`;

const estimate = `
import { nn, optim, setBackend, train } from "fovea";
export function main() {
  setBackend("wasm", { threads: 1 });
  const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(18, 2));
  const { network, temporaries } = train.estimateMemory(net, {
    inputShape: [1, 8, 8], batchSize: 4, optimizer: optim.sgd({ lr: 0.1 }),
  });
  return { network, hasTemporaries: temporaries > 4 * 2 * 36 * 4 };
}
`;

/** What the function `main` of a program gives back, once a bundler has been over it. */
async function bundled(
  program: string,
  name: string,
  plugins: PluginOption[] = [],
): Promise<unknown> {
  const { build } = await import("vite");
  const entry = join(folder, `${name}.js`);
  writeFileSync(entry, program);
  const outDir = join(folder, name);
  await build({
    configFile: false,
    logLevel: "silent",
    root: folder,
    plugins,
    build: { outDir, lib: { entry, formats: ["es"], fileName: "bundle" } },
  });
  const { main } = await import(pathToFileURL(join(outDir, "bundle.js")).href);
  return main();
}

describe("a bundle", () => {
  it.each([
    ["of the sources", sources, []],
    ["of the sources, without what only tests and Node use", sources, [slim()]],
    ["of the package", "fovea", []],
  ])("%s computes what its program asks for", async (name, fovea, plugins) => {
    expect(await bundled(convolution(fovea), name, plugins)).toEqual({
      y: [19, 25, 37, 43],
      grad: [1, 1, 2, 2],
      text: "tensor([0, 1, 2], dtype=torch.int32)",
    });
  });

  it("estimates memory before it has loaded what computes", async () => {
    expect(await bundled(estimate, "estimate")).toEqual({ network: 232, hasTemporaries: true });
  });
});

/** Loaded only where something is printed, looked into, scheduled or goes wrong, or in Node. */
const onRequest = [
  "print",
  "planText",
  "disassemble",
  "peak",
  "explainMemory",
  "diverged",
  "schedule",
  "dawn",
];

// That a page loads no other scripts than these is seen in tests/browser/bundle.test.ts.
describe("a page that trains LeNet", () => {
  it.each([
    ["on a GPU", "onGpu", "onProcessor"],
    ["in WebAssembly", "onProcessor", "onGpu"],
  ])("%s loads less than 100 kB of compressed scripts", async (_, needed, other) => {
    const scripts = await scriptsOf(lenet, folder);
    const names = scripts.map(({ name }) => name);
    for (const name of ["page", "browserWorker", "program", needed, other, ...onRequest])
      expect(names).toContain(name);
    const loaded = scripts.filter(({ name }) => name !== other && !onRequest.includes(name));
    const told = JSON.stringify(loaded.map(({ name, bytes }) => [name, bytes]));
    expect(
      loaded.reduce((sum, { bytes }) => sum + bytes, 0),
      told,
    ).toBeLessThan(100_000);
  });
});
