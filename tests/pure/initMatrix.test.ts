// Starting values with exact properties: identities, orthonormal and sparse matrices, cut normals.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { init } from "../../src/nn/index.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor, Variable } from "../../src/tensor/tensor.ts";

beforeAll(() => {
  setBackend("reference");
});

const variable = (...shape: number[]) => new Variable(Tensor.zeros(shape));
const nonzero = async (v: Variable) => {
  const values = await v.data();
  return Array.from(values.keys()).filter((i) => values[i] !== 0);
};

describe("init", () => {
  it("eye_ puts ones on the diagonal, whatever was there", async () => {
    const v = init.ones_(variable(2, 3));
    expect(await init.eye_(v).array()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(() => init.eye_(variable(3))).toThrow(/eye_: needs 2 axes, got the shape \[3\]/);
  });

  it("dirac_ puts ones in the middle of the kernels, by groups", async () => {
    // PyTorch 1.13: nonzero at [0,0,1], [1,1,1], [2,0,1], [3,1,1] of [4, 3, 2], and at [.., 1, 1] of [4, 3, 3, 2].
    expect(await nonzero(init.dirac_(variable(4, 3, 2), 2))).toEqual([1, 9, 13, 21]);
    expect(await nonzero(init.dirac_(variable(4, 3, 3, 2), 2))).toEqual([3, 27, 39, 63]);
    // More filters than channels: the others are 0.
    expect(await nonzero(init.dirac_(variable(3, 2, 1)))).toEqual([0, 3]);
    expect(() => init.dirac_(variable(3, 2, 3), 2)).toThrow(/3 filters do not divide into 2/);
    expect(() => init.dirac_(variable(3, 2))).toThrow(/needs 3 to 5 axes/);
  });

  it.each([
    [5, 5],
    [3, 8],
    [8, 3],
    [4, 2, 3, 3],
    [1, 6],
  ])("orthogonal_ has orthonormal rows or columns: %s", async (...shape) => {
    const v = init.orthogonal_(variable(...shape), { gain: 2, generator: new Generator(4) });
    const rows = shape[0] as number;
    const columns = v.numel / rows;
    const data = await v.data();
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const at = (k: number, i: number) =>
      data[rows <= columns ? k * columns + i : i * columns + k] as number;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
        expect(dot).toBeCloseTo(a === b ? 4 : 0, 5);
      }
    }
  });

  it("orthogonal_ prefers no direction: each element has mean 0 and variance 1/n", async () => {
    const generator = new Generator(1);
    const corner: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const [first] = await init.orthogonal_(variable(3, 3), { generator }).data();
      corner.push(first as number);
    }
    const mean = corner.reduce((a, b) => a + b) / corner.length;
    const square = corner.reduce((a, b) => a + b * b, 0) / corner.length;
    // Five standard errors; the first element of a point on the sphere is uniform on ±1.
    expect(Math.abs(mean)).toBeLessThan(0.065);
    expect(Math.abs(square - 1 / 3)).toBeLessThan(0.034);
  });

  it("sparse_ leaves a share of each column out", async () => {
    const v = init.sparse_(variable(10, 4), 0.25, 0.5);
    const rows = (await v.array()) as number[][];
    for (let column = 0; column < 4; column++)
      expect(rows.filter((row) => row[column] === 0).length).toBe(3);
    expect(() => init.sparse_(v, 1.1)).toThrow(/sparsity is 1.1/);
  });

  it.each([
    // mean, std, low, high; mean and standard deviation that follow (scipy.stats.truncnorm).
    [0, 1, -2, 2, 0, 0.8796],
    [0, 1, 0, 1, 0.4598, 0.2824],
    [0, 1, 3, 4, 3.2663, 0.2237],
    [1, 2, -9, 30, 1, 2],
    [0, 1, -0.1, 0.1, 0, 0.0577],
  ])("truncNormal_ with mean %d, std %d on %d … %d", async (mean, std, low, high, m, s) => {
    const v = init.truncNormal_(variable(20_000), mean, std, low, high, {
      generator: new Generator(2),
    });
    const data = Array.from(await v.data());
    expect(data.every((x) => x >= Math.fround(low) && x <= Math.fround(high))).toBe(true);
    const average = data.reduce((a, b) => a + b) / data.length;
    const spread = Math.sqrt(data.reduce((a, b) => a + (b - average) ** 2, 0) / data.length);
    // Five standard errors.
    expect(Math.abs(average - m)).toBeLessThan((5 * s) / Math.sqrt(20_000));
    expect(Math.abs(spread / s - 1)).toBeLessThan(0.03);
  });

  it("truncNormal_ refuses bounds that hold nothing", () => {
    expect(() => init.truncNormal_(variable(2), 0, 1, 9, 10)).toThrow(/cannot cut/);
    expect(() => init.truncNormal_(variable(2), 0, 1, 1, 1)).toThrow(/cannot cut/);
    expect(() => init.truncNormal_(variable(2), 0, 0)).toThrow(/cannot cut/);
  });

  it("calculateGain knows what PyTorch's does", () => {
    for (const name of ["linear", "conv1d", "conv2d", "convTranspose2d", "sigmoid"] as const)
      expect(init.calculateGain(name)).toBe(1);
    expect(init.calculateGain("tanh")).toBeCloseTo(5 / 3, 12);
    expect(init.calculateGain("relu")).toBeCloseTo(Math.SQRT2, 12);
    expect(init.calculateGain("leakyRelu")).toBeCloseTo(1.4141428569978354, 12);
    expect(init.calculateGain("selu")).toBe(0.75);
    expect(() => init.calculateGain("gelu" as "relu")).toThrow(/unknown nonlinearity "gelu"/);
  });
});
