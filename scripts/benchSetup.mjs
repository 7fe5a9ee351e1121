// npm run bench:setup: installs the peers that the benchmarks measure beside Fovea, and says what there is. They have a
// package.json and a lock file of their own; nothing else in the repository needs them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findPytorch } from "../benchmarks/peers/pytorch.ts";
import { npm, root } from "./setup.mjs";

const folder = join(root, "benchmarks", "peers");
const { optionalDependencies: wanted } = readPackage(folder);

function readPackage(path) {
  return JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
}

console.log(`Installing into benchmarks/peers: ${Object.keys(wanted).join(", ")} (about 750 MB) …`);
// Install scripts stay off: that of onnxruntime-node would download libraries for GPUs.
const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
const { code, output } = await npm(args, { cwd: folder, env });
if (code !== 0)
  console.error(`${output.trimEnd()}\nbench:setup: npm ci failed (exit code ${code})`);

let missing = 0;
const report = (name, found, hint) => {
  if (found === undefined) missing++;
  console.log(`  ${name.padEnd(30)} ${found ?? `MISSING: ${hint}`}`);
};
for (const [name, version] of Object.entries(wanted)) {
  const path = join(folder, "node_modules", name);
  const hint = `${version} could not be installed; it will be left out`;
  report(name, existsSync(path) ? readPackage(path).version : undefined, hint);
}
report("PyTorch", findPytorch(), "Debian: apt install python3-torch libopenblas0-openmp");
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) =>
  existsSync(path),
);
report("Chromium (--browser)", chromium, "Debian: apt install chromium");
console.log(missing === 0 ? "All peers are there." : `${missing} missing: benchmarks run without.`);
process.exit(code === 0 ? 0 : 1);
