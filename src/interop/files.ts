// Writing files so that a reader finds the old content or the new one, never half of either.
// Node only (fs), loaded on demand.
import type { FileHandle } from "node:fs/promises";
import { DataError } from "../tensor/errors.ts";

export interface AtomicWriteOptions {
  /** Wait until the disk has it, so that it survives a power cut; default true. */
  readonly durable?: boolean;
}

/**
 * Writes a file whole or not at all: to a temporary file in the same folder, flushed to the disk,
 * then renamed over the target, then the folder flushed. Processes that write the same path at the
 * same time do not mix: the last one wins.
 * @param path  where; an existing file is replaced
 * @param bytes content; a string is written as UTF-8
 * @param options durable: false for what is checked on reading and can be had again
 * @throws DataError if the folder does not exist, cannot be written, or the disk is full; the
 *   target is then as it was and no temporary file is left
 * @example
 * await atomicWrite("runs/lenet/last.safetensors", writeSafetensors(new Map())); // not run: writes a file
 */
export async function atomicWrite(
  path: string,
  bytes: Uint8Array | string,
  { durable = true }: AtomicWriteOptions = {},
): Promise<void> {
  const { open, rename, unlink } = await import("node:fs/promises");
  const { basename, dirname, join } = await import("node:path");
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${crypto.randomUUID()}.tmp`);
  let file: FileHandle | undefined;
  try {
    // "wx" refuses to follow a link that someone planted under the temporary name.
    file = await open(temporary, "wx", 0o666);
    await file.writeFile(bytes);
    if (durable) await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (cause) {
    if (file !== undefined) {
      await file.close().catch(() => {});
      await unlink(temporary).catch(() => {});
    }
    throw writeError(path, cause as NodeJS.ErrnoException);
  }
  if (durable) await syncFolder(folder);
}

/** Makes the rename itself durable. Windows cannot open folders; there the file system decides. */
async function syncFolder(folder: string): Promise<void> {
  const { open } = await import("node:fs/promises");
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, "r");
    await handle.sync();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"].includes(code)) throw error;
  } finally {
    await handle?.close();
  }
}

const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ["the folder does not exist", "make the folder first"],
  ENOTDIR: ["a part of the path is a file, not a folder", "choose another path"],
  EACCES: [
    "the folder may not be written",
    "choose a folder of your own, or change its permissions",
  ],
  EPERM: [
    "the folder may not be written",
    "choose a folder of your own, or change its permissions",
  ],
  EROFS: ["the file system is read-only", "choose a folder on another disk"],
  ENOSPC: ["the disk is full", "free some space, or choose a folder on another disk"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose a folder on another disk"],
  EISDIR: ["the path is a folder", "name a file inside it"],
};

/** What went wrong when a file was written, in plain words. */
export function writeError(path: string, cause: NodeJS.ErrnoException): DataError {
  const [reason, hint] = reasons[cause.code ?? ""] ?? [cause.message, undefined];
  return new DataError(`cannot write ${path.split(/[/\\]/).at(-1)}: ${reason}`, {
    facts: [
      { name: "path", value: path },
      { name: "system", value: cause.code ?? "unknown" },
    ],
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
