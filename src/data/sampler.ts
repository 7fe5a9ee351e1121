// Which images an epoch takes, where that is not each of them once: rare classes more often, say.
import { checkOptions, DataError, OptionError } from "../tensor/errors.ts";
import { Generator } from "../tensor/random.ts";

/** Chooses the images of each epoch: an option of `DataLoader` and `fit`. */
export interface Sampler {
  /** Images in an epoch. */
  readonly length: number;
  /** Indices of the images of an epoch (counted from 0), in order. They follow from seed and epoch only. */
  order(epoch: { readonly seed: number; readonly epoch: number }): ArrayLike<number>;
}

/** Refuses what is no sampler, and a sampler beside an order. */
export function checkSampler(
  where: string,
  { sampler, shuffle }: { readonly sampler?: unknown; readonly shuffle?: boolean },
): void {
  if (sampler === undefined) return;
  const { length, order } = (sampler ?? {}) as Partial<Sampler>;
  if (!Number.isSafeInteger(length) || (length as number) < 1 || typeof order !== "function") {
    throw new OptionError(`${where}: sampler has no length or no order`, {
      hint: "use sampler: balancedSampler(dataset)",
    });
  }
  if (shuffle === true) {
    throw new OptionError(`${where}: shuffle and sampler both say the order`, {
      hint: "leave out shuffle",
    });
  }
}

/** The order that a sampler gives, checked: users write samplers too. */
export function sampledOrder(
  sampler: Sampler,
  length: number,
  epoch: { readonly seed: number; readonly epoch: number },
): Int32Array {
  const order = Int32Array.from(sampler.order(epoch));
  if (order.length !== sampler.length) {
    throw new DataError(`the sampler gives ${order.length} images instead of ${sampler.length}`);
  }
  const wrong = order.find((index) => !(index >= 0 && index < length));
  if (wrong === undefined) return order;
  throw new DataError(`the sampler gives image ${wrong}`, {
    facts: [{ name: "images", value: String(length), remark: `0 to ${length - 1}` }],
  });
}

/** What is counted: labels and the number of classes. */
interface Labelled {
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
  readonly length: number;
}

/** Images of each class. */
function classCounts({ labels, classes, length }: Labelled): Float64Array {
  const counts = new Float64Array(classes.length);
  for (let i = 0; i < length; i++) {
    const label = labels[i] as number;
    if (!(label >= 0 && label < counts.length)) {
      throw new DataError(`label ${label} of image ${i} is no class`);
    }
    counts[label] = (counts[label] as number) + 1;
  }
  return counts;
}

/**
 * Weights that make rare classes count as much as frequent ones: the option `weight` of cross-entropy.
 *
 *     weight[c] = images / (classes · images of class c), 0 for a class that has none
 *
 * @returns one number for each class; 1 for all if the classes are equally frequent
 * @throws DataError for a label that is no class
 * @example
 * const data = fromArrays([[0], [0], [0], [0]], [0, 0, 0, 1], { imageShape: [1, 1, 1] });
 * classWeights(data) // [0.6666666865348816, 2]
 * @see King & Zeng 2001, "Logistic regression in rare events data"
 */
export function classWeights(dataset: Labelled): number[] {
  const counts = classCounts(dataset);
  const present = counts.filter((count) => count > 0).length;
  return Array.from(counts, (count) => (count === 0 ? 0 : dataset.length / (present * count)));
}

export interface WeightedRandomSamplerOptions {
  /** Images in an epoch (default as many as there are weights). */
  readonly numSamples?: number;
  /** An image may be taken more than once in an epoch (default true). */
  readonly replacement?: boolean;
}

/**
 * Takes images with probabilities in proportion to their weights, as
 * `torch.utils.data.WeightedRandomSampler`.
 * @param weights one for each image, 0 or larger
 * @param options numSamples, replacement
 * @throws OptionError for weights that are negative, not finite or all 0, a number of samples that cannot be
 *   had without replacement, or unknown options
 * @example
 * weightedRandomSampler([0, 1, 0]).order({ seed: 0, epoch: 0 }) // {"0": 1, "1": 1, "2": 1}
 * @see Efraimidis & Spirakis 2006, "Weighted random sampling with a reservoir"
 */
export function weightedRandomSampler(
  weights: ArrayLike<number>,
  options: WeightedRandomSamplerOptions = {},
): Sampler {
  checkOptions("weightedRandomSampler", options, ["numSamples", "replacement"]);
  const { numSamples = weights.length, replacement = true } = options;
  if (!Number.isSafeInteger(numSamples) || numSamples < 1) {
    throw new OptionError(
      `weightedRandomSampler: numSamples must be at least 1, got ${numSamples}`,
    );
  }
  const sums = new Float64Array(weights.length);
  let total = 0;
  let positive = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new OptionError(`weightedRandomSampler: weight ${i} is ${weight}`);
    }
    total += weight;
    if (weight > 0) {
      positive++;
      last = i;
    }
    sums[i] = total;
  }
  if (positive === 0) throw new OptionError("weightedRandomSampler: all weights are 0");
  if (!replacement && numSamples > positive) {
    throw new OptionError(
      `weightedRandomSampler: ${numSamples} different images of ${positive} with a weight`,
      { hint: "allow replacement, or take fewer" },
    );
  }
  return {
    length: numSamples,
    order({ seed, epoch }) {
      // The stream of the epoch, as for plain shuffling.
      const random = new Generator(seed, epoch + 1);
      if (!replacement) return withoutReplacement(weights, numSamples, random);
      return Int32Array.from({ length: numSamples }, () =>
        // Rounding may reach the total itself.
        Math.min(placeOf(sums, fine(random) * total), last),
      );
    },
  };
}

/**
 * Takes all classes equally often: every epoch has as many images as the dataset, images of rare classes come
 * several times.
 * @param options numSamples, replacement
 * @throws as {@link weightedRandomSampler}
 * @example
 * const data = fromArrays([[0], [0], [0], [0]], [0, 0, 0, 1], { imageShape: [1, 1, 1] });
 * balancedSampler(data).length // 4
 */
export function balancedSampler(
  dataset: Labelled,
  options: WeightedRandomSamplerOptions = {},
): Sampler {
  const weights = classWeights(dataset);
  const ofImages = Float64Array.from(
    { length: dataset.length },
    (_, i) => weights[dataset.labels[i] as number] as number,
  );
  return weightedRandomSampler(ofImages, options);
}

/** A number in `[0, 1)` with 53 random bits: there may be millions of weights. */
function fine(random: Generator): number {
  return (random.bits() * 2 ** 21 + (random.bits() >>> 11)) / 2 ** 53;
}

/** First place whose running sum is larger than `value`. */
function placeOf(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The largest of `u^(1/weight)`, in falling order: the same as drawing one after the other. */
function withoutReplacement(
  weights: ArrayLike<number>,
  count: number,
  random: Generator,
): Int32Array {
  const keys = Float64Array.from(weights, (weight) => {
    const u = 1 - fine(random);
    return weight === 0 ? Number.NEGATIVE_INFINITY : Math.log(u) / weight;
  });
  const order = Int32Array.from(keys, (_, i) => i);
  return order.sort((a, b) => (keys[b] as number) - (keys[a] as number)).subarray(0, count);
}
