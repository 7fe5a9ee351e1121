// What a set of labelled images is, and what is checked before it is used.
import { DataError, OptionError } from "../tensor/errors.ts";

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
}

/**
 * Throws unless the parts of a dataset fit together.
 * @throws DataError for an empty set, arrays of the wrong length, or a label that is no class
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * checkDataset(train);
 */
export function checkDataset(dataset: ImageDataset): void {
  const { name, images, labels, imageShape, classes, length } = dataset;
  if (length === 0) throw new DataError(`${name}: there are no images`);
  const pixels = imageShape.reduce((product, n) => product * n, 1);
  if (!imageShape.every((n) => Number.isInteger(n) && n > 0) || images.length !== length * pixels) {
    throw new DataError(`${name}: the pixels do not fill the images`, {
      facts: [
        {
          name: "images",
          value: `${length} of ${imageShape.join(" x ")}`,
          remark: "channels x height x width",
        },
        { name: "needed", value: `${length * pixels} bytes` },
        { name: "found", value: `${images.length} bytes` },
      ],
    });
  }
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
