// `npm run build`: compiles the package into dist/, copies what it reads at run time, and trains
// for a moment with the compiled command.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinnedNode, root, setup } from "./setup.mjs";

await setup();
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
run("tsc", [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"]);
// A program of its own: it reads TypeScript.
run("modules for pages", [
  join(root, "scripts", "browser", "pageModules.ts"),
  join(dist, "browser"),
]);
run("vite", [join(root, "node_modules", "vite", "bin", "vite.js"), "build", "studio"]);
nameWorkers(join(dist, "src", "backend", "wasm", "thread.js"));
run("one module for Node", [join(root, "scripts", "nodeModule.ts"), join(dist, "src")]);
cpSync(join(root, "data"), join(dist, "data"), { recursive: true });
// Trains for a moment with the compiled library: there too, workers and data are found by their paths.
const runs = mkdtempSync(join(tmpdir(), "fovea-build-"));
const training = [
  "train",
  "lenet",
  "--data",
  "fashion-mnist-sample",
  "--limit",
  "64",
  "--epochs",
  "1",
];
run("the compiled command", [join(dist, "cli", "main.js"), ...training, "--runs-dir", runs]);
rmSync(runs, { recursive: true });
process.stdout.write("built dist/\n");

/** The compiler renames what is imported, and not the scripts that workers are started with. */
function nameWorkers(file) {
  const compiled = readFileSync(file, "utf8");
  const named = compiled.replace(
    /new URL\("(\.\/\w+)\.ts", import\.meta\.url\)/g,
    'new URL("$1.js", import.meta.url)',
  );
  if (named === compiled) throw new Error(`build: no worker is started in ${file}`);
  writeFileSync(file, named);
}

function run(name, args) {
  const { status, stdout, stderr } = spawnSync(pinnedNode, args, { cwd: root, encoding: "utf8" });
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}\nbuild: ${name} failed\n`);
  process.exit(1);
}
