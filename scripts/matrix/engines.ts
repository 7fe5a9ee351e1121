// The versions of Node that the matrix runs on, fetched with npm.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm, root } from "../setup.mjs";

export interface Engine {
  /** As it says itself, without the v. */
  readonly version: string;
  readonly path: string;
  /** What it needs to read this repository's TypeScript. */
  readonly environment: Readonly<Record<string, string>>;
}

const cache = join(root, ".cache", "matrix");

/** The latest Node of a kind ("20", "22.12.0"); the one of an earlier run if npm cannot reach its registry. */
export async function fetchNode(
  wanted: string,
  say: (line: string) => void,
): Promise<Engine | { readonly fault: string }> {
  const folder = join(cache, `node-${wanted}`);
  const name = process.platform === "win32" ? "node.exe" : "node";
  const path = join(folder, "node_modules", "node", "bin", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    '{ "private": true, "allowScripts": { "node": true } }\n',
  );
  say(`npm install node@${wanted} into .cache/matrix`);
  const words = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const { code, output } = await npm([...words, `node@${wanted}`], { cwd: folder });
  if (code !== 0) {
    if (!existsSync(path)) return { fault: `npm could not install it:\n${output.trimEnd()}` };
    say(`npm install failed: the Node ${wanted} of an earlier run serves`);
  }
  const { stdout, error } = spawnSync(path, ["--version"], { encoding: "utf8" });
  if (error !== undefined) return { fault: error.message };
  const version = stdout.trim().slice(1);
  return { version, path, environment: Number.parseInt(version, 10) < 24 ? compiledCode() : {} };
}

/**
 * Node 24 runs the sources as they are. Older ones know no types, or not all of the syntax: they read what the
 * compiler makes of the sources for the package.
 */
function compiledCode(): Record<string, string> {
  const register = new URL("register.mjs", import.meta.url).href;
  return {
    NODE_OPTIONS: `--import=${register}`,
    FOVEA_MATRIX_COMPILED: join(cache, "compiled"),
  };
}

/** Compiles the sources for them; what the compiler says if it failed. */
export function compileSources(): string | null {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const words = [compiler, "-p", join(root, "scripts", "matrix", "tsconfig.json")];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  return status === 0 ? null : `${stdout}${stderr}`;
}
