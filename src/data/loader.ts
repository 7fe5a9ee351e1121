// Batches of a dataset, epoch after epoch, in an order that follows from the seed alone.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { Generator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkDataset, type Dataset, isStreamed } from "./dataset.ts";
import { batchOf, residentOf, streamedTensors } from "./resident.ts";
import { checkSampler, type Sampler, sampledOrder } from "./sampler.ts";

export interface DataLoaderOptions {
  /** Images in a batch (default 1, as PyTorch). */
  readonly batchSize?: number;
  /** Another order in each epoch (default false). */
  readonly shuffle?: boolean;
  /** Chooses the images of each epoch instead of `shuffle`: {@link balancedSampler}, say. */
  readonly sampler?: Sampler;
  /** Picks the orders (default 0). */
  readonly seed?: number;
  /** Leave out the last batch if it is smaller (default false). */
  readonly dropLast?: boolean;
}

/**
 * Order in which an epoch takes its images: follows from seed and epoch only.
 * @param epoch counted from 0
 * @example Array.from(epochOrder(4, { seed: 0, epoch: 0, shuffle: false })) // [0, 1, 2, 3]
 */
export function epochOrder(
  length: number,
  {
    seed,
    epoch,
    shuffle,
    sampler = null,
  }: { seed: number; epoch: number; shuffle: boolean; sampler?: Sampler | null },
): Int32Array {
  if (sampler !== null) return sampledOrder(sampler, length, { seed, epoch });
  if (!shuffle) return Int32Array.from({ length }, (_, i) => i);
  // Stream 0 of the same seed draws the starting weights.
  return new Generator(seed, epoch + 1).permutation(length);
}

/**
 * Batches of images and labels, as `torch.utils.data.DataLoader`. Each iteration is one epoch and the
 * next one takes the next order. Images come as float32 NCHW `[batch, channels, height, width]` from 0 to 1, or as
 * the data's `normalize` says, labels as int32 `[batch]`. `for await` takes any data; a streamed set needs it.
 *
 * @throws OptionError for unknown options or impossible values; DataError for a dataset that does not hold together
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = lenet();
 * for (const [x, y] of new DataLoader(subset(train, 64), { batchSize: 32, shuffle: true })) {
 *   const loss = crossEntropy(net.forward(x), y);
 * }
 */
export class DataLoader {
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly sampler: Sampler | null;
  readonly seed: number;
  readonly dropLast: boolean;
  #epoch = 0;

  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    checkOptions("DataLoader", options, ["batchSize", "shuffle", "sampler", "seed", "dropLast"]);
    const { batchSize = 1, shuffle = false, seed = 0, dropLast = false } = options;
    checkCount("batchSize", batchSize, 1);
    checkCount("seed", seed, 0);
    checkSampler("DataLoader", options);
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.sampler = options.sampler ?? null;
    this.seed = seed;
    this.dropLast = dropLast;
  }

  /** Batches in an epoch. */
  get length(): number {
    const batches = (this.sampler ?? this.dataset).length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** Sets the epoch, counted from 0, whose order the next iteration takes. */
  setEpoch(epoch: number): void {
    checkCount("epoch", epoch, 0);
    this.#epoch = epoch;
  }

  /** Indices of the images in the order in which an epoch takes them. */
  order(epoch: number): Int32Array {
    checkCount("epoch", epoch, 0);
    const { seed, shuffle, sampler } = this;
    return epochOrder(this.dataset.length, { seed, epoch, shuffle, sampler });
  }

  *[Symbol.iterator](): Iterator<[Tensor, Tensor]> {
    if (isStreamed(this.dataset)) {
      throw new OptionError("DataLoader: the images of a streamed data set must be waited for", {
        hint: "for await (const [x, y] of loader)",
      });
    }
    const order = this.order(this.#epoch++);
    const resident = residentOf(this.dataset);
    for (let batch = 0; batch < this.length; batch++) {
      const indices = order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
      yield batchOf(resident, Tensor.from(indices));
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<[Tensor, Tensor], void, void> {
    const { dataset, batchSize, seed } = this;
    if (!isStreamed(dataset)) {
      yield* this as Iterable<[Tensor, Tensor]>;
      return;
    }
    checkDataset(dataset);
    const epoch = this.#epoch;
    const order = this.order(this.#epoch++).subarray(0, this.length * batchSize);
    for await (const batch of dataset.batches(order, batchSize, { seed, epoch }))
      yield streamedTensors(batch, dataset);
  }
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new OptionError(
    `DataLoader: ${name} must be a whole number of at least ${least}, got ${value}`,
  );
}
