// A training that is killed at any moment goes on to the same bits as one that was not.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { interop, nativeSupport } from "../../src/index.ts";

const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
let folder = "";

/** Runs the command; kills it `killAfterMs` after it began to train. True if it ended by itself. */
function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  killAfterMs = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const child = spawn(process.execPath, [main, ...args, "--json"], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on("data", () => {
    if (Number.isFinite(killAfterMs))
      timer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  return new Promise((resolve, reject) => {
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`exit code ${code}: ${errors}`));
    });
  });
}

const settings = [
  ...["--data", "fashion-mnist-sample", "--batch-size", "192"],
  ...["--lr", "0.5", "--momentum", "0.5", "--seed", "5", "--checkpoint-every", "0.05"],
];

/** Everything that the last checkpoint holds as tensors: parameters and the optimizer's memory. */
function tensorsOf(name: string): Record<string, number[]> {
  const { tensors } = interop.readSafetensors(
    readFileSync(join(folder, "runs", name, "last.safetensors")),
  );
  return Object.fromEntries(
    Array.from(tensors, ([key, { data }]) => [key, Array.from(data as Float32Array)]),
  );
}

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const { fault, isas } = nativeSupport();
if (fault !== null) console.warn(`SKIPPED: ${fault}`);

/** Runs are killed within this time. */
const longestMs = 250;

interface Machine {
  readonly on: string;
  readonly backend: string;
  readonly kills: number;
  readonly epochs: number;
  readonly env: Readonly<Record<string, string>>;
}

describe("kill -9", () => {
  it.each<Machine>([
    { on: "wasm", backend: "wasm", kills: 10, epochs: 40, env: {} },
    ...isas.map((isa) => ({
      on: `native as ${isa}`,
      backend: "native",
      kills: 2,
      epochs: 12,
      env: { FOVEA_NATIVE_ISA: isa },
    })),
  ])(
    "$kills times on $on, then --resume: the bits of an uninterrupted run",
    async (machine) => {
      const { backend, kills, epochs, env } = machine;
      folder = mkdtempSync(join(tmpdir(), "fovea-kill-"));
      const begin = [...settings, "--epochs", String(epochs), "--backend", backend];
      expect(await run(["train", "lenet", "--run", "whole", ...begin], env)).toBe(true);
      let killed = 0;
      let done = false;
      for (let attempt = 0; killed < kills && !done; attempt++) {
        // Any moment from before the first step on; a run that has left nothing behind starts again.
        const started = existsSync(join(folder, "runs", "cut", "last.safetensors"));
        const args = started
          ? ["train", "--resume", "cut"]
          : ["train", "lenet", "--run", "cut", "--force", ...begin];
        done = await run(args, env, Math.random() * longestMs);
        if (!done) killed++;
        expect(attempt).toBeLessThan(60);
      }
      if (!done) await run(["train", "--resume", "cut"], env);
      expect(killed).toBe(kills);
      expect(tensorsOf("cut")).toEqual(tensorsOf("whole"));
      const log = readFileSync(join(folder, "runs", "cut", "events.jsonl"), "utf8");
      const events = log
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { type: string; epoch?: number });
      const ended = events.filter(({ type }) => type === "epoch").map(({ epoch }) => epoch);
      expect(ended).toEqual(Array.from({ length: epochs }, (_, i) => i + 1));
    },
    120_000,
  );
});
