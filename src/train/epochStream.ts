// The batches of one epoch of a streamed data set, by their number. In order they come from one stream that is made
// ahead; any other number begins a stream there, without making what comes before: to resume, and to repeat steps.
import type { ImageBatch, StreamedDataset } from "../data/dataset.ts";
import { DataError } from "../tensor/errors.ts";

export class EpochStream {
  readonly #dataset: StreamedDataset;
  readonly #order: Int32Array;
  readonly #batchSize: number;
  readonly #random: { readonly seed: number; readonly epoch: number };
  #batches: AsyncIterator<ImageBatch> | null = null;
  #next = 0;

  constructor(
    dataset: StreamedDataset,
    order: Int32Array,
    batchSize: number,
    random: { readonly seed: number; readonly epoch: number },
  ) {
    this.#dataset = dataset;
    this.#order = order;
    this.#batchSize = batchSize;
    this.#random = random;
  }

  /** A batch, valid until the next is asked for. */
  async batch(number: number): Promise<ImageBatch> {
    if (this.#batches === null || number !== this.#next) {
      await this.close();
      const order = this.#order.subarray(number * this.#batchSize);
      const stream = this.#dataset.batches(order, this.#batchSize, this.#random);
      this.#batches = stream[Symbol.asyncIterator]();
    }
    this.#next = number + 1;
    const { done, value } = await this.#batches.next();
    const left = this.#order.length - number * this.#batchSize;
    if (done !== true && value.labels.length === Math.min(left, this.#batchSize)) return value;
    throw new DataError(`${this.#dataset.name}: the batches are not as they should be`, {
      facts: [
        { name: "batch", value: String(number) },
        { name: "images", value: String(done === true ? 0 : value.labels.length) },
        { name: "needed", value: String(Math.min(left, this.#batchSize)) },
      ],
    });
  }

  /** Gives up what is made ahead. */
  async close(): Promise<void> {
    const batches = this.#batches;
    this.#batches = null;
    await batches?.return?.();
  }
}
