// On the GPU, 5,000 training steps leave nothing behind: no buffer of the device, no tensor, no memory.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { gpuBackends } from "../backend/gpu.ts";
import type { Outcome } from "./gpuLeakChild.ts";

const child = fileURLToPath(new URL("gpuLeakChild.ts", import.meta.url));

// Young objects in a small space: its growth would hide that of everything else.
const flags = ["--expose-gc", "--max-semi-space-size=2", "--disable-warning=ExperimentalWarning"];

// All threads take memory from one place: what glibc counts is of one place alone.
const env = { ...process.env, MALLOC_ARENA_MAX: "1" };

describe.skipIf(gpuBackends.length === 0)("5,000 steps on webgpu", () => {
  it.each([
    ["written out as in PyTorch", "hand"],
    ["by train.fit", "fit"],
  ])("%s", { timeout: 600_000 }, async (_, way) => {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, child, way], { env });
    const { before, after, losses } = JSON.parse(stdout) as Outcome;
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 10);
    // Not one buffer was made, let alone kept.
    expect(after.made).toBe(before.made);
    expect(after.live).toBe(before.live);
    expect(after.liveBytes).toBe(before.liveBytes);
    expect(after.tensors).toBeLessThanOrEqual(before.tensors);
    expect(after.tensorBytes).toBeLessThanOrEqual(before.tensorBytes);
    expect(after.arenaBytes).toBe(before.arenaBytes);
    expect(after.heap - before.heap).toBeLessThan(0.5e6);
    // Of the driver's 140 MB, one piece of 9.6 MB comes sooner or later.
    expect(after.native - before.native).toBeLessThan(12e6);
  });
});
