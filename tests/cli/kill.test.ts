// A training that is killed at any moment goes on to the same bits as one that was not.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interop } from "../../src/index.ts";

const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const kills = 10;
let folder = "";

/** Runs the command; kills it `killAfterMs` after it began to train. True if it ended by itself. */
function run(args: readonly string[], killAfterMs = Number.POSITIVE_INFINITY): Promise<boolean> {
  const child = spawn(process.execPath, [main, ...args, "--json"], {
    cwd: folder,
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

const epochs = 40;
const settings = [
  ...["--data", "fashion-mnist-sample", "--epochs", String(epochs), "--batch-size", "192"],
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

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-kill-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("kill -9", () => {
  it(`${kills} times, then --resume: the bits of an uninterrupted run`, async () => {
    expect(await run(["train", "lenet", "--run", "whole", ...settings])).toBe(true);
    let killed = 0;
    let done = false;
    for (let attempt = 0; killed < kills && !done; attempt++) {
      // Any moment from before the first step on; a run that has left nothing behind starts again.
      const started = existsSync(join(folder, "runs", "cut", "last.safetensors"));
      const args = started
        ? ["train", "--resume", "cut"]
        : ["train", "lenet", "--run", "cut", "--force", ...settings];
      done = await run(args, Math.random() * 250);
      if (!done) killed++;
      expect(attempt).toBeLessThan(60);
    }
    if (!done) await run(["train", "--resume", "cut"]);
    expect(killed).toBe(kills);
    expect(tensorsOf("cut")).toEqual(tensorsOf("whole"));
    const log = readFileSync(join(folder, "runs", "cut", "events.jsonl"), "utf8");
    const events = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; epoch?: number });
    const ended = events.filter(({ type }) => type === "epoch").map(({ epoch }) => epoch);
    expect(ended).toEqual(Array.from({ length: epochs }, (_, i) => i + 1));
  }, 120_000);
});
