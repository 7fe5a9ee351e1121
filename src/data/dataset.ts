// What a set of labelled images is, and what is checked before it is used.
import { DataError, OptionError } from "../tensor/errors.ts";
import type { Normalization } from "./transforms/normalize.ts";

/** Labelled images of one size, one byte per pixel and channel, in memory. */
export interface ImageDataset {
  readonly name: string;
  /** Pixels, 0 to 255, NCHW `[length, channels, height, width]`. */
  readonly images: Uint8Array;
  /** Index of the class of each image. */
  readonly labels: Uint8Array | Int32Array;
  /** `[channels, height, width]` of one image. */
  readonly imageShape: readonly [number, number, number];
  /** Names of the classes, by index. */
  readonly classes: readonly string[];
  /** Number of images. */
  readonly length: number;
  /** How the engine centres and scales the pixels; null (default) leaves them from 0 to 1. */
  readonly normalize?: Normalization | null;
}

/** Some images and their labels. The pixels are valid until the next batch is asked for. */
export interface ImageBatch {
  /** Pixels, 0 to 255, NCHW `[batch, channels, height, width]`. */
  readonly images: Uint8Array;
  /** Index of the class of each image, `[batch]`. */
  readonly labels: Int32Array;
}

/** What the random changes of an epoch's images follow from. */
export interface EpochRandom {
  readonly seed: number;
  /** Counted from 0. */
  readonly epoch: number;
  /**
   * Indices that the epoch took before, where it begins in the middle (default none): an image that a sampler takes
   * several times is changed in another way each time.
   */
  readonly before?: Int32Array;
}

/** Labelled images of one size that are made batch by batch: read from files, changed at random. */
export interface StreamedDataset {
  readonly name: string;
  /** Index of the class of each image. */
  readonly labels: Int32Array;
  /** `[channels, height, width]` of one image. */
  readonly imageShape: readonly [number, number, number];
  /** Names of the classes, by index. */
  readonly classes: readonly string[];
  /** Number of images. */
  readonly length: number;
  /** How the engine centres and scales the pixels; null leaves them from 0 to 1. */
  readonly normalize: Normalization | null;
  /**
   * The images with these indices, in this order, batch after batch; the last batch may be smaller. What is random in
   * an image follows from seed, epoch, its index, and how often the epoch took it before, alone.
   */
  batches(order: Int32Array, batchSize: number, random: EpochRandom): AsyncIterable<ImageBatch>;
}

/** Labelled images, in memory or streamed. */
export type Dataset = ImageDataset | StreamedDataset;

/**
 * Are the images made batch by batch?
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * isStreamed(train) // false
 */
export function isStreamed(dataset: Dataset): dataset is StreamedDataset {
  return "batches" in dataset;
}

/**
 * Throws unless the parts of a dataset fit together.
 * @throws DataError for an empty set, arrays of the wrong length, or a label that is no class
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * checkDataset(train);
 */
export function checkDataset(dataset: Dataset): void {
  const { name, labels, imageShape, classes, length } = dataset;
  if (length === 0) throw new DataError(`${name}: there are no images`);
  if ("files" in dataset) {
    throw new OptionError(`${name}: a list of files has no pixels yet`, {
      hint: "read them while training: transformed(list, [])",
    });
  }
  const pixels = imageShape.reduce((product, n) => product * n, 1);
  const isShape = imageShape.every((n) => Number.isInteger(n) && n > 0);
  const needed = length * pixels;
  const found = isStreamed(dataset) ? needed : dataset.images.length;
  if (!isShape || found !== needed) {
    throw new DataError(`${name}: the pixels do not fill the images`, {
      facts: [
        {
          name: "images",
          value: `${length} of ${imageShape.join(" x ")}`,
          remark: "channels x height x width",
        },
        { name: "needed", value: `${needed} bytes` },
        { name: "found", value: `${found} bytes` },
      ],
    });
  }
  checkNormalization(dataset);
  if (labels.length !== length) {
    throw new DataError(`${name}: ${labels.length} labels for ${length} images`);
  }
  for (const [index, label] of labels.entries()) {
    if (label >= 0 && label < classes.length) continue;
    throw new DataError(`${name}: label ${label} of image ${index} is no class`, {
      facts: [
        { name: "index", value: String(index) },
        { name: "label", value: String(label) },
        {
          name: "classes",
          value: `${classes.length}`,
          remark: `labels 0 to ${classes.length - 1}`,
        },
      ],
    });
  }
}

/**
 * Throws unless a streamed batch has its images and labels that are classes: streams may be of one's own.
 * @param length images that it must have
 * @internal
 */
export function checkBatch(
  { name, imageShape, classes }: StreamedDataset,
  { images, labels }: ImageBatch,
  length: number,
): void {
  const wrong = labels.find((label) => !(label >= 0 && label < classes.length));
  if (wrong !== undefined) {
    throw new DataError(`${name}: label ${wrong} of a batch is no class`, {
      facts: [
        {
          name: "classes",
          value: `${classes.length}`,
          remark: `labels 0 to ${classes.length - 1}`,
        },
      ],
    });
  }
  const needed = imageShape.reduce((product, n) => product * n, length);
  if (labels.length === length && images.length === needed) return;
  throw new DataError(`${name}: the batches are not as they should be`, {
    facts: [
      { name: "labels", value: `${labels.length}`, remark: `needed ${length}` },
      { name: "images", value: `${images.length} bytes`, remark: `needed ${needed}` },
    ],
  });
}

/** One mean and one deviation for all channels, or one for each. */
function checkNormalization({ name, normalize, imageShape }: Dataset): void {
  if (normalize == null) return;
  const [channels] = imageShape;
  for (const key of ["mean", "std"] as const) {
    const numbers = [normalize[key]].flat();
    const isEach = (n: number) => Number.isFinite(n) && (key === "mean" || n > 0);
    if ((numbers.length === 1 || numbers.length === channels) && numbers.every(isEach)) continue;
    throw new DataError(`${name}: the images cannot be normalised`, {
      facts: [
        { name: key, value: JSON.stringify(normalize[key]) ?? "nothing" },
        { name: "channels", value: String(channels) },
      ],
      hint: "give one number, or one for each channel; std is above 0",
    });
  }
}

/**
 * Part of a dataset.
 * @param which how many images from the start, or the indices to take, in order
 * @throws OptionError for an index that is not in the dataset
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * subset(train, 1000).length // 1000
 */
export function subset(dataset: ImageDataset, which: number | ArrayLike<number>): ImageDataset {
  const { images, labels, imageShape, length } = dataset;
  const pixels = imageShape.reduce((product, n) => product * n, 1);
  if (typeof which === "number") {
    if (!Number.isInteger(which) || which < 1) {
      throw new OptionError(`subset: needs a whole number of at least 1, got ${which}`);
    }
    const count = Math.min(which, length);
    return {
      ...dataset,
      images: images.subarray(0, count * pixels),
      labels: labels.subarray(0, count),
      length: count,
    };
  }
  const chosenImages = new Uint8Array(which.length * pixels);
  const chosenLabels = new Int32Array(which.length);
  for (let i = 0; i < which.length; i++) {
    const index = which[i] as number;
    if (!Number.isInteger(index) || index < 0 || index >= length) {
      throw new OptionError(
        `subset: index ${index} is not in ${dataset.name}, which has ${length} images`,
      );
    }
    chosenImages.set(images.subarray(index * pixels, (index + 1) * pixels), i * pixels);
    chosenLabels[i] = labels[index] as number;
  }
  return { ...dataset, images: chosenImages, labels: chosenLabels, length: which.length };
}
