// Datasets of arrays and generators, their parts, and which images an epoch takes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  balancedSampler,
  classWeights,
  DataLoader,
  type FileList,
  fromArrays,
  fromGenerator,
  type ImageDataset,
  type SplitOptions,
  type StreamedDataset,
  split,
  weightedRandomSampler,
} from "../../src/data/index.ts";
import { DataError, OptionError } from "../../src/tensor/errors.ts";

/** Images of one pixel, which is their number. */
function numbered(labels: readonly number[]): ImageDataset {
  return fromArrays(
    Uint8Array.from(labels, (_, i) => i),
    labels,
    { imageShape: [1, 1, 1] },
  );
}

const repeat = (...counts: number[]): number[] =>
  counts.flatMap((count, label) => new Array<number>(count).fill(label));

describe("fromArrays", () => {
  it("takes all pixels in one array without a copy, or an array for each image", () => {
    const images = Uint8Array.of(1, 2, 3, 4);
    const whole = fromArrays(images, [0, 2], { imageShape: [1, 1, 2], name: "mine" });
    expect(whole).toMatchObject({ name: "mine", length: 2, classes: ["0", "1", "2"] });
    images[0] = 9;
    expect([...whole.images]).toEqual([9, 2, 3, 4]);
    const each = fromArrays([[1, 2], Uint8Array.of(3, 4)], [1, 0], {
      imageShape: [1, 1, 2],
      classes: ["no", "yes"],
    });
    expect([...each.images]).toEqual([1, 2, 3, 4]);
    expect(each.classes).toEqual(["no", "yes"]);
  });

  it("refuses what is no dataset", () => {
    const imageShape = [1, 1, 2] as const;
    expect(() => fromArrays([[0, 0.5]], [0], { imageShape })).toThrowErrorMatchingInlineSnapshot(`
      [DataError: arrays: image 0 has a value of 0.5
        index    1
        hint     pixels are whole numbers from 0 to 255; values from 0 to 1 times 255, rounded]
    `);
    expect(() => fromArrays([[0, 256]], [0], { imageShape })).toThrow("a value of 256");
    expect(() => fromArrays([[0, Number.NaN]], [0], { imageShape })).toThrow("a value of NaN");
    expect(() => fromArrays([[0]], [0], { imageShape })).toThrow("image 0 has 1 values, not 2");
    expect(() => fromArrays([[0, 0]], [0, 1], { imageShape })).toThrow(DataError);
    expect(() => fromArrays([[0, 0]], [1], { imageShape, classes: ["a"] })).toThrow(
      "label 1 of image 0 is no class",
    );
    expect(() => fromArrays([[0, 0]], [-1], { imageShape })).toThrow("label -1 of image 0");
    expect(() => fromArrays([[0, 0]], [0.5], { imageShape })).toThrow("label 0.5 of image 0");
    expect(() => fromArrays([], [], { imageShape })).toThrow("there are no images");
    const options = { imageShape, clases: [] };
    expect(() => fromArrays([[0, 0]], [0], options)).toThrow('did you mean "classes"?');
  });
});

describe("fromGenerator", () => {
  const options = { imageShape: [1, 1, 2] } as const;

  it("takes all that a generator gives, or as many as asked for", async () => {
    const buffer = new Uint8Array(2);
    async function* same() {
      for (let i = 0; i < 3; i++) yield { image: buffer.fill(i), label: i };
    }
    expect([...(await fromGenerator(same, options)).images]).toEqual([0, 0, 1, 1, 2, 2]);
    let isClosed = false;
    function* endless() {
      try {
        const picture = { channels: 1, height: 1, width: 2, data: buffer } as const;
        for (;;) yield { image: picture, label: 0 };
      } finally {
        isClosed = true;
      }
    }
    expect((await fromGenerator(endless(), { ...options, limit: 4 })).length).toBe(4);
    expect(isClosed).toBe(true);
  });

  it("refuses what does not fit", async () => {
    const picture = { channels: 1, height: 2, width: 1, data: new Uint8Array(2) } as const;
    await expect(fromGenerator([{ image: picture, label: 0 }], options)).rejects.toThrow(
      "image 0 has another size",
    );
    await expect(fromGenerator([], options)).rejects.toThrow("generator: there are no images");
    for (const label of [2, -1, 0.5, Number.NaN, undefined as unknown as number]) {
      const one = fromGenerator([{ image: [0, 0], label }], { ...options, classes: ["a", "b"] });
      await expect(one).rejects.toThrow(`label ${label} of image 0 is no class`);
    }
  });
});

describe("split", () => {
  it("is a partition, the same for the same seed", () => {
    const labels = fc.array(fc.nat(2), { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(labels, fc.nat(), fc.boolean(), (given, seed, stratified) => {
        const data = numbered(given);
        const parts = split(data, [0.5, 0.3, 0.2], { seed, stratified });
        const images = parts.flatMap((part) => [...part.images]);
        expect(images.toSorted((a, b) => a - b)).toEqual(given.map((_, i) => i));
        for (const part of parts) {
          for (const [i, image] of part.images.entries()) {
            expect(part.labels[i]).toBe(given[image]);
          }
        }
        expect(split(data, [0.5, 0.3, 0.2], { seed, stratified })).toEqual(parts);
      }),
    );
  });

  it("gives the numbers of images that PyTorch gives", () => {
    const lengths = (count: number, parts: number[]): number[] =>
      split(numbered(new Array(count).fill(0)), parts).map(({ length }) => length);
    // torch.utils.data.random_split of PyTorch 1.13.
    expect(lengths(10, [0.3, 0.3, 0.4])).toEqual([3, 3, 4]);
    expect(lengths(11, [0.3, 0.3, 0.4])).toEqual([4, 3, 4]);
    expect(lengths(7, [0.5, 0.5])).toEqual([4, 3]);
    expect(lengths(10, [4, 5])).toEqual([4, 5]);
  });

  it("keeps proportions to within one image if it is stratified", () => {
    const data = numbered(repeat(100, 30, 7));
    for (const part of split(data, [0.6, 0.4], { stratified: true })) {
      const share = part.length / data.length;
      for (const [label, count] of [100, 30, 7].entries()) {
        const own = part.labels.filter((one: number) => one === label).length;
        expect(Math.abs(own - count * share)).toBeLessThanOrEqual(1);
      }
    }
  });

  it("splits lists of files", () => {
    const list: FileList = {
      name: "x",
      root: "/x",
      files: ["a", "b", "c", "d"],
      labels: Int32Array.of(0, 1, 0, 1),
      classes: ["0", "1"],
      length: 4,
      size: null,
      channels: 3,
      resizeMode: "crop",
      decoder: "fovea",
      skipped: [],
    };
    const parts = split(list, [0.5, 0.5]);
    expect(parts.flatMap(({ files }) => files).toSorted()).toEqual(list.files);
    for (const { files, labels } of parts) {
      expect([...labels]).toEqual(files.map((file) => list.labels[list.files.indexOf(file)]));
    }
  });

  it("splits streams, whose images stay those of the whole", () => {
    const whole = numbered([0, 1, 0, 1, 0]);
    const asked: unknown[] = [];
    const stream: StreamedDataset = {
      name: "stream",
      labels: Int32Array.from(whole.labels),
      imageShape: [1, 1, 1],
      classes: whole.classes,
      length: 5,
      normalize: null,
      async *batches(order, batchSize, random) {
        asked.push([order, batchSize, random]);
        yield { images: Uint8Array.from(order), labels: order };
      },
    };
    const [part] = split(stream, [3, 2]) as [StreamedDataset, StreamedDataset];
    const [same] = split(whole, [3, 2]) as [ImageDataset, ImageDataset];
    expect([...part.labels]).toEqual([...same.labels]);
    part.batches(Int32Array.of(2, 0), 4, { seed: 1, epoch: 2 })[Symbol.asyncIterator]().next();
    const order = Int32Array.of(same.images[2] as number, same.images[0] as number);
    expect(asked).toEqual([[order, 4, { seed: 1, epoch: 2 }]]);
  });

  it("refuses parts that do not fit", () => {
    const data = numbered([0, 0, 0]);
    expect(() => split(data, [0.5, 0.4])).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: split: parts are fractions that add up to 1, or whole numbers
        parts    [0.5, 0.4]   sum 0.9
        images   3
        hint     for example [0.8, 0.2]]
    `);
    for (const parts of [[], [2, 2], [1.5, 1.5], [0, 1], [-1, 2], [0.9, 0.05, 0.04, 0.01]]) {
      expect(() => split(data, parts), String(parts)).toThrow(OptionError);
    }
    const options = { stratify: true } as SplitOptions;
    expect(() => split(data, [1, 1], options)).toThrow('did you mean "stratified"?');
  });
});

describe("samplers", () => {
  const counts = (order: ArrayLike<number>, length: number): number[] => {
    const result = new Array<number>(length).fill(0);
    for (const index of Array.from(order)) result[index] = (result[index] ?? 0) + 1;
    return result;
  };

  it("weigh classes by how rare they are", () => {
    expect(classWeights(numbered(repeat(6, 2)))).toEqual([8 / 12, 2]);
    expect(classWeights(numbered([0, 2, 2, 0]))).toEqual([1, 0, 1]);
  });

  it("take classes equally often, images of weight 0 never", () => {
    const data = numbered(repeat(90, 10));
    const sampler = balancedSampler(data, { numSamples: 10_000 });
    const taken = counts(sampler.order({ seed: 1, epoch: 0 }), 100);
    const rare = taken.slice(90).reduce((sum, count) => sum + count, 0);
    // Half, to within five standard deviations.
    expect(Math.abs(rare - 5000)).toBeLessThan(250);
    const some = weightedRandomSampler([0, 1, 3, 0], { numSamples: 4000 });
    const [a, b, c, d] = counts(some.order({ seed: 1, epoch: 3 }), 4) as [
      number,
      number,
      number,
      number,
    ];
    expect([a, d, b + c]).toEqual([0, 0, 4000]);
    expect(Math.abs(b - 1000)).toBeLessThan(140);
  });

  it("draw another order in each epoch, the same for the same seed", () => {
    const sampler = weightedRandomSampler([1, 2, 3, 4, 5, 6, 7, 8]);
    const order = sampler.order({ seed: 1, epoch: 0 });
    expect(sampler.order({ seed: 1, epoch: 0 })).toEqual(order);
    expect(sampler.order({ seed: 1, epoch: 1 })).not.toEqual(order);
    expect(sampler.order({ seed: 2, epoch: 0 })).not.toEqual(order);
  });

  it("take no image twice without replacement", () => {
    const sampler = weightedRandomSampler([1, 5, 0, 1, 9], { numSamples: 4, replacement: false });
    const first = new Array<number>(5).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const order = Array.from(sampler.order({ seed, epoch: 0 }));
      expect(order.toSorted()).toEqual([0, 1, 3, 4]);
      const [index = 0] = order;
      first[index] = (first[index] ?? 0) + 1;
    }
    // The first is drawn in proportion to the weights: 9 of 16.
    expect(Math.abs((first[4] as number) - 1125)).toBeLessThan(112);
  });

  it("are refused where they are impossible", () => {
    expect(() => weightedRandomSampler([0, 0])).toThrow("all weights are 0");
    expect(() => weightedRandomSampler([1, -1])).toThrow("weight 1 is -1");
    expect(() => weightedRandomSampler([1, Number.NaN])).toThrow(OptionError);
    expect(() => weightedRandomSampler([1], { numSamples: 0 })).toThrow(OptionError);
    expect(() => weightedRandomSampler([1, 0], { replacement: false })).toThrow(
      "2 different images of 1 with a weight",
    );
  });

  it("are taken by the loader", () => {
    const data = numbered(repeat(3, 1));
    const sampler = weightedRandomSampler([0, 1, 0, 1], { numSamples: 6 });
    const loader = new DataLoader(data, { batchSize: 4, sampler, seed: 5 });
    expect(loader.length).toBe(2);
    expect(loader.order(2)).toEqual(sampler.order({ seed: 5, epoch: 2 }));
    expect(() => new DataLoader(data, { sampler, shuffle: true })).toThrow(OptionError);
    expect(() => new DataLoader(data, { sampler: {} as typeof sampler })).toThrow(OptionError);
    const wrong = new DataLoader(data, { sampler: { length: 2, order: () => [0, 4] } });
    expect(() => wrong.order(0)).toThrowErrorMatchingInlineSnapshot(`
      [DataError: the sampler gives image 4
        images   4   0 to 3]
    `);
    const short = new DataLoader(data, { sampler: { length: 2, order: () => [0] } });
    expect(() => short.order(0)).toThrow("gives 1 images instead of 2");
  });
});
