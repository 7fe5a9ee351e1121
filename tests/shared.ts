// Things that several test files need and that are made once: by the process that comes first, while others wait for it.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";

const patienceMs = 120_000;

/**
 * A folder that the tests of all files share. `fill` makes its content, in one of the processes; if that fails, the next one tries.
 * Nobody may change what is in it.
 */
export async function sharedFolder(
  name: string,
  fill: (folder: string) => void | Promise<void>,
): Promise<string> {
  const folder = join(inject("sharedFolder"), name);
  const lock = `${folder}.lock`;
  for (const start = Date.now(); !existsSync(folder); ) {
    if (isFirst(lock)) {
      const part = `${folder}.part`;
      try {
        if (!existsSync(folder)) {
          await fill(part);
          renameSync(part, folder);
        }
      } finally {
        rmSync(part, { recursive: true, force: true });
        rmSync(lock, { recursive: true });
      }
    } else if (Date.now() - start > patienceMs) throw new Error(`nobody made ${folder}`);
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return folder;
}

/** Of all who ask to make this folder, one does. */
function isFirst(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
