// Datasets and the batches that come of them.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { checkDataset, type ImageDataset, subset } from "../../src/data/dataset.ts";
import { DataLoader } from "../../src/data/loader.ts";

beforeAll(() => {
  setBackend("reference");
});

function numbered(length: number): ImageDataset {
  return {
    name: "numbered",
    images: Uint8Array.from({ length: length * 2 }, (_, i) => i),
    labels: Uint8Array.from({ length }, (_, i) => i % 3),
    imageShape: [1, 1, 2],
    classes: ["a", "b", "c"],
    length,
  };
}

describe("DataLoader", () => {
  it("gives images from 0 to 1 as NCHW and labels as int32, the last batch smaller", async () => {
    const batches = [...new DataLoader(numbered(5), { batchSize: 2 })];
    expect(batches.map(([x, y]) => [x.shape, x.dtype, y.shape, y.dtype])).toEqual([
      [[2, 1, 1, 2], "float32", [2], "int32"],
      [[2, 1, 1, 2], "float32", [2], "int32"],
      [[1, 1, 1, 2], "float32", [1], "int32"],
    ]);
    const [x, y] = batches[1] as (typeof batches)[0];
    expect(Array.from(await x.data(), (value) => Math.round(value * 255))).toEqual([4, 5, 6, 7]);
    expect(await y.array()).toEqual([2, 0]);
  });

  it("drops the last smaller batch if asked", () => {
    const loader = new DataLoader(numbered(5), { batchSize: 2, dropLast: true });
    expect(loader.length).toBe(2);
    expect([...loader].length).toBe(2);
  });

  it("takes every image once an epoch, in an order that follows from seed and epoch", async () => {
    const loader = new DataLoader(numbered(20), { batchSize: 6, shuffle: true, seed: 4 });
    const pass = async () => {
      const values: number[] = [];
      for (const [x] of loader)
        values.push(...Array.from(await x.data(), (value) => Math.round(value * 255)));
      return values.filter((_, i) => i % 2 === 0).map((value) => value / 2);
    };
    const [first, second] = [await pass(), await pass()];
    expect(first).toEqual([...loader.order(0)]);
    expect(second).toEqual([...loader.order(1)]);
    expect(second).not.toEqual(first);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    loader.setEpoch(0);
    expect(await pass()).toEqual(first);
    expect(new DataLoader(numbered(20), { shuffle: true, seed: 5 }).order(0)).not.toEqual(
      loader.order(0),
    );
  });

  it("refuses unknown options and impossible values", () => {
    expect(() => new DataLoader(numbered(2), { batchsize: 2 } as never)).toThrow(
      /did you mean "batchSize"/,
    );
    expect(() => new DataLoader(numbered(2), { batchSize: 0 })).toThrow(
      /batchSize must be a whole number of at least 1/,
    );
    expect(() => new DataLoader(numbered(2), { seed: -1 })).toThrow(/seed/);
  });
});

describe("datasets", () => {
  it("refuse a label that is no class, naming where", () => {
    const bad = { ...numbered(4), labels: Int32Array.of(0, 1, 7, 0) };
    expect(() => checkDataset(bad)).toThrow(/numbered: label 7 of image 2 is no class/);
    expect(() => [...new DataLoader(bad)]).toThrow(/label 7 of image 2/);
    expect(() => checkDataset({ ...bad, labels: Int32Array.of(0, -1, 0, 0) })).toThrow(
      /label -1 of image 1/,
    );
  });
  it("refuse arrays that do not fit together, and nothing at all", () => {
    expect(() => checkDataset({ ...numbered(4), images: new Uint8Array(7) })).toThrow(
      /pixels do not fill the images/,
    );
    expect(() => checkDataset({ ...numbered(4), labels: new Uint8Array(3) })).toThrow(
      /3 labels for 4 images/,
    );
    expect(() => checkDataset(numbered(0))).toThrow(/there are no images/);
  });
  it("have parts", () => {
    const part = subset(numbered(6), [5, 1]);
    expect([part.length, [...part.images], [...part.labels]]).toEqual([2, [10, 11, 2, 3], [2, 1]]);
    expect(subset(numbered(6), 4).images.length).toBe(8);
    expect(subset(numbered(6), 100).length).toBe(6);
    expect(() => subset(numbered(6), [6])).toThrow(/index 6 is not in numbered/);
    expect(() => subset(numbered(6), 0)).toThrow(/at least 1/);
  });
});
