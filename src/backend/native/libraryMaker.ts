// Makes libraries of C files: those that are not in the cache are compiled into it, at once or in the background.
import { BackendError } from "../../tensor/errors.ts";
import { builtin } from "./builtin.ts";
import type { LibraryCache } from "./cache.ts";
import {
  type CompileJob,
  type Compiler,
  compileLater,
  compileNow,
  compilerKey,
} from "./compiler.ts";

export interface MadeLibrary {
  readonly key: string;
  readonly path: string;
}

/** A library that is made: its path is empty until it is there. */
interface Part {
  readonly source: string;
  readonly key: string;
  path: string;
}

export class LibraryMaker {
  readonly #compiler: Compiler;
  readonly #cache: LibraryCache;
  /** What was compiled in the background and cannot be found again: the cache keeps nothing. */
  readonly #unkept = new Map<string, string>();

  constructor(compiler: Compiler, cache: LibraryCache) {
    this.#compiler = compiler;
    this.#cache = cache;
  }

  /** The folder where libraries are kept, if there is one. */
  get folder(): string | null {
    return this.#cache.folder;
  }

  /** A name for what comes of a source. */
  keyOf(source: string, flags: readonly string[]): string {
    const hash = builtin("node:crypto").createHash("sha256");
    return hash
      .update(`${compilerKey(this.#compiler, flags)}\n${source}`)
      .digest("hex")
      .slice(0, 40);
  }

  /** @throws BackendError if one does not compile */
  make(sources: readonly string[], flags: readonly string[]): readonly MadeLibrary[] {
    const parts = this.#find(sources, flags);
    for (const job of this.#jobs(parts, flags)) compileNow(this.#compiler, job);
    return parts;
  }

  /** Makes what `make` would have to compile, so that it need not; null if there is nothing. Rejects as `make` throws. */
  makeLater(sources: readonly string[], flags: readonly string[]): Promise<void> | null {
    const parts = this.#find(sources, flags);
    if (parts.every(({ path }) => path !== "")) return null;
    const making = async (): Promise<void> => {
      for (const job of this.#jobs(parts, flags)) await compileLater(this.#compiler, job);
      for (const { key, path } of parts)
        if (this.#cache.find(key) === null) this.#unkept.set(key, path);
    };
    return making();
  }

  #find(sources: readonly string[], flags: readonly string[]): Part[] {
    return sources.map((source) => {
      const key = this.keyOf(source, flags);
      return { source, key, path: this.#cache.find(key) ?? this.#unkept.get(key) ?? "" };
    });
  }

  /** What has to be compiled, one job after the other, until all parts have a path. */
  *#jobs(parts: readonly Part[], flags: readonly string[]): Generator<CompileJob, void, undefined> {
    const fs = builtin("node:fs");
    const { join } = builtin("node:path");
    let said = "";
    // Once more if that failed: elsewhere if the folder is at fault, else because a compiler may have been killed.
    for (let attempt = 0; attempt < 2; attempt++) {
      const waiting = parts.filter(({ path }) => path === "");
      if (waiting.length === 0) return;
      said = "";
      const folder = this.#cache.workFolder();
      try {
        waiting.forEach(({ source }, i) => {
          fs.writeFileSync(join(folder, `${i}.c`), source);
        });
        const files = waiting.map(({ source }, i) => ({ name: String(i), length: source.length }));
        yield { folder, files, flags };
        waiting.forEach((part, i) => {
          const made = join(folder, `${i}.so`);
          if (fs.existsSync(made)) part.path = this.#cache.keep(part.key, aside(made, part.key));
          else said = said || readText(join(folder, `${i}.txt`)) || "nothing";
        });
      } catch (error) {
        said = said || String(error);
      } finally {
        // Not while a library lies in it because there is no other place.
        const isInUse = parts.some(({ path }) => path.startsWith(folder));
        if (!isInUse) fs.rmSync(folder, { recursive: true, force: true });
      }
      if (isFoldersFault.test(said)) this.#cache.abandon(faultIn(said));
    }
    if (parts.every(({ path }) => path !== "")) return;
    throw new BackendError("native: the C compiler failed", {
      facts: [
        { name: "compiler", value: this.#compiler.command.join(" ") },
        { name: "version", value: firstLine(this.#compiler.version) },
        { name: "it said", value: faultIn(said) },
      ],
      hint: 'setBackend("wasm") needs no compiler',
    });
  }
}

/** Gives a library a name of its own: loaders take two of the same path for one. */
function aside(made: string, key: string): string {
  const path = made.replace(/[^/]*$/, `${key}.so`);
  builtin("node:fs").renameSync(made, path);
  return path;
}

function readText(path: string): string {
  try {
    return builtin("node:fs").readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** What is said where a disk is full, or not for writing. */
const isFoldersFault =
  /No space left|quota exceeded|Read-only|Permission denied|ENOSPC|EROFS|EACCES|EDQUOT/i;

/** The line that tells most. */
function faultIn(text: string): string {
  return firstLine(text.split("\n").find((line) => /error|fatal|No space/i.test(line)) ?? text);
}

export function firstLine(text: string): string {
  return text.trim().split("\n")[0]?.slice(0, 200) ?? "";
}
