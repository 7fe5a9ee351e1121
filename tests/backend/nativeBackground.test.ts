// On the backend "auto", compiled networks begin on wasm and change to native code when it is ready. Nothing else does.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findCompiler } from "../../src/backend/native/compiler.ts";
import { backend, compile, nativeSupport, nn, setBackend, Tensor } from "../../src/index.ts";
import { fakeCompiler } from "./fakeCompiler.ts";

const root = mkdtempSync(join(tmpdir(), "fovea-background-"));
const gate = join(root, "gate");
const fault = join(root, "fault");
const hasCompiler = (() => {
  try {
    findCompiler();
    return spawnSync("cc", ["--version"]).status === 0;
  } catch {
    return false;
  }
})();

// Kernels compile when the gate is open; and not at all where there is a fault.
process.env.FOVEA_CACHE = join(root, "cache");
process.env.FOVEA_CC = fakeCompiler(
  root,
  "waits",
  `if ! grep -q fovea_run "$source"; then
     while [ ! -e ${gate} ]; do sleep 0.02; [ -e ${root} ] || exit 1; done
     if [ -e ${fault} ]; then echo "error: not today" >&2; exit 1; fi
   fi`,
);
const support = hasCompiler ? nativeSupport() : { fault: "there is no C compiler" };
if (support.fault !== null) console.warn(`SKIPPED: ${support.fault}`);

const open = (): void => writeFileSync(gate, "");
const close = (): void => rmSync(gate, { force: true });
const folder = join(root, "cache", "native");
const libraries = (): number => readdirSync(folder).filter((name) => name.endsWith(".so")).length;
const leftovers = (): string[] => readdirSync(folder).filter((name) => !name.endsWith(".so"));

afterAll(() => {
  open();
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

const index = new URL("../../src/index.ts", import.meta.url).href;

/** A network of its own for each test: nothing of it is in the cache. */
let channels = 2;
function network(c = ++channels): { net: nn.Module; shape: number[]; input: Float32Array } {
  const net = new nn.Sequential(
    new nn.Conv2d(1, c, 3, { padding: 1 }),
    new nn.BatchNorm2d(c),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(c * 36, 3),
  );
  net.parameters().forEach((parameter, i) => {
    parameter.write(Float32Array.from({ length: parameter.numel }, (_, k) => Math.sin(k + i)));
  });
  return {
    net,
    shape: [2, 1, 6, 6],
    input: Float32Array.from({ length: 72 }, (_, i) => Math.cos(i)),
  };
}

describe.skipIf(support.fault !== null)("in the background", () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  beforeEach(() => {
    rmSync(fault, { force: true });
    close();
    said.mockClear();
  });
  afterEach(() => {
    open();
    setBackend("wasm", { threads: 1 });
  });

  test("a compiled network computes on wasm at once, and natively when that is ready", async () => {
    setBackend("auto", { threads: 2 });
    const { net, shape, input } = network();
    const before = libraries();
    const classify = compile(net, shape);
    const meanwhile = await classify.run(input);
    expect(libraries()).toBe(before);
    let isReady = false;
    const ready = classify.ready().then(() => {
      isReady = true;
    });
    expect(await classify.run(input)).toEqual(meanwhile);
    expect(isReady).toBe(false);
    open();
    // Runs without a pause: they let the change happen.
    for (let i = 0; i < 10_000 && !isReady; i++) await classify.run(input);
    await ready;
    expect(libraries()).toBeGreaterThan(before);
    const found = await classify.run(input);
    for (const [i, value] of found.entries()) {
      expect(value).toBeCloseTo(meanwhile[i] as number, 4);
    }
    // The bits of native code, which another backend that waits finds in the cache.
    close();
    setBackend("native", { threads: 1 });
    const same = network(channels);
    expect(await compile(same.net, shape).run(input)).toEqual(found);
    expect(leftovers()).toEqual([]);
    expect(said).not.toHaveBeenCalled();
  });

  test("refresh and dispose before it is ready", async () => {
    setBackend("auto", { threads: 1 });
    const { net, shape, input } = network();
    const [kept, dropped] = [compile(net, shape), compile(net, shape, { output: (y) => y.sum() })];
    const before = await kept.run(input);
    await dropped.run(input);
    dropped.dispose();
    const last = net.parameters().at(-1) as Tensor & { write(values: Float32Array): void };
    last.write(Float32Array.from([7, 8, 9]));
    kept.refresh();
    expect(await kept.run(input)).not.toEqual(before);
    open();
    await Promise.all([kept.ready(), dropped.ready()]);
    const after = await kept.run(input);
    last.write(Float32Array.from([0, 0, 0]));
    kept.refresh();
    for (const [i, value] of (await kept.run(input)).entries()) {
      expect(value).toBeCloseTo((after[i] as number) - (7 + (i % 3)), 4);
    }
    expect(leftovers()).toEqual([]);
  });

  test("a compiler that fails there: wasm goes on, and a line says why", async () => {
    setBackend("auto", { threads: 1 });
    const { net, shape, input } = network();
    const classify = compile(net, shape);
    const meanwhile = await classify.run(input);
    writeFileSync(fault, "");
    open();
    await classify.ready();
    expect(await classify.run(input)).toEqual(meanwhile);
    expect(said).toHaveBeenCalledTimes(1);
    expect(said.mock.calls[0]?.[0]).toContain("not today");
    expect(leftovers()).toEqual([]);
  });

  test("all other computing waits for native code", async () => {
    setBackend("auto", { threads: 1 });
    expect(backend().name).toBe("native");
    const before = libraries();
    open();
    expect(await Tensor.from([1, 2, 3]).mul(5).sum().item()).toBe(30);
    expect(libraries()).toBe(before + 1);
  });

  /** Compiles a network in a process of its own, runs it and does something more. */
  function inProcess(more: string, env: Readonly<Record<string, string>> = {}) {
    const code = `
      const { compile, nn, setBackend } = await import(${JSON.stringify(index)});
      setBackend("auto", { threads: 1 });
      const classify = compile(new nn.Linear(5, 7), [3, 5]);
      console.log((await classify.run(new Float32Array(15))).length);
      ${more}`;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", code],
      { env: { ...process.env, ...env }, encoding: "utf8" },
    );
    return { status, lines: stdout.trim().split("\n"), stderr };
  }

  test("where nothing can be kept, it changes to native code all the same", () => {
    writeFileSync(join(root, "file"), "");
    open();
    const { status, lines, stderr } = inProcess(
      "await classify.ready(); console.log((await classify.run(new Float32Array(15))).length);",
      { FOVEA_CACHE: join(root, "file") },
    );
    expect({ status, lines }).toEqual({ status: 0, lines: ["21", "21"] });
    expect(stderr.trim().split("\n").length).toBe(1);
    expect(stderr).toContain("native: compiled kernels are not kept in");
  });

  test("a process that is ended meanwhile leaves nothing behind", () => {
    const before = libraries();
    const { status, lines } = inProcess("process.exit(0);");
    expect({ status, lines }).toEqual({ status: 0, lines: ["21"] });
    expect(leftovers()).toEqual([]);
    expect(libraries()).toBe(before);
  });
});
