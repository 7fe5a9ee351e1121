// Files of the built site: those that it consists of, and nothing beside them.
import { readFile, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";

export interface SiteFile {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Its name changes with its content, so browsers may keep it for good. */
  readonly isFixed: boolean;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
  ".gz": "application/gzip",
  ".wasm": "application/wasm",
};

/** The file under a path of the site; null if there is none, or it lies outside the folder. */
export async function siteFile(folder: string, path: string): Promise<SiteFile | null> {
  const type = types[extname(path === "/" ? "index.html" : path)];
  if (type === undefined || path.includes("\0")) return null;
  const root = await realpath(folder);
  try {
    // A link inside the folder that leads out of it counts as outside.
    const file = await realpath(join(root, path === "/" ? "index.html" : path));
    if (!file.startsWith(root + sep)) return null;
    return { type, bytes: await readFile(file), isFixed: path.startsWith("/assets/") };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
    throw error;
  }
}
