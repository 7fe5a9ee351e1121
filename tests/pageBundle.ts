// What a bundler makes of a page that imports the package: the scripts, and how large they are when they are sent.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Rolldown } from "vite";
import { writePageModules } from "../scripts/browser/pageModules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Puts the package into a folder for bundlers, as it is published, as far as pages see it. */
export function installPackage(folder: string): void {
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const installed = join(folder, "node_modules", "fovea");
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(root, "package.json"), join(installed, "package.json"));
  writePageModules(root, join(installed, "dist", "browser"));
}

/** The README's first program, in a page: on the GPU where there is one, otherwise in WebAssembly. */
export const lenet = `
import { data, nn, openGpu, optim, setBackend, train } from "fovea";

addEventListener("message", async ({ data: { images, labels, software = false } }) => {
  const gpu = await openGpu({ software }).catch(() => null);
  setBackend(gpu === null ? "wasm" : "webgpu");
  const net = new nn.Sequential(
    new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.Sigmoid(), new nn.AvgPool2d(2),
    new nn.Conv2d(6, 16, 5), new nn.Sigmoid(), new nn.AvgPool2d(2), new nn.Flatten(),
    new nn.Linear(400, 120), new nn.Sigmoid(), new nn.Linear(120, 84), new nn.Sigmoid(), new nn.Linear(84, 10),
  );
  const set = data.fromArrays(images, labels, { imageShape: [1, 28, 28] });
  postMessage(await train.fit(net, { data: set, optimizer: optim.sgd({ lr: 0.9 }), epochs: 10, batchSize: 256 }));
});
`;

/** A script of a page. */
export interface Script {
  /** The name of the module with which it begins. */
  readonly name: string;
  /** Where the page asks for it. */
  readonly path: string;
  readonly content: string;
  /** Its size as it is sent, compressed by gzip. */
  readonly bytes: number;
}

/** The scripts of a page that runs a program in a worker. The package must be in the folder. */
export async function scriptsOf(program: string, folder: string): Promise<readonly Script[]> {
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
  return output.map((file) => {
    const content = file.type === "asset" ? String(file.source) : file.code;
    return {
      name: basename(file.fileName).replace(/-[\w-]{8}\.js$/, ""),
      path: `/${file.fileName}`,
      content,
      bytes: gzipSync(content).length,
    };
  });
}
