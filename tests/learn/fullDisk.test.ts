// A disk that fills up: what was there stays whole, nothing half is left, and the error says what to do.
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { exportFolder, fromArrays } from "../../src/data/index.ts";
import { atomicWrite, decodePng } from "../../src/interop/index.ts";
import { sgd } from "../../src/optim/index.ts";
import {
  checkpointCallback,
  csvLog,
  jsonlLog,
  loadCheckpoint,
  fit as runFit,
  tensorboard,
} from "../../src/train/index.ts";
import { barNet, bars } from "./toy.ts";

/** A disk of 64 kB, or why there is none. */
let disk = "";
let reason = "";

beforeAll(() => {
  setBackend("wasm");
  if (process.platform !== "linux") reason = "only Linux lets a test make a small disk";
  else if (process.getuid?.() !== 0) reason = "only root may make a small disk";
  else {
    disk = mkdtempSync(join(tmpdir(), "fovea-disk-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "pipe" });
    } catch (error) {
      reason = `no small disk: ${(error as Error).message.trim()}`;
      rmSync(disk, { recursive: true });
    }
  }
  if (reason !== "") console.warn(`full disk: NOT TESTED, ${reason}`);
});
afterAll(() => {
  if (reason !== "") return;
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true });
});

/** An empty folder on the small disk. */
function folderOn({ skip }: TestContext, name: string): string {
  if (reason !== "") skip(reason);
  for (const entry of readdirSync(disk)) rmSync(join(disk, entry), { recursive: true });
  const folder = join(disk, name);
  mkdirSync(folder);
  return folder;
}

/** Takes all space but some; the file system counts in blocks of 4 kB. */
function fill(free: number): void {
  const path = join(disk, "filler");
  writeFileSync(path, new Uint8Array(0));
  try {
    for (;;) writeFileSync(path, new Uint8Array(1024), { flag: "a" });
  } catch {
    const { size } = statSync(path);
    rmSync(path);
    writeFileSync(path, new Uint8Array(Math.max(0, size - free)));
  }
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.unreachable(),
    (cause: Error) => cause,
  );
  return error.message.replaceAll(disk, "DISK");
}

const settings = {
  data: bars(50, 1),
  validation: bars(20, 2),
  epochs: 3,
  batchSize: 8,
  optimizer: sgd({ lr: 0.05, momentum: 0.9 }),
};
const model = { name: "bars", options: {} };

describe("a full disk", () => {
  it("leaves a file as it was", async (context) => {
    const folder = folderOn(context, "files");
    const path = join(folder, "a.bin");
    await atomicWrite(path, new Uint8Array(10_000).fill(1));
    expect(await refusal(atomicWrite(path, new Uint8Array(100_000)))).toMatchInlineSnapshot(`
      "cannot write a.bin: the disk is full
        path     DISK/files/a.bin
        system   ENOSPC
        hint     free some space, or choose a folder on another disk"
    `);
    expect(readdirSync(folder)).toEqual(["a.bin"]);
    expect(readFileSync(path).every((byte) => byte === 1)).toBe(true);
  });

  it("leaves the last checkpoint whole, and training goes on from it", async (context) => {
    const folder = folderOn(context, "run");
    const save = checkpointCallback({ folder, model, saveBest: false });
    const full = { onEpoch: ({ epoch }: { epoch: number }) => void (epoch === 1 && fill(0)) };
    const run = runFit(barNet(), { ...settings, callbacks: [save, full] });
    expect(await refusal(run)).toContain("cannot write last.safetensors: the disk is full");
    expect(readdirSync(folder)).toEqual(["last.safetensors"]);
    const { progress } = await loadCheckpoint(join(folder, "last.safetensors"));
    expect(progress?.epoch).toBe(1);
  });

  it("leaves logs that are readable to their end", async (context) => {
    const logs = {
      "epochs.csv": (path: string) => csvLog(path),
      "events.jsonl": (path: string) => jsonlLog(path, { everySteps: 1 }),
      "events.out.tfevents.fovea": (path: string) =>
        tensorboard(join(path, ".."), { everySteps: 1 }),
    };
    for (const [name, log] of Object.entries(logs)) {
      const path = join(folderOn(context, "logs"), name);
      let whole: Buffer | null = null;
      const full = {
        // A block that is begun is not full yet: what is left of it is less than some record needs.
        everySteps: 1,
        onStep: ({ step }: { step: number }) => {
          if (step === 3) fill(0);
          if (step >= 3) whole = readFileSync(path);
        },
      };
      const endless = { ...settings, epochs: 10_000, callbacks: [log(path), full] };
      expect(await refusal(runFit(barNet(), endless))).toContain(
        `cannot write ${name}: the disk is`,
      );
      const found = readFileSync(path);
      // Everything written before is there; what did not fit is not, not even its beginning.
      expect(found.subarray(0, (whole as unknown as Buffer).length)).toEqual(whole);
      if (name !== "events.out.tfevents.fovea") {
        const lines = found.toString("utf8").split("\n");
        expect(lines.pop()).toBe("");
        const columns = lines.map((line) => line.split(",").length);
        if (name === "epochs.csv") expect(new Set(columns)).toEqual(new Set([9]));
        else for (const line of lines) expect(JSON.parse(line)).toHaveProperty("type");
        continue;
      }
      let at = 0;
      while (at < found.length) at += 16 + found.readUInt32LE(at);
      expect(at).toBe(found.length);
    }
  });

  it("leaves no half pictures", async (context) => {
    const folder = folderOn(context, "pictures");
    const noise = Uint8Array.from({ length: 40 * 784 }, (_, i) => (i * i * 31) % 253);
    const labels = new Uint8Array(40);
    const dataset = fromArrays(noise, labels, { imageShape: [1, 28, 28], classes: ["a"] });
    const message = await refusal(exportFolder(dataset, folder));
    expect(message).toMatch(/^cannot write \d+\.png: the disk is full/);
    const files = readdirSync(join(folder, "a"));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files)
      expect(decodePng(readFileSync(join(folder, "a", file))).width).toBe(28);
  });
});
