// What bundlers make of a program that uses a little of Fovea: all that it needs is in there, and works.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { slim } from "../../scripts/browser/slim.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "fovea-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

const program = `
import { nn, setBackend, Tensor } from ${JSON.stringify(join(root, "src/index.ts"))};
export async function main() {
  setBackend("wasm", { threads: 1 });
  const layer = new nn.Conv2d(1, 1, 2, { bias: false });
  layer.weight.assign(Tensor.from([[[[0, 1], [2, 3]]]]));
  const x = Tensor.arange(9).reshape(1, 1, 3, 3);
  const y = layer.forward(x).sigmoid().log().exp();
  y.sum().backward();
  return { y: Array.from(await layer.forward(x).data()), grad: layer.weight.grad.shape };
}
`;

describe("a bundle", () => {
  it.each([
    ["as it is", []],
    ["without tests and Node", [slim()]],
  ])("%s computes what its program asks for", async (name, plugins) => {
    const { build } = await import("vite");
    const entry = join(folder, `${plugins.length}.js`);
    writeFileSync(entry, program);
    await build({
      configFile: false,
      logLevel: "silent",
      root,
      plugins,
      build: {
        outDir: join(folder, `${plugins.length}`),
        lib: { entry, formats: ["es"], fileName: "bundle" },
      },
    });
    const file = join(folder, `${plugins.length}`, "bundle.js");
    const { main } = await import(pathToFileURL(file).href);
    expect(await main(), name).toEqual({ y: [19, 25, 37, 43], grad: [1, 1, 2, 2] });
  });
});
