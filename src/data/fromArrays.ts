// Datasets of what a program has in memory or makes.
import { checkOptions, DataError } from "../tensor/errors.ts";
import { checkDataset, type ImageDataset } from "./dataset.ts";
import type { Picture } from "./picture.ts";

export interface FromArraysOptions {
  /** `[channels, height, width]` of one image. */
  readonly imageShape: readonly [number, number, number];
  /** Names of the classes, by label (default "0" to the largest label). */
  readonly classes?: readonly string[];
  /** What the dataset is called in errors and reports (default "arrays"). */
  readonly name?: string;
}

/**
 * A dataset of arrays. Bytes are kept as they are, not copied.
 * @param images pixels from 0 to 255: one array of all, NCHW, or one for each image, CHW
 * @param labels index of the class of each image
 * @param options imageShape, classes, name
 * @throws DataError for arrays that do not fit together, pixels that are no whole numbers from 0 to 255, or
 *   a label that is no class; OptionError for unknown options
 * @example
 * fromArrays([[0, 255, 255, 0], [9, 9, 9, 9]], [1, 0], { imageShape: [1, 2, 2] }).length // 2
 */
export function fromArrays(
  images: ArrayLike<number> | readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  options: FromArraysOptions,
): ImageDataset {
  checkOptions("fromArrays", options, ["imageShape", "classes", "name"]);
  const { imageShape, name = "arrays" } = options;
  const length = labels.length;
  const dataset: ImageDataset = {
    name,
    images: joined(images, imageShape, name),
    labels: labelsOf(labels, name),
    imageShape,
    classes: options.classes ?? numbered(labels),
    length,
  };
  checkDataset(dataset);
  return dataset;
}

/** An image and its class, as a generator gives them. */
export interface LabelledImage {
  /** Bytes CHW of `imageShape`, or a picture of this size. */
  readonly image: Picture | ArrayLike<number>;
  /** Index of the class. */
  readonly label: number;
}

export interface FromGeneratorOptions extends FromArraysOptions {
  /** Images to take at most; a generator that never ends needs it. */
  readonly limit?: number;
}

/**
 * A dataset of what a generator makes, all of it in memory: training takes images in any order, again and again.
 * @param source  gives images with labels: an async or plain generator, or a function that starts one
 * @param options imageShape, classes, name, limit
 * @throws as {@link fromArrays}
 * @example
 * function* dots() {
 *   for (let i = 0; ; i++) yield { image: [i, 0, 0, 0], label: i % 2 };
 * }
 * (await fromGenerator(dots, { imageShape: [1, 2, 2], limit: 10 })).length // 10
 */
export async function fromGenerator(
  source:
    | AsyncIterable<LabelledImage>
    | Iterable<LabelledImage>
    | (() => AsyncIterable<LabelledImage> | Iterable<LabelledImage>),
  options: FromGeneratorOptions,
): Promise<ImageDataset> {
  const { limit = Number.POSITIVE_INFINITY, ...rest } = options;
  checkOptions("fromGenerator", options, ["imageShape", "classes", "name", "limit"]);
  const images: ArrayLike<number>[] = [];
  const labels: number[] = [];
  if (limit > 0) {
    for await (const { image, label } of typeof source === "function" ? source() : source) {
      // Generators may fill the same array again.
      images.push(pixelsOf(image, images.length, options));
      labels.push(label);
      if (labels.length >= limit) break;
    }
  }
  return fromArrays(images, labels, { name: "generator", ...rest });
}

function pixelsOf(
  image: LabelledImage["image"],
  index: number,
  { imageShape, name = "generator" }: FromArraysOptions,
): Uint8Array {
  if (!("data" in image)) return bytesOf(image, `image ${index}`, name).slice();
  const shape = [image.channels, image.height, image.width];
  if (shape.every((size, axis) => size === imageShape[axis])) return image.data.slice();
  throw new DataError(`${name}: image ${index} has another size`, {
    facts: [
      { name: "expected", value: imageShape.join(" x "), remark: "channels x height x width" },
      { name: "found", value: shape.join(" x ") },
    ],
  });
}

function joined(
  images: ArrayLike<number> | readonly ArrayLike<number>[],
  imageShape: readonly number[],
  name: string,
): Uint8Array {
  if (!isList(images)) return bytesOf(images, "the images", name);
  const pixels = imageShape.reduce((product, size) => product * size, 1);
  const out = new Uint8Array(images.length * pixels);
  for (const [index, image] of images.entries()) {
    if (image.length !== pixels) {
      throw new DataError(`${name}: image ${index} has ${image.length} values, not ${pixels}`, {
        facts: [{ name: "imageShape", value: imageShape.join(" x ") }],
      });
    }
    out.set(bytesOf(image, `image ${index}`, name), index * pixels);
  }
  return out;
}

function isList(
  images: ArrayLike<number> | readonly ArrayLike<number>[],
): images is readonly ArrayLike<number>[] {
  return Array.isArray(images) && typeof images[0] === "object";
}

/** The values as bytes. Fractions are refused: pixels from 0 to 1 would all become 0 or 1. */
function bytesOf(values: ArrayLike<number>, what: string, name: string): Uint8Array {
  if (values instanceof Uint8Array || values instanceof Uint8ClampedArray) {
    return new Uint8Array(values.buffer, values.byteOffset, values.length);
  }
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) {
    const value = values[i] as number;
    bytes[i] = value;
    if (bytes[i] === value) continue;
    throw new DataError(
      `${name}: ${what} ${what === "the images" ? "have" : "has"} a value of ${value}`,
      {
        facts: [{ name: "index", value: String(i) }],
        hint: "pixels are whole numbers from 0 to 255; values from 0 to 1 times 255, rounded",
      },
    );
  }
  return bytes;
}

function labelsOf(labels: ArrayLike<number>, name: string): Uint8Array | Int32Array {
  if (labels instanceof Uint8Array || labels instanceof Int32Array) return labels;
  const out = new Int32Array(labels.length);
  for (let i = 0; i < out.length; i++) {
    const label = labels[i] as number;
    out[i] = label;
    if (out[i] !== label) throw new DataError(`${name}: label ${label} of image ${i} is no class`);
  }
  return out;
}

function numbered(labels: ArrayLike<number>): string[] {
  let largest = 0;
  for (let i = 0; i < labels.length; i++) largest = Math.max(largest, labels[i] as number);
  return Array.from({ length: Math.min(largest, 1e6) + 1 }, (_, i) => String(i));
}
