// DEBUG inside a program: who decides on the level, and what is told at each.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { allTold, debugLevel } from "../../src/debug.ts";
import { setBackend, setDebug, Tensor } from "../../src/index.ts";

const page = globalThis as { FOVEA_DEBUG?: unknown };

beforeEach(() => {
  setBackend("wasm", { threads: 1 });
});

afterEach(() => {
  delete page.FOVEA_DEBUG;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What is told of a new plan. */
async function told(size: number): Promise<string[]> {
  const lines = vi.spyOn(console, "error").mockImplementation(() => {});
  lines.mockClear();
  Tensor.ones([size])
    .add(Tensor.rand([size]))
    .exp()
    .realize();
  await allTold();
  return lines.mock.calls.map(([line]) => String(line));
}

// setDebug goes before everything from its first call on: these come first.
describe("without setDebug", () => {
  it.each([
    [undefined, undefined, 0],
    ["2", undefined, 2],
    ["express:*", undefined, 0],
    ["7", undefined, 4],
    ["-1", undefined, 0],
    ["1", 3, 3],
    ["1", "0", 0],
  ])("DEBUG %j and FOVEA_DEBUG %j give %i", (environment, given, level) => {
    vi.stubEnv("DEBUG", environment);
    if (given !== undefined) page.FOVEA_DEBUG = given;
    expect(debugLevel()).toBe(level);
  });

  it("a page's FOVEA_DEBUG counts when the next plan is compiled", async () => {
    page.FOVEA_DEBUG = 1;
    expect(await told(5)).toEqual([
      expect.stringMatching(/^plan \d+: \d+ ops -> 1 kernel in 1 stage, /),
    ]);
    page.FOVEA_DEBUG = 0;
    expect(await told(6)).toEqual([]);
  });
});

describe("setDebug", () => {
  it("goes before the environment, and tells of each plan once", async () => {
    vi.stubEnv("DEBUG", "4");
    setDebug(2);
    expect(debugLevel()).toBe(2);
    const [text = ""] = await told(7);
    expect(text).toMatch(/forward {3}×1 {4}.*exp {2}reads .*, writes 28 B$/m);
    expect(text).not.toMatch(/^kernel /m);
    expect(await told(7)).toEqual([]);
    setDebug(0);
    expect(await told(8)).toEqual([]);
  });

  it("says that a backend without kernels has none", async () => {
    setBackend("reference");
    setDebug(3);
    expect(await told(9)).toEqual([expect.stringMatching(/^plan \d+: \d+ ops, interpreted$/)]);
  });

  it.each([5, -1, 1.5, Number.NaN])("refuses %d", (level) => {
    expect(() => setDebug(level)).toThrow("whole number from 0 to 4");
  });
});
