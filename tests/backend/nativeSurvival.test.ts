// Whatever is wrong with the compiler, the cache folder or the libraries in it: results are right, a line says what
// happened, and at worst wasm computes.
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LibraryCache } from "../../src/backend/native/cache.ts";
import { findCompiler } from "../../src/backend/native/compiler.ts";
import { fakeCompiler } from "./fakeCompiler.ts";

const child = join(dirname(fileURLToPath(import.meta.url)), "nativeChild.ts");
const root = mkdtempSync(join(tmpdir(), "fovea native – tëst "));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Outcome {
  readonly name: string;
  readonly stderr: string;
}

/** Runs the child with its cache in a folder of the root; its numbers must be right. */
async function run(
  cache: string,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Outcome> {
  const process_ = spawn(process.execPath, [...flags, child], {
    env: { ...process.env, FOVEA_CACHE: join(root, cache), FOVEA_NATIVE_ISA: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  process_.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  process_.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => process_.on("close", resolve));
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const { name, sum, largest } = JSON.parse(stdout);
  expect({ sum, largest }).toEqual({ sum: 999_000, largest: 1000 });
  return { name, stderr };
}

const compiler = (name: string, script: string): string => fakeCompiler(links, name, script);
/** Commands are split at spaces, so compilers lie in a folder without. */
const links = mkdtempSync(join(tmpdir(), "fovea-native-"));
afterAll(() => rmSync(links, { recursive: true, force: true }));

const hasCompiler = (() => {
  try {
    findCompiler();
    return spawnSync("cc", ["--version"]).status === 0;
  } catch (error) {
    console.warn(`SKIPPED: ${(error as Error).message}`);
    return false;
  }
})();

const libraries = (cache: string): string[] =>
  readdirSync(join(root, cache, "native"))
    .filter((name) => name.endsWith(".so"))
    .map((name) => join(root, cache, "native", name));

/** No folder that was compiled in is left. */
const leftovers = (cache: string): string[] =>
  readdirSync(join(root, cache, "native")).filter((name) => !name.endsWith(".so"));

test("without a compiler wasm computes, and a line says why", async () => {
  const { name, stderr } = await run("none", { FOVEA_CC: "/nowhere/cc" });
  expect(name).toBe("wasm");
  expect(stderr).toContain("native: there is no C compiler");
  expect(stderr).toContain("/nowhere/cc (not found)");
  expect(stderr).toContain("Using wasm");
});

test("without koffi wasm computes", async () => {
  const preload = join(root, "withoutKoffi.cjs");
  writeFileSync(
    preload,
    `const Module = require("node:module");
     const resolve = Module._resolveFilename;
     Module._resolveFilename = (request, ...rest) => {
       if (request === "koffi") throw new Error("Cannot find module 'koffi'");
       return resolve(request, ...rest);
     };`,
  );
  const { name, stderr } = await run("none", {}, ["--require", preload]);
  expect(name).toBe("wasm");
  expect(stderr).toContain("native: koffi, which calls compiled code, is not there");
  expect(stderr).toContain("npm install koffi");
});

describe.skipIf(!hasCompiler)("with a compiler", () => {
  test("compiles once, in a folder whose name has spaces and letters beyond ASCII", async () => {
    expect(await run("ünd spaces")).toEqual({ name: "native", stderr: "" });
    const before = libraries("ünd spaces").map((path) => [path, statSync(path).ino]);
    expect(before.length).toBe(3);
    expect(await run("ünd spaces")).toEqual({ name: "native", stderr: "" });
    expect(libraries("ünd spaces").map((path) => [path, statSync(path).ino])).toEqual(before);
    expect(leftovers("ünd spaces")).toEqual([]);
    expect(statSync(join(root, "ünd spaces", "native")).mode & 0o777).toBe(0o700);
  });

  test("a home whose name has spaces and letters beyond ASCII", async () => {
    const home = join(root, "zu hause in Köln");
    const env = { FOVEA_CACHE: "", XDG_CACHE_HOME: "", HOME: home };
    expect(await run("unused", env)).toEqual({ name: "native", stderr: "" });
    const made = readdirSync(join(home, ".cache", "fovea", "native"));
    expect(made.filter((name) => name.endsWith(".so")).length).toBe(3);
    expect(existsSync(join(root, "unused"))).toBe(false);
  });

  test("says how far it is: with DEBUG, or in a terminal; else nothing", () => {
    const folder = mkdtempSync(join(root, "progress "));
    const source = new URL("../../src/backend/native/compiler.ts", import.meta.url).href;
    const code = `
      const { compileNow, findCompiler } = await import(${JSON.stringify(source)});
      const files = ["a", "b", "c"].map((name) => ({ name, length: 1 }));
      compileNow(findCompiler(), { folder: process.cwd(), files, flags: [] });`;
    const told = (debug: string): string[] => {
      for (const name of ["a", "b", "c"]) {
        writeFileSync(join(folder, `${name}.c`), "int answer(void) { return 42; }");
        rmSync(join(folder, `${name}.so`), { force: true });
      }
      const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
        cwd: folder,
        env: { ...process.env, DEBUG: debug },
        encoding: "utf8",
      });
      expect(readdirSync(folder).filter((name) => name.endsWith(".so")).length).toBe(3);
      return stderr.split("\n").filter(Boolean);
    };
    expect(told("")).toEqual([]);
    const lines = told("1");
    expect(lines.length).toBe(3);
    expect(lines.at(-1)).toBe("native: compiling kernels, once: 3 of 3 files");
  });

  test("a compiler that always fails: wasm", async () => {
    const broken = compiler("fails", 'echo "x.c:1: error: no such luck" >&2; exit 1');
    const { name, stderr } = await run("fails", { FOVEA_CC: broken });
    expect(name).toBe("wasm");
    expect(stderr).toContain("native: the C compiler failed");
    expect(stderr).toContain("no such luck");
    expect(leftovers("fails")).toEqual([]);
  });

  test("a compiler that fails on kernels only: wasm computes those graphs, with a line once", async () => {
    const broken = compiler(
      "half",
      'grep -q fovea_run "$source" || { echo "error: no kernels today" >&2; exit 1; }',
    );
    const { name, stderr } = await run("half", { FOVEA_CC: broken });
    expect(name).toBe("native");
    expect(stderr.match(/no kernels today/g)?.length).toBe(1);
    expect(stderr).toContain("kernels that do not compile run on wasm");
  });

  test("a compiler that is killed half-way, once: tried again", async () => {
    const flag = join(links, "was-killed");
    const killed = compiler(
      "killed",
      `if [ ! -e '${flag}' ] && ! grep -q fovea_run "$source"; then : > '${flag}'; echo half > "$made"; kill -9 $$; fi`,
    );
    expect(await run("killed", { FOVEA_CC: killed })).toEqual({ name: "native", stderr: "" });
    expect(existsSync(flag)).toBe(true);
    expect(leftovers("killed")).toEqual([]);
  });

  test("a disk that is full: compiled elsewhere, and not kept", async () => {
    const full = compiler(
      "full",
      'case "$PWD" in */full-cache/*) echo "fatal error: error writing: No space left on device" >&2; exit 1;; esac',
    );
    const { name, stderr } = await run("full-cache", { FOVEA_CC: full });
    expect(name).toBe("native");
    expect(stderr).toContain("native: compiled kernels are not kept in");
    expect(stderr).toContain("No space left on device");
    expect(libraries("full-cache")).toEqual([]);
  });

  test("a cache folder that cannot be made: compiled elsewhere", async () => {
    writeFileSync(join(root, "file"), "");
    const { name, stderr } = await run("file");
    expect(name).toBe("native");
    expect(stderr).toContain("native: compiled kernels are not kept in");
  });

  test("a cache folder that others can write to is not used", async () => {
    mkdirSync(join(root, "open", "native"), { recursive: true });
    chmodSync(join(root, "open", "native"), 0o777);
    const { name, stderr } = await run("open");
    expect(name).toBe("native");
    expect(stderr).toContain("others can write to it");
    expect(libraries("open")).toEqual([]);
  });

  describe("libraries that are not what they were", () => {
    beforeAll(() => run("damaged"));

    test("cut off", async () => {
      for (const path of libraries("damaged")) truncateSync(path, statSync(path).size >> 1);
      expect(await run("damaged")).toEqual({ name: "native", stderr: "" });
      expect(libraries("damaged").length).toBe(3);
    });

    test("of somebody else's making", async () => {
      for (const path of libraries("damaged")) writeFileSync(path, readFileSync("/bin/sh"));
      expect(await run("damaged")).toEqual({ name: "native", stderr: "" });
      expect(libraries("damaged").length).toBe(3);
    });
  });

  test("several processes at once, all with nothing compiled yet", async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => run("together")));
    expect(outcomes).toEqual([1, 2, 3].map(() => ({ name: "native", stderr: "" })));
    expect(leftovers("together")).toEqual([]);
  });
});

test("what a killed process was compiling goes after an hour", () => {
  const folder = join(root, "abandoned");
  const cache = new LibraryCache(() => {}, folder);
  const [old, young] = [cache.workFolder(), cache.workFolder()];
  const anHourAgo = Date.now() / 1000 - 3700;
  utimesSync(old, anHourAgo, anHourAgo);
  const made = join(young, "made.so");
  writeFileSync(made, "x");
  cache.keep("key", made);
  expect(existsSync(old)).toBe(false);
  expect(existsSync(young)).toBe(true);
});

test("a cache folder that goes away, or is closed to writing: compiled elsewhere, and said once", () => {
  const folder = join(root, "closed");
  const said: string[] = [];
  const cache = new LibraryCache((text) => said.push(text), folder);
  rmSync(folder, { recursive: true });
  const elsewhere = [cache.workFolder(), cache.workFolder()];
  for (const path of elsewhere) expect(path.startsWith(tmpdir())).toBe(true);
  expect(elsewhere.some((path) => path.startsWith(folder))).toBe(false);
  expect(said.length).toBe(1);
  expect(said[0]).toContain(`native: compiled kernels are not kept in ${folder}`);
  // A library that was made elsewhere stays there.
  const made = join(elsewhere[0] as string, "made.so");
  writeFileSync(made, "x");
  expect(cache.keep("key", made)).toBe(made);
});

test("the cache keeps to its size: what was not used for longest goes", () => {
  const folder = join(root, "bounded");
  const said: string[] = [];
  const made = (): string => {
    const path = join(cache.workFolder(), "made.so");
    writeFileSync(path, new Uint8Array(100));
    return path;
  };
  let cache = new LibraryCache((text) => said.push(text), folder, 250);
  const paths = ["a", "b", "c"].map((key, i) => {
    const path = cache.keep(key, made());
    utimesSync(path, i, i);
    return path;
  });
  expect(cache.find("a")).toBe(paths[0]);
  cache = new LibraryCache((text) => said.push(text), folder, 250);
  cache.keep("d", made());
  // b and c are older than a, which was found just now.
  expect(["a", "b", "c", "d"].map((key) => cache.find(key) !== null)).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(said).toEqual([]);
});
