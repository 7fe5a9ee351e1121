// The bytes of an image file. Links are not followed, and what is no plain file is refused. Node only.
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { nodeModule } from "../tensor/environment.ts";
import { DataError } from "../tensor/errors.ts";

/** Largest file that is read, in bytes. */
const maxFileBytes = 2 ** 28;

/** A file that took longer was not in the system's memory. */
const slowMs = 1;
/** Files that are waited for after a slow one. */
const waitFor = 64;
let waiting = 0;

/** As often as this signals, timers and messages get their turn, and memory that was let go of is given back. */
const turnEveryMs = 1;
let turnedAt = 0;

/**
 * Reads a file, or its first `most` bytes.
 *
 * What the system has in memory is read at once: to wait for a small file takes several times as long as to read
 * it. After a file that came slowly, from a disk or a network, the next ones are waited for, beside other work.
 * @param root a folder
 * @param file path below it
 * @throws an error of the system, or a DataError
 */
export async function readFileBytes(
  root: string,
  file: string,
  most = maxFileBytes,
): Promise<Uint8Array> {
  const fs = nodeModule("node:fs");
  if (fs === null) throw new DataError(`${file}: a browser cannot read files by their paths`);
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  // Windows knows neither flag. A pipe would otherwise be waited for.
  const flags = O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
  const path = `${root}/${file}`;
  if (waiting > 0) {
    waiting--;
    return readWaiting(await fs.promises.open(path, flags), file, most);
  }
  if (performance.now() - turnedAt > turnEveryMs) {
    await new Promise((resolve) => setImmediate(resolve));
    turnedAt = performance.now();
  }
  const begin = performance.now();
  const handle = fs.openSync(path, flags);
  try {
    const bytes = bytesFor(fs.fstatSync(handle), file, most);
    let filled = 0;
    while (filled < bytes.length) {
      const read = fs.readSync(handle, bytes, filled, bytes.length - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } finally {
    fs.closeSync(handle);
    if (performance.now() - begin > slowMs) waiting = waitFor;
  }
}

async function readWaiting(handle: FileHandle, file: string, most: number): Promise<Uint8Array> {
  try {
    const bytes = bytesFor(await handle.stat(), file, most);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** Room for what is read. */
function bytesFor(status: Stats, file: string, most: number): Uint8Array {
  if (!status.isFile()) throw new DataError(`${file}: not a file`);
  if (status.size > maxFileBytes && most === maxFileBytes) {
    throw new DataError(`${file}: the file is too large`, {
      facts: [
        { name: "found", value: `${status.size} bytes` },
        { name: "limit", value: `${maxFileBytes} bytes` },
      ],
    });
  }
  return new Uint8Array(Math.min(status.size, most));
}
