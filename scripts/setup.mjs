// Installs what the repository needs, when it is missing or differs from package-lock.json.
// Plain JavaScript for Node 20 and later: it runs before the pinned Node of node_modules is there.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const windows = process.platform === "win32";

/** The Node that this repository pins, started by its path: a shell may remember another `node`. */
export const pinnedNode = join(root, "node_modules", "node", "bin", windows ? "node.exe" : "node");

/** Installs if needed; on failure says why and ends the process. */
export async function setup() {
  const reason = whyInstall();
  if (reason === null) return;
  const started = Date.now();
  note(`${reason}: installing with npm ci, once; this takes a moment …`);
  const { code, output } = await npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (code !== 0 || !existsSync(pinnedNode)) {
    process.stderr.write(`${output.trimEnd()}\n\n`);
    note(
      code === 0
        ? "npm ci ended well, but the pinned Node is missing. Are install scripts switched off (ignore-scripts)?"
        : `npm ci failed (exit code ${code}); its words stand above. Is the npm registry within reach?`,
    );
    process.exit(1);
  }
  note(`installed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** What speaks for an installation, or null if all is there. */
function whyInstall() {
  const installed = readLock(join(root, "node_modules", ".package-lock.json"));
  if (installed === null || !existsSync(pinnedNode)) return "node_modules is missing";
  const wanted = readLock(join(root, "package-lock.json"));
  if (wanted === null) return null;
  for (const [path, { version, optional }] of Object.entries(wanted.packages)) {
    // What is optional depends on the platform: npm leaves the others out.
    if (path === "" || optional) continue;
    const present = installed.packages[path]?.version;
    if (present !== version)
      return `node_modules has ${path.replace("node_modules/", "")} ${present ?? "not"}, not ${version}`;
  }
  return null;
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** Runs npm quietly in a folder: with the very npm that runs this script, else the one on the PATH. */
export function npm(args, { cwd = root, env = process.env } = {}) {
  const own = process.env.npm_execpath;
  const options = { cwd, env, stdio: ["ignore", "pipe", "pipe"] };
  const child = own?.endsWith("npm-cli.js")
    ? spawn(process.execPath, [own, ...args], options)
    : spawn("npm", args, { ...options, shell: windows });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((done) => {
    child.on("error", (error) => done({ code: 127, output: `${output}${error.message}` }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

function note(text) {
  process.stderr.write(`setup: ${text}\n`);
}
