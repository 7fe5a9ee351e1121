import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { atomicWrite } from "../../src/interop/files.ts";
import { DataError } from "../../src/tensor/errors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-files-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("atomicWrite", () => {
  it("writes bytes and text, replaces what was there, leaves nothing else", async () => {
    const path = join(folder, "a.bin");
    await atomicWrite(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    await atomicWrite(path, "Zürich", { durable: false });
    expect(readFileSync(path, "utf8")).toBe("Zürich");
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  it("leaves one of the contents whole when many write at once", async () => {
    const path = join(folder, "a.bin");
    const contents = Array.from({ length: 16 }, (_, i) => new Uint8Array(100_000).fill(i));
    await Promise.all(contents.map((content) => atomicWrite(path, content)));
    const found = readFileSync(path);
    expect(found.length).toBe(100_000);
    expect(new Set(found).size).toBe(1);
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  it("says that the folder does not exist", async () => {
    const failure = atomicWrite(join(folder, "runs", "a.bin"), "x");
    await expect(failure).rejects.toThrow(DataError);
    await expect(failure).rejects.toThrow(
      /cannot write a\.bin: the folder does not exist.*make the folder first/s,
    );
  });

  it("keeps the target and removes its temporary file when renaming fails", async () => {
    const path = join(folder, "taken");
    mkdirSync(path);
    writeFileSync(join(path, "inside"), "x");
    await expect(atomicWrite(path, "y")).rejects.toThrow(DataError);
    expect(readdirSync(folder)).toEqual(["taken"]);
    expect(readFileSync(join(path, "inside"), "utf8")).toBe("x");
  });

  it("replaces a link instead of writing through it", async () => {
    const outside = join(folder, "outside");
    writeFileSync(outside, "kept");
    symlinkSync(outside, join(folder, "link"));
    await atomicWrite(join(folder, "link"), "new");
    expect(readFileSync(outside, "utf8")).toBe("kept");
    expect(readFileSync(join(folder, "link"), "utf8")).toBe("new");
  });

  it.skipIf(process.getuid?.() === 0)(
    "says that the folder may not be written (root may write anywhere)",
    async () => {
      chmodSync(folder, 0o500);
      await expect(atomicWrite(join(folder, "a.bin"), "x")).rejects.toThrow(/may not be written/);
      chmodSync(folder, 0o700);
    },
  );

  it.runIf(process.platform === "linux")("says that the file system refuses", async () => {
    // Also root cannot make files in /proc.
    await expect(atomicWrite("/proc/fovea.bin", "x")).rejects.toThrow(/cannot write fovea\.bin/);
  });
});
