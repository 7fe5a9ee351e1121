// The compiled library as one module, for Node: hundreds of small ones take several times as long to load, each time a program
// starts. `node scripts/nodeModule.ts DIST` puts it in the place of the compiled `src/index.js`; the others stay, for the workers.
import { rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build, type Plugin, type Rolldown } from "vite";

/** Modules that programs and the command import, below the folder of the compiled sources. */
const entries = ["index", "tensor/errors"];

/** Each module goes on to find its workers and data by its own place. */
function ownPlaces(folder: string): Plugin {
  return {
    name: "own-places",
    transform(code, id) {
      const own = `new URL(${JSON.stringify(`./${relative(folder, id)}`)}, import.meta.url).href`;
      return code.includes("import.meta.url") ? code.replaceAll("import.meta.url", own) : null;
    },
  };
}

export async function writeNodeModule(folder: string): Promise<void> {
  const { output } = (await build({
    configFile: false,
    logLevel: "error",
    root: folder,
    plugins: [ownPlaces(folder)],
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: "node20",
      rolldownOptions: {
        input: Object.fromEntries(entries.map((name) => [name, join(folder, `${name}.js`)])),
        // All in one folder: places are relative to it.
        output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
        treeshake: false,
      },
    },
  })) as Rolldown.RolldownOutput;
  // People see them where a network is printed: two of one name must not become one with another.
  for (const file of output) {
    const renamed = file.type === "chunk" ? /\w+\$\d+ = class\b/.exec(file.code) : null;
    if (renamed !== null) throw new Error(`node module: two classes share a name: ${renamed[0]}`);
  }
  // They tell of what stood there before.
  for (const name of entries) rmSync(join(folder, `${name}.js.map`), { force: true });
}

if (import.meta.main) await writeNodeModule(resolve(process.argv[2] as string));
