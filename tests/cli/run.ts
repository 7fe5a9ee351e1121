// Runs the command as a child process, as a person would, away from their cache and their runs.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "cli", "main.ts");

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Another copy of the command. */
  readonly main?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Given the process as it starts, and what it has written to stdout so far whenever that grows. */
  readonly watch?: (child: ChildProcess, stdout: string) => void;
  /** Given the process as it starts. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `fovea` with these words, and waits for its end. */
export function fovea(words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const {
    NO_COLOR: _,
    FORCE_COLOR: __,
    DEBUG: ___,
    npm_lifecycle_event: ____,
    ...env
  } = process.env;
  const child = spawn(process.execPath, [options.main ?? main, ...words], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  options.onStart?.(child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    options.watch?.(child, stdout);
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A folder that is removed after use: `using folder = temporaryFolder()`. */
export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "fovea-cli-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Words of a training that takes a moment: the shipped sample, a few images, on one thread. */
export const quickTraining = [
  "train",
  "lenet",
  "--data",
  "fashion-mnist-sample",
  "--limit",
  "128",
  "--batch-size",
  "32",
  "--threads",
  "1",
];
