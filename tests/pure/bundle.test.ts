// What bundlers make of a page that uses Fovea: all that it needs is in there, works, and is small.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writePageModules } from "../../scripts/browser/pageModules.ts";
import { slim } from "../../scripts/browser/slim.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "fovea-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

// The package as it is published, as far as pages see it.
beforeAll(() => {
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const installed = join(folder, "node_modules", "fovea");
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(root, "package.json"), join(installed, "package.json"));
  writePageModules(root, join(installed, "dist", "browser"));
});

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

describe("a bundle", () => {
  it.each([
    ["of the sources", sources, []],
    ["of the sources, without what only tests and Node use", sources, [slim()]],
    ["of the package", "fovea", []],
  ])("%s computes what its program asks for", async (name, fovea, plugins) => {
    const { build } = await import("vite");
    const entry = join(folder, "convolution.js");
    writeFileSync(entry, convolution(fovea));
    const outDir = join(folder, name);
    await build({
      configFile: false,
      logLevel: "silent",
      root: folder,
      plugins,
      build: { outDir, lib: { entry, formats: ["es"], fileName: "bundle" } },
    });
    const { main } = await import(pathToFileURL(join(outDir, "bundle.js")).href);
    expect(await main()).toEqual({
      y: [19, 25, 37, 43],
      grad: [1, 1, 2, 2],
      text: "tensor([0, 1, 2], dtype=torch.int32)",
    });
  });
});

/** The README's first program, in a page: on the GPU where there is one, otherwise in WebAssembly. */
const lenet = `
import { data, nn, openGpu, optim, setBackend, train } from "fovea";

const net = new nn.Sequential(
  new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.Sigmoid(), new nn.AvgPool2d(2),
  new nn.Conv2d(6, 16, 5), new nn.Sigmoid(), new nn.AvgPool2d(2), new nn.Flatten(),
  new nn.Linear(400, 120), new nn.Sigmoid(), new nn.Linear(120, 84), new nn.Sigmoid(), new nn.Linear(84, 10),
);
addEventListener("message", async ({ data: { images, labels } }) => {
  await openGpu().catch(console.warn);
  setBackend("auto");
  const set = data.fromArrays(images, labels);
  postMessage(await train.fit(net, { data: set, optimizer: optim.sgd({ lr: 0.9 }), epochs: 10, batchSize: 256 }));
});
`;

/** Loaded only where something is printed, looked into, scheduled or goes wrong: the modules by which these begin. */
const onRequest = [
  "dawn",
  "print",
  "planText",
  "disassemble",
  "peak",
  "estimateMemory",
  "diverged",
  "schedule",
];

/** Compressed sizes of the scripts that are loaded when this program trains in a worker, by name. */
async function sizesOf(program: string): Promise<ReadonlyMap<string, number>> {
  const { build } = await import("vite");
  const page = join(folder, "page.js");
  writeFileSync(join(folder, "program.js"), program);
  writeFileSync(page, `new Worker(new URL("./program.js", import.meta.url), { type: "module" });`);
  const { output } = (await build({
    configFile: false,
    logLevel: "silent",
    root: folder,
    build: { write: false, rolldownOptions: { input: page } },
    worker: { format: "es" },
  })) as Rolldown.RolldownOutput;
  const sizes = output.map((file) => {
    const name = basename(file.fileName).replace(/-[\w-]{8}\.js$/, "");
    return [name, gzipSync(file.type === "asset" ? file.source : file.code).length] as const;
  });
  return new Map(sizes.filter(([name]) => !onRequest.includes(name)));
}

describe("a page that trains LeNet", () => {
  it("loads less than 100 kB of compressed scripts, and less than 10 kB besides for WebGPU", async () => {
    const { webgpu = Number.NaN, ...core } = Object.fromEntries(await sizesOf(lenet));
    const told = JSON.stringify({ ...core, webgpu });
    expect(Object.keys(core).sort(), told).toEqual(["browserWorker", "page", "program"]);
    expect(
      Object.values(core).reduce((sum, size) => sum + size),
      told,
    ).toBeLessThan(100_000);
    expect(webgpu, told).toBeLessThan(10_000);
  });
});
