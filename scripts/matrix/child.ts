// Child processes that cannot hang: each in a group of its own, which is ended as a whole.
import { spawn } from "node:child_process";
import { root } from "../setup.mjs";

export interface ChildResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const limitMinutes = 10;
const hasGroups = process.platform !== "win32";
let endRunning = (): void => {};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    endRunning();
    process.exit(signal === "SIGINT" ? 130 : 143);
  });
}

/** Runs a program in the repository's folder to its end, or for ten minutes: where kernels are not compiled yet, native tests take several. */
export function runChild(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ChildResult> {
  const child = spawn(program, words, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: hasGroups,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const end = (): void => {
    if (hasGroups && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  };
  endRunning = end;
  const watchdog = setTimeout(() => {
    stderr += `\nended after ${limitMinutes} minutes`;
    end();
  }, limitMinutes * 60_000);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(watchdog);
      endRunning = () => {};
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}
