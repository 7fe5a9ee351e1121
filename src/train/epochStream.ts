// The batches of one epoch of a streamed data set, by their number. In order they come from one stream that is made
// ahead; any other number begins a stream there, without making what comes before: to resume, and to repeat steps.
import { checkBatch, type ImageBatch, type StreamedDataset } from "../data/dataset.ts";

export class EpochStream {
  readonly #dataset: StreamedDataset;
  readonly #order: Int32Array;
  readonly #batchSize: number;
  readonly #random: { readonly seed: number; readonly epoch: number };
  #batches: AsyncIterator<ImageBatch> | null = null;
  #next = 0;
  /** The first batch, asked for ahead. */
  #first: Promise<IteratorResult<ImageBatch>> | null = null;

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

  /** Lets the first batches be made before anybody waits for them. */
  readAhead(): void {
    this.#first = this.#begin(0).next();
    // What fails is told to whoever asks for the batch.
    this.#first.catch(() => {});
  }

  #begin(number: number): AsyncIterator<ImageBatch> {
    const first = number * this.#batchSize;
    const before = this.#order.subarray(0, first);
    const stream = this.#dataset.batches(this.#order.subarray(first), this.#batchSize, {
      ...this.#random,
      ...(first === 0 ? {} : { before }),
    });
    this.#batches = stream[Symbol.asyncIterator]();
    this.#next = number;
    return this.#batches;
  }

  /** A batch, valid until the next is asked for. */
  async batch(number: number): Promise<ImageBatch> {
    let batches = this.#batches;
    if (batches === null || number !== this.#next) {
      await this.close();
      batches = this.#begin(number);
    }
    this.#next = number + 1;
    const arriving = this.#first ?? batches.next();
    this.#first = null;
    const { done, value } = await arriving;
    const left = this.#order.length - number * this.#batchSize;
    const batch = done === true ? { images: new Uint8Array(0), labels: new Int32Array(0) } : value;
    checkBatch(this.#dataset, batch, Math.min(left, this.#batchSize));
    return batch;
  }

  /** Gives up what is made ahead. */
  async close(): Promise<void> {
    const batches = this.#batches;
    this.#batches = null;
    this.#first = null;
    await batches?.return?.();
  }
}
