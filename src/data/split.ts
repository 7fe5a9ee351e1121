// A dataset in parts, drawn at random: what is learnt from, and what is held out.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { Generator } from "../tensor/random.ts";
import {
  type Dataset,
  type ImageDataset,
  isStreamed,
  type StreamedDataset,
  subset,
} from "./dataset.ts";
import { type FileList, subsetOfFiles } from "./fileList.ts";

export interface SplitOptions {
  /** Picks the parts (default 0). */
  readonly seed?: number;
  /** Each class in each part in its proportion, to within one image (default false). */
  readonly stratified?: boolean;
}

/** Streams of a seed below belong to weights, orders of epochs and dropout. */
const stream = 2 ** 40;

/**
 * Splits a dataset at random, as `torch.utils.data.random_split`. The same seed gives the same parts.
 * @param dataset in memory, streamed, or a list of files
 * @param parts   fractions that add up to 1, or numbers of images; images that these leave over are in no part
 * @param options seed, stratified
 * @returns one dataset for each part; no image is in two
 * @throws OptionError for parts that do not fit, a part without images, or unknown options
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * split(train, [0.8, 0.2], { stratified: true }).map((part) => part.length) // [1200, 300]
 */
export function split<T extends ImageDataset | FileList>(
  dataset: T,
  parts: readonly number[],
  options?: SplitOptions,
): T[];
export function split(
  dataset: StreamedDataset,
  parts: readonly number[],
  options?: SplitOptions,
): StreamedDataset[];
export function split(
  dataset: Dataset | FileList,
  parts: readonly number[],
  options: SplitOptions = {},
): (Dataset | FileList)[] {
  checkOptions("split", options, ["seed", "stratified"]);
  const { seed = 0, stratified = false } = options;
  const counts = countsOf(dataset.length, parts);
  const order = new Generator(seed, stream).permutation(dataset.length);
  const drawn = stratified ? spread(order, dataset.labels, dataset.classes.length) : order;
  let start = 0;
  return counts.map((count) => {
    const indices = drawn.subarray(start, start + count);
    start += count;
    return partOf(dataset, indices);
  });
}

function partOf(dataset: Dataset | FileList, indices: Int32Array): Dataset | FileList {
  if ("files" in dataset) return subsetOfFiles(dataset, indices);
  return isStreamed(dataset) ? partOfStream(dataset, indices) : subset(dataset, indices);
}

/** The whole dataset still makes the images, so what is random in one does not depend on the part. */
function partOfStream(dataset: StreamedDataset, indices: Int32Array): StreamedDataset {
  const { name, imageShape, classes, normalize } = dataset;
  const whole = (order: Int32Array) => order.map((index) => indices[index] as number);
  return {
    name,
    labels: indices.map((index) => dataset.labels[index] as number),
    imageShape,
    classes,
    length: indices.length,
    normalize,
    batches: (order, batchSize, random) =>
      dataset.batches(whole(order), batchSize, {
        ...random,
        ...(random.before === undefined ? {} : { before: whole(random.before) }),
      }),
  };
}

/** Numbers of images; what rounding down leaves over goes to the parts one by one, as in PyTorch. */
function countsOf(length: number, parts: readonly number[]): number[] {
  const sum = parts.reduce((total, part) => total + part, 0);
  const areFractions = parts.every((part) => part > 0 && part <= 1) && Math.abs(sum - 1) < 1e-9;
  const wrong = (what: string, hint: string): never => {
    throw new OptionError(`split: ${what}`, {
      facts: [
        { name: "parts", value: `[${parts.join(", ")}]`, remark: `sum ${sum}` },
        { name: "images", value: String(length) },
      ],
      hint,
    });
  };
  if (!areFractions && !parts.every((part) => Number.isInteger(part) && part >= 1)) {
    wrong("parts are fractions that add up to 1, or whole numbers", "for example [0.8, 0.2]");
  }
  if (parts.length === 0) wrong("there are no parts", "for example [0.8, 0.2]");
  if (!areFractions) {
    if (sum > length) wrong("the parts have more images than there are", "make them smaller");
    return [...parts];
  }
  const counts = parts.map((part) => Math.floor(part * length));
  const over = length - counts.reduce((total, count) => total + count, 0);
  for (let i = 0; i < over; i++) counts[i % counts.length] = (counts[i % counts.length] ?? 0) + 1;
  if (counts.includes(0)) wrong("a part has no images", "there are too few for it");
  return counts;
}

/**
 * An order in which every stretch holds each class in its proportion: the i-th of n images of a class
 * comes at `(i + 1/2) / n` of the way.
 */
function spread(order: Int32Array, labels: ArrayLike<number>, classes: number): Int32Array {
  const sizes = new Float64Array(classes);
  const places = new Float64Array(order.length);
  for (const index of order) places[index] = (sizes[labels[index] as number] as number)++;
  for (const index of order) {
    const size = sizes[labels[index] as number] as number;
    places[index] = ((places[index] as number) + 0.5) / size;
  }
  // Sorting is stable: equal places stay in the random order.
  return order.slice().sort((a, b) => (places[a] as number) - (places[b] as number));
}
