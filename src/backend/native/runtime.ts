// The C runtime, loaded through koffi, and the libraries of kernels that it opens. One for the whole process.
import { BackendError } from "../../tensor/errors.ts";
import { builtin } from "./builtin.ts";
import { LibraryCache } from "./cache.ts";
import { type Compiler, findCompiler } from "./compiler.ts";
import type { IsaName } from "./isa.ts";
import { firstLine, LibraryMaker, type MadeLibrary } from "./libraryMaker.ts";
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
  readonly #maker: LibraryMaker;
  readonly #libraries = new Map<string, Library>();

  constructor() {
    if (process.platform === "win32") {
      throw new BackendError("native: Windows is not supported", { hint: "wasm runs there" });
    }
    const koffi = loadKoffi();
    this.compiler = findCompiler();
    this.#maker = new LibraryMaker(this.compiler, new LibraryCache(notify));
    const [made] = this.#maker.make([runtimeSource], ["-pthread", "-ldl"]);
    const library = koffi.load((made as MadeLibrary).path);
    this.call = Object.fromEntries(
      Object.entries(signatures).map(([name, signature]) => [name, library.func(signature)]),
    ) as unknown as RuntimeFunctions;
  }

  /** The folder where libraries are kept, if there is one. */
  get folder(): string | null {
    return this.#maker.folder;
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
    const keys = sources.map((source) => this.#maker.keyOf(source, flags));
    const missing = sources.filter((_, i) => !this.#libraries.has(keys[i] as string));
    for (const { key, path } of this.#maker.make(missing, flags)) this.#open(key, path);
    return keys.map((key) => {
      const library = this.#libraries.get(key) as Library;
      library.users++;
      return library;
    });
  }

  /**
   * Compiles C files in the background, so that `libraries` need not wait for them; null if it would not.
   * Rejects with BackendError if one does not compile.
   */
  prepare(sources: readonly string[], flags: readonly string[]): Promise<void> | null {
    const missing = sources.filter(
      (source) => !this.#libraries.has(this.#maker.keyOf(source, flags)),
    );
    return this.#maker.makeLater(missing, flags);
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
