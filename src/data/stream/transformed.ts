// A data set whose images are read and transformed batch by batch, ahead of training.
import { checkOptions, DataError, OptionError } from "../../tensor/errors.ts";
import { Generator } from "../../tensor/random.ts";
import {
  checkDataset,
  type EpochRandom,
  type ImageBatch,
  type ImageDataset,
  type StreamedDataset,
} from "../dataset.ts";
import type { FileList } from "../fileList.ts";
import type { Picture } from "../picture.ts";
import { splitNormalize } from "../transforms/normalize.ts";
import { transformNames } from "../transforms/registry.ts";
import { specOf, type Transform } from "../transforms/transform.ts";
import { type EpochPart, partsOf } from "./parts.ts";
import { errorOf, PictureMaker, type PictureSource } from "./pictures.ts";
import { type PendingBatch, PicturePool, type PicturePoolOptions } from "./pool.ts";
import { usualWorkers } from "./threads.ts";

export interface TransformedOptions {
  /**
   * Threads that read and transform ahead of training (default: one less than there are cores, 1 to 4). 0 does it on
   * the main thread, as do functions of one's own, which cannot travel to threads. The images are the same with any.
   */
  readonly workers?: number;
  /** Batches that are made ahead (default 4): what limits the memory that they take. */
  readonly prefetch?: number;
}

/** A streamed data set with worker threads. */
export interface TransformedDataset extends StreamedDataset {
  /** Stops the threads; they start again when there is something to do. They never keep a program from ending. */
  close(): void;
}

/** A transform, or a function of one's own: it must not change the picture that it is given. */
export type PictureTransform = Transform | Transform["apply"];

/**
 * The images of a data set, read and transformed while training goes on: of files, or of images in memory that
 * are changed at random. Random transforms give each image other changes in each epoch, and each time that a sampler
 * takes it in one; they follow from the seed of training, the epoch, the image and how often it came alone.
 * @param dataset    in memory, or a list of files of {@link imageFolder}
 * @param transforms applied in order; a `normalize` at the end becomes the data set's `normalize`
 * @param options    workers, prefetch
 * @throws OptionError for what is no transform, transforms that do not end with one size, functions of one's own
 *   together with `workers`, unknown or impossible options; DataError for a data set that does not hold together.
 *   Later, from its batches: DataError that names the image which could not be made
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const { randomCrop, randomHorizontalFlip } = data.transforms;
 * const augmented = transformed(train, [randomCrop(28, { padding: 4 }), randomHorizontalFlip()]);
 * augmented.imageShape // [1, 28, 28]
 */
export function transformed(
  dataset: ImageDataset | FileList,
  transforms: readonly PictureTransform[],
  options: TransformedOptions = {},
): TransformedDataset {
  checkOptions("transformed", options, ["workers", "prefetch"]);
  checkCount("workers", options.workers, 0);
  checkCount("prefetch", options.prefetch, 1);
  if ("files" in dataset) {
    if (dataset.length === 0) throw new DataError(`${dataset.name}: there are no images`);
  } else checkDataset(dataset);
  const { pictures, normalize } = splitNormalize(transforms.map(asTransform));
  const { name, classes, length } = dataset;
  const given = "files" in dataset ? null : dataset;
  const stream = new PictureStream(dataset, pictures, {
    workers: workersFor(pictures, options.workers),
    prefetch: options.prefetch ?? 4,
  });
  const result: TransformedDataset = {
    name,
    labels: Int32Array.from(dataset.labels),
    imageShape: stream.imageShape,
    classes,
    length,
    normalize: normalize ?? given?.normalize ?? null,
    batches: (order, batchSize, random) => stream.batches(order, batchSize, random),
    close: () => stream.close(),
  };
  checkDataset(result);
  return result;
}

function checkCount(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= 1024))
    return;
  throw new OptionError(
    `transformed: ${name} must be a whole number from ${least} to 1024, got ${String(value)}`,
  );
}

function asTransform(given: PictureTransform, place: number): Transform {
  if (typeof given === "function") {
    const name = given.name || "function";
    return { name, options: {}, apply: given, toString: () => name };
  }
  if (typeof (given as Partial<Transform> | null)?.apply === "function") return given;
  throw new OptionError(`transformed: transform ${place} is no transform`, {
    hint: "give a list such as [randomCrop(28), randomHorizontalFlip()]",
  });
}

/** Can the transform be made again in another thread? */
function canTravel({ name, transforms = [] }: Transform): boolean {
  return transformNames.includes(name) && transforms.every(canTravel);
}

function workersFor(pictures: readonly Transform[], asked: number | undefined): number {
  const own = pictures.find((transform) => !canTravel(transform));
  if (own === undefined) return asked ?? usualWorkers();
  if (asked === undefined || asked === 0) return 0;
  throw new OptionError(`transformed: ${own} cannot travel to worker threads`, {
    facts: [{ name: "workers", value: String(asked) }],
    hint: "functions of your own run on the main thread: leave out workers",
  });
}

/** The threads go when nobody can ask for batches any more. */
const forgotten = new FinalizationRegistry<{ pool: PicturePool | null }>((held) =>
  held.pool?.dispose(),
);

/** Makes the batches. */
export class PictureStream {
  readonly imageShape: readonly [number, number, number];
  readonly #labels: ArrayLike<number>;
  readonly #prefetch: number;
  readonly #poolOptions: PicturePoolOptions;
  readonly #maker: PictureMaker;
  readonly #held: { pool: PicturePool | null } = { pool: null };

  constructor(
    dataset: ImageDataset | FileList,
    transforms: readonly Transform[],
    given: { readonly workers: number; readonly prefetch: number; readonly script?: URL },
  ) {
    const { workers, prefetch, script } = given;
    this.#labels = dataset.labels;
    this.#prefetch = prefetch;
    this.imageShape = shapeAfter(dataset, transforms);
    const source = sourceOf(dataset, workers > 0);
    const { length } = dataset;
    this.#maker = new PictureMaker(source, transforms, this.imageShape, length);
    this.#poolOptions = {
      source,
      transforms: transforms.map(specOf),
      imageShape: this.imageShape,
      length,
      workers,
      files: "files" in dataset ? dataset.files : null,
      script,
    };
    forgotten.register(this, this.#held);
  }

  /** As {@link StreamedDataset} says. Leaving the loop early gives up what is made ahead. */
  batches(
    order: Int32Array,
    batchSize: number,
    random: EpochRandom,
  ): AsyncGenerator<ImageBatch, void, void> {
    const { length } = this.#labels;
    const wrong = order.find((index) => !(index >= 0 && index < length));
    if (wrong !== undefined) {
      throw new OptionError(`image ${wrong} is not in the data set, which has ${length}`);
    }
    checkCount("batchSize", Math.min(batchSize, 1), 1);
    const parts = partsOf(order, batchSize, random.before);
    return this.#poolOptions.workers === 0
      ? this.#onThisThread(parts, random)
      : this.#ahead(parts, random);
  }

  close(): void {
    this.#held.pool?.dispose();
    this.#held.pool = null;
  }

  async *#onThisThread(parts: readonly EpochPart[], { seed, epoch }: EpochRandom) {
    const { files } = this.#poolOptions;
    const { pixels } = this.#maker;
    for (const { indices, repeats } of parts) {
      const images = new Uint8Array(indices.length * pixels);
      for (const [i, index] of indices.entries()) {
        const random = { seed, epoch, repeat: repeats?.[i] ?? 0 };
        const failure = await this.#maker.write(images, i, index, files?.[index], random);
        if (failure !== null) throw errorOf(failure);
      }
      yield { images, labels: this.#labelsOf(indices) };
    }
  }

  async *#ahead(parts: readonly EpochPart[], random: EpochRandom) {
    const pool = this.#pool();
    const { pixels } = this.#maker;
    const begun: PendingBatch[] = [];
    let next = 0;
    try {
      while (next < parts.length || begun.length > 0) {
        while (next < parts.length && begun.length < this.#prefetch)
          begun.push(pool.begin(parts[next++] as EpochPart, pixels, random));
        const batch = begun[0] as PendingBatch;
        await pool.finish(batch);
        begun.shift();
        // While this batch is used, the workers are not to run out of work.
        if (next < parts.length) begun.push(pool.begin(parts[next++] as EpochPart, pixels, random));
        try {
          yield { images: batch.pixels, labels: this.#labelsOf(batch.indices) };
        } finally {
          pool.release(batch);
        }
      }
    } finally {
      for (const batch of begun) pool.release(batch);
    }
  }

  #pool(): PicturePool {
    const { pool } = this.#held;
    if (pool !== null && !pool.isOver) return pool;
    this.#held.pool = new PicturePool(this.#poolOptions);
    return this.#held.pool;
  }

  #labelsOf(indices: Int32Array): Int32Array {
    return indices.map((index) => this.#labels[index] as number);
  }
}

function sourceOf(dataset: ImageDataset | FileList, isShared: boolean): PictureSource {
  if ("files" in dataset) {
    const { root, size, channels, resizeMode, decoder } = dataset;
    return { kind: "files", reading: { root, size, channels, resizeMode, decoder } };
  }
  const { name, images, imageShape } = dataset;
  return { kind: "memory", name, images: isShared ? sharedCopy(images) : images, imageShape };
}

/** The same bytes where other threads see them too. */
function sharedCopy(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** Sizes that stand for files of any size. */
const anySize = [
  [768, 1024],
  [1024, 768],
] as const;

/** Shape of the images after the transforms, found by trying them on a black picture. */
function shapeAfter(
  dataset: ImageDataset | FileList,
  transforms: readonly Transform[],
): readonly [number, number, number] {
  const isList = "files" in dataset;
  const channels = isList ? dataset.channels : dataset.imageShape[0];
  const size = isList ? dataset.size : dataset.imageShape.slice(1);
  if (transforms.length > 0 && channels !== 1 && channels !== 3) {
    throw new OptionError(`transformed: pictures have 1 or 3 channels, not ${channels}`);
  }
  const sizes = size === null ? anySize : [size as readonly [number, number]];
  const shapes = sizes.map(([height, width]): readonly [number, number, number] => {
    const data = new Uint8Array(channels * height * width);
    const random = new Generator(0);
    const blank: Picture = { channels: channels as 1 | 3, height, width, data };
    const after = transforms.reduce((picture, step) => step.apply(picture, random), blank);
    return [after.channels, after.height, after.width];
  });
  const [first, second = first] = shapes as [readonly [number, number, number]];
  if (String(first) === String(second)) return first;
  throw new OptionError("transformed: the images have different sizes, also after the transforms", {
    facts: [{ name: "transforms", value: transforms.join(", ") || "none" }],
    hint: "add one that gives a size, such as randomResizedCrop(64), or give imageFolder a size",
  });
}
