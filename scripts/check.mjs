// Everything that can be said about the code without running it: types, then lint with the layer
// rules and the format. `node scripts/check.mjs` prints what is wrong and fails if anything is.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pinnedNode, root, setup } from "./setup.mjs";

const modules = join(root, "node_modules");

/** The checks, each a name and the command line of the pinned Node. */
export const checks = [
  { name: "types", args: [join(modules, "typescript", "bin", "tsc"), "-p", root, "--pretty"] },
  {
    name: "lint and format",
    args: [
      join(modules, "@biomejs", "biome", "bin", "biome"),
      "check",
      "--error-on-warnings",
      root,
    ],
  },
];

/** Runs the checks at the same time; prints the output of those that fail. */
export async function check() {
  const results = await Promise.all(
    checks.map(async ({ name, args }) => {
      const started = Date.now();
      const { code, output } = await run(args);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      return { name, passed: code === 0, output, seconds };
    }),
  );
  for (const { name, passed, output, seconds } of results) {
    if (!passed) process.stdout.write(`${output.trimEnd()}\n`);
    process.stdout.write(`${passed ? "passed" : "FAILED"}  ${name} (${seconds} s)\n`);
  }
  return results;
}

function run(args) {
  const child = spawn(pinnedNode, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((done) => {
    child.on("error", (error) => done({ code: 1, output: error.message }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await setup();
  const results = await check();
  process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
}
