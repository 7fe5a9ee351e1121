// Random numbers of a key that is known when the graph is planned: the planner may not take them for a constant.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { normal, uniform } from "../../src/ops/index.ts";
import { philox } from "../../src/tensor/random.ts";
import { backends } from "./backends.ts";
import { gpuBackends } from "./gpu.ts";

describe.each([...backends, ...gpuBackends])("on $name", ({ name }) => {
  beforeAll(() => {
    setBackend(name);
  });

  it("uniform gives each element its own number", async () => {
    const words = [...philox([0, 0, 0, 0], [7, 3]), ...philox([1, 0, 0, 0], [7, 3])];
    const expected = words.map((word) => (word >>> 8) * 2 ** -24);
    expect(await uniform([8], [7, 3]).array()).toEqual(expected);
  });

  it("normal has no two equal neighbours", async () => {
    const numbers: number[] = await normal([50], [0, 1]).array();
    expect(new Set(numbers).size).toBe(50);
  });
});
