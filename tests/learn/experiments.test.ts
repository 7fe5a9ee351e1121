// The experiments of the textbook come out as printed there, on every backend that needs no compiler; the one that trains a network
// for minutes elsewhere, on wasm.
import { beforeAll, describe, expect, it } from "vitest";
import { equal, format, holds, passes } from "../../examples/experiments/experiment.ts";
import { experiments } from "../../examples/experiments/index.ts";
import { convolve2d, corr2d, setBackend, Tensor } from "../../src/index.ts";
import { gpuNames } from "../backend/gpu.ts";

describe.each(["reference", "wasm", ...gpuNames])("on %s", (backend) => {
  beforeAll(() => {
    setBackend(backend);
  });

  // Training goes through the reference's loops at a few dozen images a second, and through an adapter that computes on the
  // processor not much faster.
  const quick = experiments.filter(({ trains }) => backend === "wasm" || trains !== true);

  it.each(quick)("$id: $title", { timeout: 180_000 }, async ({ run }) => {
    const { checks } = await run();
    expect(checks.length).toBeGreaterThan(0);
    const wrong = checks
      .filter((check) => !passes(check))
      .map(({ what, got, expected }) => `${what}: ${format(got)}, expected ${format(expected)}`);
    expect(wrong).toEqual([]);
  });
});

describe("a check", () => {
  it("passes within its tolerance only", () => {
    expect(passes(equal("", [[1, 2]], [[1, 2.000001]]))).toBe(true);
    expect(passes(equal("", [[1, 2]], [[1, 2.1]]))).toBe(false);
    expect(passes(equal("", [1, Number.NaN], [1, 2], 10))).toBe(false);
    expect(passes(equal("", [1, 2], [1, 2, 3]))).toBe(false);
    expect(passes(equal("", [1, 2], [[1, 2]]))).toBe(false);
    expect(passes(holds("", 1, "2 or more", false))).toBe(false);
  });
});

describe("corr2d and convolve2d", () => {
  it("refuse what is not a matrix, and kernels that do not fit", () => {
    const x = Tensor.zeros([3, 3]);
    expect(() => corr2d(Tensor.zeros([1, 3, 3]), x)).toThrow(/corr2d: x is not a matrix/);
    expect(() => convolve2d(x, Tensor.zeros([2]))).toThrow(/the kernel is not a matrix/);
    expect(() => convolve2d(x, Tensor.zeros([2, 4]))).toThrow(
      /convolve2d: a kernel of 2×4 does not fit into 3×3/,
    );
  });
});
