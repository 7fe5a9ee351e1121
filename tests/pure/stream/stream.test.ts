// Streams of pictures: what is in them, what goes wrong in them, and how they end.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  exportFolder,
  type FileList,
  fromArrays,
  type ImageBatch,
  type ImageDataset,
  imageFolder,
  loadFiles,
  type Picture,
  type StreamedDataset,
  split,
  transformed,
  transforms,
} from "../../../src/data/index.ts";
import { PictureStream } from "../../../src/data/stream/transformed.ts";
import { Generator } from "../../../src/tensor/random.ts";

const { centerCrop, colorJitter, compose, randomApply, randomCrop, randomHorizontalFlip } =
  transforms;
const quiet = { onProgress: () => {} };
const epoch0 = { seed: 1, epoch: 0 };

let folder = "";
let dataset: ImageDataset;
let list: FileList;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-pictures-"));
  const random = new Generator(3);
  const images = Array.from({ length: 30 }, () =>
    Uint8Array.from({ length: 3 * 9 * 7 }, () => random.integer(256)),
  );
  const labels = images.map((_, i) => i % 2);
  dataset = fromArrays(images, labels, { imageShape: [3, 9, 7], classes: ["a", "b"] });
  await exportFolder(dataset, join(folder, "good"));
  list = (await imageFolder(join(folder, "good"), quiet)).train;
});
afterAll(() => rm(folder, { recursive: true }));

/** All batches, copied: a batch is valid until the next. */
async function collect(batches: AsyncIterable<ImageBatch>): Promise<ImageBatch[]> {
  const all: ImageBatch[] = [];
  for await (const { images, labels } of batches)
    all.push({ images: images.slice(), labels: labels.slice() });
  return all;
}

const order = Int32Array.from({ length: 30 }, (_, i) => (i * 7) % 30);

describe("transformed", () => {
  it("streams files as they would be in memory", async () => {
    const held = await loadFiles(list, quiet);
    const expected = await collect(transformed(held, [], { workers: 0 }).batches(order, 8, epoch0));
    expect(expected.map(({ labels }) => labels.length)).toEqual([8, 8, 8, 6]);
    for (const workers of [0, 1, 3]) {
      const streamed = transformed(list, [], { workers, prefetch: 2 });
      expect(streamed.imageShape).toEqual([3, 9, 7]);
      expect(await collect(streamed.batches(order, 8, epoch0))).toEqual(expected);
      streamed.close();
    }
  });

  it("changes an image in each epoch in another way, whatever comes before it", async () => {
    const steps = [randomCrop(6), randomApply([colorJitter({ hue: 0.2 })]), randomHorizontalFlip()];
    const own = transformed(list, steps, { workers: 0 });
    const threads = transformed(list, [compose(steps)], { workers: 2 });
    const all = await collect(own.batches(order, 8, epoch0));
    expect(await collect(threads.batches(order, 8, epoch0))).toEqual(all);
    // Begun in the middle, as after a resume.
    expect(await collect(threads.batches(order.subarray(16), 8, epoch0))).toEqual(all.slice(2));
    expect(await collect(threads.batches(order, 8, { seed: 1, epoch: 1 }))).not.toEqual(all);
    expect(await collect(threads.batches(order, 8, { seed: 2, epoch: 0 }))).not.toEqual(all);
    threads.close();
  });

  it("changes an image that an epoch takes again in another way, also where it begins in the middle", async () => {
    const steps = [randomCrop(6), colorJitter({ hue: 0.2 })];
    const own = transformed(list, steps, { workers: 0 });
    const threads = transformed(list, steps, { workers: 2 });
    const again = Int32Array.of(4, 7, 4, 4, 9, 7, 4);
    const all = await collect(own.batches(again, 1, epoch0));
    const changes = new Set(all.map(({ images }) => images.join()));
    expect(changes.size).toBe(again.length);
    // What comes once is as it ever was.
    const [alone] = await collect(own.batches(Int32Array.of(7), 1, epoch0));
    expect(all[1]).toEqual(alone);
    expect(await collect(threads.batches(again, 1, epoch0))).toEqual(all);
    const middle = { ...epoch0, before: again.subarray(0, 3) };
    expect(await collect(threads.batches(again.subarray(3), 1, middle))).toEqual(all.slice(3));
    // The part of a stream is made by the whole.
    const [part] = split(threads, [30]) as [StreamedDataset];
    const places = again.map((index) => list.labels.length - 1 - index);
    const whole = await collect(part.batches(places, 1, epoch0));
    const rest = part.batches(places.subarray(3), 1, { ...epoch0, before: places.subarray(0, 3) });
    expect(await collect(rest)).toEqual(whole.slice(3));
    threads.close();
  });

  it("starts its threads again after close", async () => {
    const streamed = transformed(dataset, [], { workers: 1 });
    const first = await collect(streamed.batches(order, 8, epoch0));
    streamed.close();
    expect(await collect(streamed.batches(order, 8, epoch0))).toEqual(first);
    streamed.close();
  });

  it("gives two streams of one data set at the same time", async () => {
    const streamed = transformed(dataset, [], { workers: 2, prefetch: 1 });
    const [one, two] = await Promise.all([
      collect(streamed.batches(order, 8, epoch0)),
      collect(streamed.batches(order.toReversed(), 8, epoch0)),
    ]);
    expect(one).toEqual(await collect(streamed.batches(order, 8, epoch0)));
    expect(two).toEqual(await collect(streamed.batches(order.toReversed(), 8, epoch0)));
    streamed.close();
  });

  it("can be left early, again and again", async () => {
    const streamed = transformed(list, [], { workers: 2 });
    const [first] = await collect(streamed.batches(order, 8, epoch0));
    for (let i = 0; i < 20; i++) {
      for await (const batch of streamed.batches(order, 8, epoch0)) {
        expect(batch).toEqual(first);
        break;
      }
    }
    streamed.close();
  });

  it("runs functions of one's own on the main thread", async () => {
    const invert = (picture: Picture): Picture => ({
      ...picture,
      data: picture.data.map((n) => 255 - n),
    });
    const [batch] = await collect(transformed(dataset, [invert]).batches(order, 30, epoch0));
    const [plain] = await collect(
      transformed(dataset, [], { workers: 0 }).batches(order, 30, epoch0),
    );
    expect(batch?.images).toEqual(plain?.images.map((n) => 255 - n));
    expect(() =>
      transformed(dataset, [randomHorizontalFlip(), invert], { workers: 2 }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: transformed: invert cannot travel to worker threads
        workers   2
        hint      functions of your own run on the main thread: leave out workers]
    `);
  });

  it("needs one size", () => {
    const anySize = { ...list, size: null };
    expect(transformed(anySize, [centerCrop(5)], { workers: 0 }).imageShape).toEqual([3, 5, 5]);
    expect(() =>
      transformed(anySize, [randomHorizontalFlip()]),
    ).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: transformed: the images have different sizes, also after the transforms
        transforms   RandomHorizontalFlip()
        hint         add one that gives a size, such as randomResizedCrop(64), or give imageFolder a size]
    `);
  });

  it("refuses what is no transform, and impossible options", () => {
    expect(() => transformed(dataset, ["flip" as never])).toThrow("transform 0 is no transform");
    expect(() => transformed(dataset, [], { workers: -1 })).toThrow("workers must be");
    expect(() => transformed(dataset, [], { prefetch: 0 })).toThrow("prefetch must be");
    expect(() => transformed(dataset, [], { worker: 1 } as never)).toThrow(
      'did you mean "workers"',
    );
    const streamed = transformed(dataset, [], { workers: 0 });
    expect(() => streamed.batches(Int32Array.of(30), 1, epoch0)).toThrow("image 30 is not in");
  });
});

describe("a stream that fails", () => {
  it("names the first file that is damaged, with any number of workers", async () => {
    const path = join(folder, "damaged");
    await exportFolder(dataset, path);
    const { train } = await imageFolder(path, quiet);
    for (const index of [11, 13]) await truncate(join(path, train.files[index] as string), 60);
    const inOrder = Int32Array.from({ length: 30 }, (_, i) => i);
    for (const workers of [0, 1, 3]) {
      const streamed = transformed(train, [], { workers });
      let batches = 0;
      const reading = (async () => {
        for await (const _ of streamed.batches(inOrder, 5, epoch0)) batches++;
      })();
      await expect(reading).rejects.toThrow(train.files[11] as string);
      expect(batches).toBe(2);
      streamed.close();
    }
  });

  it("names a file that is gone, and one for which a transform fails", async () => {
    const gone = { ...list, files: [...list.files.slice(0, 29), "b/none.png"] };
    const streamed = transformed(gone, [], { workers: 1 });
    await expect(collect(streamed.batches(order, 8, epoch0))).rejects.toThrow(
      "b/none.png: the file does not exist",
    );
    streamed.close();
    const tooLarge = transformed({ ...list, size: null }, [randomCrop(600)], { workers: 1 });
    const file = list.files[order[0] as number] as string;
    await expect(collect(tooLarge.batches(order, 8, epoch0))).rejects.toThrow(file);
    tooLarge.close();
  });

  it("names the file on which a worker died, and goes on with new workers", async () => {
    const script = new URL("./dyingWorker.ts", import.meta.url);
    const stream = new PictureStream(list, [], { workers: 1, prefetch: 2, script });
    const file = list.files[order[2] as number] as string;
    for (let i = 0; i < 2; i++) {
      const error = await collect(stream.batches(order, 8, epoch0)).catch(
        (cause: unknown) => cause,
      );
      expect(String(error)).toBe(
        `DataError: ${file}: a worker thread died\n  cause    it ended with code 7\n  hint     give { workers: 0 } to see where`,
      );
    }
  });

  it("says so when a transform gives different sizes", async () => {
    let calls = 0;
    const grows = ({ channels }: Picture): Picture => {
      const width = calls++ < 3 ? 4 : 5;
      return { channels, height: 1, width, data: new Uint8Array(channels * width) };
    };
    const streamed = transformed(dataset, [grows]);
    await expect(collect(streamed.batches(order, 8, epoch0))).rejects.toThrow(
      `image ${order[2]}: the transforms gave a picture of another shape`,
    );
  });
});

describe("a program that streams", () => {
  it("keeps no more in memory for more files, and ends with idle workers", async () => {
    const script = fileURLToPath(new URL("./readsManyFiles.ts", import.meta.url));
    const files = list.files.slice(0, 4).join(",");
    const { stdout } = await promisify(execFile)(process.execPath, [script, list.root, files], {
      timeout: 25_000,
    });
    const { images, grownBytes, bytes } = JSON.parse(stdout) as Record<string, number>;
    expect(images).toBe(6000);
    expect(bytes).toBeGreaterThan(70e6);
    expect(grownBytes).toBeLessThan(30e6);
  });

  it("ends while batches are made that nobody waits for", async () => {
    const script = join(folder, "leaves.mjs");
    const source = new URL("../../../src/data/index.ts", import.meta.url).href;
    await writeFile(
      script,
      `import { imageFolder, transformed } from ${JSON.stringify(source)};
      const { train } = await imageFolder(${JSON.stringify(list.root)}, { onProgress() {} });
      const order = Int32Array.from({ length: 3000 }, (_, i) => i % 30);
      const batches = transformed(train, [], { workers: 2 }).batches(order, 300, { seed: 0, epoch: 0 });
      const { value } = await batches[Symbol.asyncIterator]().next();
      console.log(value.labels.length);`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
    expect(stdout).toBe("300\n");
  });

  it("has workers whatever flags it was started with", async () => {
    const source = new URL("../../../src/data/index.ts", import.meta.url).href;
    const script = `import { fromArrays, transformed } from ${JSON.stringify(source)};
      const data = fromArrays([[7]], [0], { imageShape: [1, 1, 1] });
      const batches = transformed(data, [], { workers: 1 }).batches(Int32Array.of(0), 1, { seed: 0, epoch: 0 });
      for await (const { images } of batches) console.log(images[0]);`;
    const file = join(folder, "flags.mjs");
    await writeFile(file, script);
    const flags = ["--max-old-space-size=200", "--stack-trace-limit=5", "--expose-gc"];
    for (const rest of [[file], ["--input-type=module", "--eval", script]]) {
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, ...rest]);
      expect(stdout).toBe("7\n");
    }
  });

  it("leaves no thread behind over epochs", async () => {
    const before = await threads();
    const streamed = transformed(list, [], { workers: 2 });
    for (let epoch = 0; epoch < 5; epoch++)
      await collect(streamed.batches(order, 8, { seed: 0, epoch }));
    const busy = await threads();
    for (let epoch = 0; epoch < 5; epoch++)
      await collect(streamed.batches(order, 8, { seed: 0, epoch }));
    expect(await threads()).toBe(busy);
    streamed.close();
    await expect.poll(threads).toBeLessThanOrEqual(before);
  });
});

/** Threads of this process; where the system does not tell, always as many. */
async function threads(): Promise<number> {
  return readdir("/proc/self/task").then(
    ({ length }) => length,
    () => 0,
  );
}
