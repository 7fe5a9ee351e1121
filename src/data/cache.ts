// The folder that keeps data sets between runs. Files lie there decompressed: reading and hashing
// 55 MB takes a fifth of the time that decompressing them takes. Every read is verified by SHA-256. Node only: what
// needs it imports it on demand.
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../interop/files.ts";
import { FormatError } from "../tensor/errors.ts";
import { type Archive, type ArchiveContent, type ArchiveFile, roles } from "./archive.ts";
import { gunzipBounded } from "./gzip.ts";

/**
 * Throws unless the content is exactly that of the file.
 * @throws FormatError with both sizes or both checksums
 */
export function verifyContent(file: ArchiveFile, content: Uint8Array, where: string): void {
  if (content.length !== file.bytes) {
    throw new FormatError(`${file.name}: not the expected size`, {
      facts: [
        { name: "expected", value: `${file.bytes} bytes` },
        { name: "found", value: `${content.length} bytes` },
        { name: "path", value: where },
      ],
    });
  }
  const sha256 = createHash("sha256").update(content).digest("hex");
  if (sha256 !== file.sha256) {
    throw new FormatError(`${file.name}: the checksum is wrong`, {
      facts: [
        { name: "expected", value: file.sha256, remark: "SHA-256" },
        { name: "found", value: sha256 },
        { name: "path", value: where },
      ],
    });
  }
}

/**
 * Reads one file from a folder, as it is or as `.gz`, and verifies it.
 * @returns the content and whether it lay there decompressed; null if it is not there at all
 * @throws FormatError if it is there and is not the file
 */
export async function readVerified(
  folder: string,
  file: ArchiveFile,
): Promise<{ readonly content: Uint8Array; readonly wasCompressed: boolean } | null> {
  const plainPath = join(folder, file.name);
  let damaged: unknown;
  const plain = await readIfThere(plainPath);
  if (plain !== null) {
    try {
      verifyContent(file, plain, plainPath);
      return { content: plain, wasCompressed: false };
    } catch (error) {
      damaged = error;
    }
  }
  const packed = await readIfThere(`${plainPath}.gz`);
  if (packed !== null) {
    const content = await gunzipBounded(packed, file.bytes, `${plainPath}.gz`);
    verifyContent(file, content, `${plainPath}.gz`);
    return { content, wasCompressed: true };
  }
  if (damaged !== undefined) throw damaged;
  return null;
}

/**
 * Reads all four files from a folder.
 * @returns null if any is missing, with the first missing name
 * @throws FormatError if one is damaged
 */
export async function readFolder(
  folder: string,
  files: Archive["files"],
): Promise<
  | { readonly content: ArchiveContent; readonly compressed: readonly ArchiveFile[] }
  | { readonly missing: string }
> {
  // Four at once: the large file decompresses on one core while the others are read on another.
  const found = await Promise.all(roles.map((role) => readVerified(folder, files[role])));
  const content: Partial<Record<keyof Archive["files"], Uint8Array>> = {};
  const compressed: ArchiveFile[] = [];
  for (const [i, role] of roles.entries()) {
    const entry = found[i];
    if (!entry) return { missing: files[role].name };
    content[role] = entry.content;
    if (entry.wasCompressed) compressed.push(files[role]);
  }
  return { content: content as ArchiveContent, compressed };
}

/** Puts verified content into the cache. */
export async function storeInCache(
  folder: string,
  file: ArchiveFile,
  content: Uint8Array,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Not flushed to the disk: a torn file is found by its checksum and fetched again.
  await atomicWrite(join(folder, file.name), content, { durable: false });
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new FormatError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
