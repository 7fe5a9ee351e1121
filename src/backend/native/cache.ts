// Compiled libraries on disk. What is loaded from there runs as code, so the folder must belong to the user and be
// closed to others. A library's name has the key of what it was made from and the SHA-256 of what it holds: it
// appears whole, under its final name, and one that was cut off or changed is not loaded.
import { BackendError } from "../../tensor/errors.ts";
import { builtin } from "./builtin.ts";

/** Bytes of libraries that are kept; the ones that were not used for longest go first. */
const mostBytesKept = 256 * 2 ** 20;
/** Left over by a process that was killed. */
const abandonedMs = 3_600_000;

/** `$FOVEA_CACHE/native`, else `$XDG_CACHE_HOME/fovea/native`, else `~/.cache/fovea/native`. */
export function nativeFolder(): string {
  const { join } = builtin("node:path");
  const { FOVEA_CACHE, XDG_CACHE_HOME } = process.env;
  if (FOVEA_CACHE) return join(FOVEA_CACHE, "native");
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, "fovea", "native");
  return join(builtin("node:os").homedir(), ".cache", "fovea", "native");
}

export class LibraryCache {
  /** Where libraries are kept; null if that folder cannot be used. */
  readonly folder: string | null;
  readonly #notify: (text: string) => void;
  readonly #mostBytes: number;
  #temporary: string | null = null;
  #isWritable = true;
  #hasSwept = false;

  constructor(notify: (text: string) => void, folder = nativeFolder(), mostBytes = mostBytesKept) {
    this.#notify = notify;
    this.#mostBytes = mostBytes;
    let usable: string | null = folder;
    try {
      builtin("node:fs").mkdirSync(folder, { recursive: true, mode: 0o700 });
      checkPrivate(folder);
    } catch (error) {
      usable = null;
      this.#giveUp(folder, error);
    }
    this.folder = usable;
  }

  /** A library that is kept, checked; null if there is none that is whole. */
  find(key: string): string | null {
    if (this.folder === null) return null;
    const fs = builtin("node:fs");
    const { join } = builtin("node:path");
    let names: string[] = [];
    try {
      names = fs.readdirSync(this.folder).filter((name) => name.startsWith(`${key}-`));
    } catch {}
    for (const name of names) {
      const path = join(this.folder, name);
      try {
        const { uid } = fs.lstatSync(path);
        const isOwn = uid === (process.getuid?.() ?? uid);
        if (isOwn && name === fileName(key, fs.readFileSync(path))) {
          touch(path);
          return path;
        }
        fs.rmSync(path, { force: true });
      } catch {}
    }
    return null;
  }

  /** Keeps a library that was just made; returns where it is now. */
  keep(key: string, made: string): string {
    const fs = builtin("node:fs");
    const { join } = builtin("node:path");
    if (this.folder === null || !made.startsWith(this.folder)) return made;
    const path = join(this.folder, fileName(key, fs.readFileSync(made)));
    fs.renameSync(made, path);
    this.#sweep();
    return path;
  }

  /** A folder to compile in: beside the libraries, or in the system's place for temporary files. */
  workFolder(): string {
    const fs = builtin("node:fs");
    const { join } = builtin("node:path");
    if (this.folder !== null && this.#isWritable) {
      try {
        return fs.mkdtempSync(join(this.folder, "work-"));
      } catch (error) {
        this.#giveUp(this.folder, error);
      }
    }
    return fs.mkdtempSync(join(this.#temporaryFolder(), "work-"));
  }

  /** From now on compiles elsewhere: this folder cannot be written to. */
  abandon(reason: unknown): void {
    if (this.#isWritable && this.folder !== null) this.#giveUp(this.folder, reason);
  }

  #giveUp(folder: string, error: unknown): void {
    this.#isWritable = false;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    this.#notify(`native: compiled kernels are not kept in ${folder}: ${reason}`);
  }

  /** A private folder for this process, removed at its end. */
  #temporaryFolder(): string {
    if (this.#temporary === null) {
      const fs = builtin("node:fs");
      const folder = fs.mkdtempSync(
        builtin("node:path").join(builtin("node:os").tmpdir(), "fovea-native-"),
      );
      process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
      this.#temporary = folder;
    }
    return this.#temporary;
  }

  /** Once in a process: removes what is too much, and what was left behind. */
  #sweep(): void {
    if (this.#hasSwept || this.folder === null) return;
    this.#hasSwept = true;
    const fs = builtin("node:fs");
    const { join } = builtin("node:path");
    const files: { path: string; bytes: number; usedMs: number }[] = [];
    for (const name of fs.readdirSync(this.folder)) {
      const path = join(this.folder, name);
      try {
        const { size, mtimeMs } = fs.lstatSync(path);
        if (!name.startsWith("work-")) files.push({ path, bytes: size, usedMs: mtimeMs });
        else if (Date.now() - mtimeMs > abandonedMs) fs.rmSync(path, { recursive: true });
      } catch {}
    }
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes } of files.sort((a, b) => a.usedMs - b.usedMs)) {
      if (total <= this.#mostBytes) break;
      fs.rmSync(path, { force: true });
      total -= bytes;
    }
  }
}

function fileName(key: string, content: Uint8Array): string {
  return `${key}-${builtin("node:crypto").createHash("sha256").update(content).digest("hex")}.so`;
}

function touch(path: string): void {
  try {
    const now = new Date();
    builtin("node:fs").utimesSync(path, now, now);
  } catch {}
}

/** @throws BackendError unless this is a folder of the user's own that nobody else can write to */
function checkPrivate(folder: string): void {
  const stat = builtin("node:fs").lstatSync(folder);
  const fault = !stat.isDirectory()
    ? "it is not a folder"
    : stat.uid !== (process.getuid?.() ?? stat.uid)
      ? "it belongs to somebody else"
      : (stat.mode & 0o022) !== 0
        ? "others can write to it (chmod 700 would close it)"
        : null;
  if (fault !== null) throw new BackendError(fault);
}
