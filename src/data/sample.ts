// The excerpt of a data set that ships with Fovea in `data/`, so that everything can be tried where
// the whole cannot be fetched. Made by scripts/makeSample.ts.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError } from "../tensor/errors.ts";
import type { Archive, ArchiveContent } from "./archive.ts";
import { readFolder } from "./cache.ts";

/**
 * Reads the shipped excerpt, verified like any other file.
 * @throws DataError if the data set has none, or it was left out of the installation
 */
export async function readSample(archive: Archive): Promise<ArchiveContent> {
  if (archive.sample === undefined)
    throw new DataError(`Fovea ships no sample of ${archive.title}`);
  const folder = sampleFolder(archive.name);
  if (folder === null) throw new DataError(`this installation lacks data/${archive.name}-sample`);
  const found = await readFolder(folder, archive.sample);
  if ("missing" in found) throw new DataError(`no ${found.missing} in ${folder}`);
  return found.content;
}

/** `data/` lies beside `src/`; the compiled package is one folder deeper. */
function sampleFolder(name: string): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < 5; level++) {
    const candidate = join(folder, "data", `${name}-sample`);
    if (existsSync(candidate)) return candidate;
    folder = dirname(folder);
  }
  return null;
}
