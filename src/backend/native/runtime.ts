// The C runtime, loaded through koffi, and the libraries of kernels that it opens. One for the whole process.
import { BackendError } from "../../tensor/errors.ts";
import { builtin } from "./builtin.ts";
import { LibraryCache } from "./cache.ts";
import { type Compiler, compileAll, compilerKey, findCompiler } from "./compiler.ts";
import type { IsaName } from "./isa.ts";
import { runtimeSource } from "./runtimeSource.ts";

/** The functions of the runtime. Addresses are numbers: a double holds them exactly. */
export interface RuntimeFunctions {
  features(): number;
  reserve(bytes: number): number;
  commit(address: number, bytes: number): number;
  release(address: number, bytes: number): void;
  write(address: number, data: Uint8Array, bytes: number): void;
  read(data: Uint8Array, address: number, bytes: number): void;
  open(path: string): number;
  error(): string;
  symbol(library: number, name: string): number;
  close(library: number): void;
  program(numbers: Float64Array, length: number): number;
  programFree(program: number): void;
  pool(workers: number): number;
  poolFree(pool: number): void;
  run(pool: number, program: number, arena: number, bindings: Float64Array): void;
  bind(program: number, arena: number, bindings: Float64Array): void;
  time(pool: number, program: number, launch: number): number;
  settle(pool: number): void;
}

const signatures: Readonly<Record<keyof RuntimeFunctions, string>> = {
  features: "int fovea_features()",
  reserve: "double fovea_reserve(double)",
  commit: "int fovea_commit(double, double)",
  release: "void fovea_release(double, double)",
  write: "void fovea_write(double, const uint8_t *, double)",
  read: "void fovea_read(uint8_t *, double, double)",
  open: "double fovea_open(const char *)",
  error: "const char *fovea_error()",
  symbol: "double fovea_symbol(double, const char *)",
  close: "void fovea_close(double)",
  program: "double fovea_program(const double *, double)",
  programFree: "void fovea_program_free(double)",
  pool: "double fovea_pool(int)",
  poolFree: "void fovea_pool_free(double)",
  run: "void fovea_run(double, double, double, const double *)",
  bind: "void fovea_bind(double, double, const double *)",
  time: "double fovea_time(double, double, int)",
  settle: "void fovea_settle(double)",
};

/** A loaded library of kernels, and how many programs use it. */
export interface Library {
  readonly key: string;
  readonly address: number;
  users: number;
}

let loaded: NativeRuntime | null = null;

/**
 * The runtime of this process, compiled or taken from the cache.
 * @throws BackendError if there is no compiler, no koffi, or the compiler does not work
 */
export function nativeRuntime(): NativeRuntime {
  loaded ??= new NativeRuntime();
  return loaded;
}

export class NativeRuntime {
  readonly compiler: Compiler;
  readonly call: RuntimeFunctions;
  readonly #cache: LibraryCache;
  readonly #libraries = new Map<string, Library>();

  constructor() {
    if (process.platform === "win32") {
      throw new BackendError("native: Windows is not supported", { hint: "wasm runs there" });
    }
    const koffi = loadKoffi();
    this.compiler = findCompiler();
    this.#cache = new LibraryCache(notify);
    const [path] = this.#build([runtimeSource], ["-pthread", "-ldl"]);
    const library = koffi.load((path as { path: string }).path);
    this.call = Object.fromEntries(
      Object.entries(signatures).map(([name, signature]) => [name, library.func(signature)]),
    ) as unknown as RuntimeFunctions;
  }

  /** The folder where libraries are kept, if there is one. */
  get folder(): string | null {
    return this.#cache.folder;
  }

  /** Instruction sets that this processor has, best first. */
  supported(): readonly IsaName[] {
    const features = this.call.features();
    const found: IsaName[] = [];
    if (features & 2) found.push("avx512");
    if (features & 1) found.push("avx2");
    if (features & 4) found.push("neon");
    return [...found, "plain"];
  }

  /**
   * Loads C files as libraries, compiling those that are not in the cache.
   * @throws BackendError if one does not compile
   */
  libraries(sources: readonly string[], flags: readonly string[]): readonly Library[] {
    const keys = sources.map((source) => this.#keyOf(source, flags));
    const missing = sources.filter((_, i) => !this.#libraries.has(keys[i] as string));
    for (const { key, path } of this.#build(missing, flags)) this.#open(key, path);
    return keys.map((key) => {
      const library = this.#libraries.get(key) as Library;
      library.users++;
      return library;
    });
  }

  /** A program uses a library no longer. */
  release(library: Library): void {
    if (--library.users > 0) return;
    this.#libraries.delete(library.key);
    this.call.close(library.address);
  }

  #open(key: string, path: string): void {
    const address = this.call.open(path);
    if (address === 0) {
      throw new BackendError("native: a compiled kernel cannot be loaded", {
        facts: [
          { name: "library", value: path },
          { name: "cause", value: this.call.error() },
        ],
        hint: 'is the cache on a file system that forbids programs? Set FOVEA_CACHE, or setBackend("wasm")',
      });
    }
    this.#libraries.set(key, { key, address, users: 0 });
  }

  #keyOf(source: string, flags: readonly string[]): string {
    const hash = builtin("node:crypto").createHash("sha256");
    return hash
      .update(`${compilerKey(this.compiler, flags)}\n${source}`)
      .digest("hex")
      .slice(0, 40);
  }

  #build(sources: readonly string[], flags: readonly string[]): { key: string; path: string }[] {
    const parts = sources.map((source) => {
      const key = this.#keyOf(source, flags);
      return { source, key, path: this.#cache.find(key) ?? "" };
    });
    const missing = parts.filter(({ path }) => path === "");
    if (missing.length > 0) this.#compile(missing, flags);
    return parts;
  }

  /** Compiles what is missing and sets the paths. */
  #compile(parts: { source: string; key: string; path: string }[], flags: readonly string[]): void {
    const fs = builtin("node:fs");
    const { join } = builtin("node:path");
    const done = progress(parts.length);
    let said = "";
    try {
      // Once more if that failed: elsewhere if the folder is at fault, else because a compiler may have been killed.
      for (let attempt = 0; attempt < 2; attempt++) {
        said = "";
        const folder = this.#cache.workFolder();
        try {
          const waiting = parts.filter(({ path }) => path === "");
          try {
            waiting.forEach(({ source }, i) => {
              fs.writeFileSync(join(folder, `${i}.c`), source);
            });
            const names = waiting.map((_, i) => String(i));
            compileAll(this.compiler, folder, names, flags);
            waiting.forEach((part, i) => {
              const made = join(folder, `${i}.so`);
              if (fs.existsSync(made))
                part.path = this.#cache.keep(part.key, aside(made, part.key));
              else said = said || readText(join(folder, `${i}.txt`)) || "nothing";
            });
          } catch (error) {
            said = said || String(error);
          }
        } finally {
          if (isEmptyOrKept(folder, parts)) fs.rmSync(folder, { recursive: true, force: true });
        }
        if (parts.every(({ path }) => path !== "")) return;
        if (isFoldersFault.test(said)) this.#cache.abandon(faultIn(said));
      }
    } finally {
      done();
    }
    throw new BackendError("native: the C compiler failed", {
      facts: [
        { name: "compiler", value: this.compiler.command.join(" ") },
        { name: "version", value: firstLine(this.compiler.version) },
        { name: "it said", value: faultIn(said) },
      ],
      hint: 'setBackend("wasm") needs no compiler',
    });
  }
}

/** May the folder go? Not while a library lies in it because there is no other place. */
function isEmptyOrKept(folder: string, parts: readonly { path: string }[]): boolean {
  return !parts.some(({ path }) => path.startsWith(folder));
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

function firstLine(text: string): string {
  return text.trim().split("\n")[0]?.slice(0, 200) ?? "";
}

interface Koffi {
  load(path: string): { func(signature: string): unknown };
}

function loadKoffi(): Koffi {
  try {
    return builtin("node:module").createRequire(import.meta.url)("koffi") as Koffi;
  } catch (cause) {
    throw new BackendError("native: koffi, which calls compiled code, is not there", {
      facts: [{ name: "cause", value: firstLine(String((cause as Error)?.message ?? cause)) }],
      hint: "npm install koffi",
      cause,
    });
  }
}

/** One line on the error stream. */
export function notify(text: string): void {
  console.error(text);
}

/** Says in a terminal that compiling takes a moment; the line goes away afterwards. */
function progress(files: number): () => void {
  const { stderr } = process;
  if (files < 3 || !stderr.isTTY) return () => {};
  stderr.write(`native: compiling kernels (${files} files, once) …`);
  return () => stderr.write("\r\x1b[K");
}
