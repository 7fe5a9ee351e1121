// Which images each step of a run takes, and where they come from: those of a data set that lies in the engine by their indices,
// those of a streamed one as they arrive. While the last steps of an epoch are computed, the next one is made ready.
import {
  type Dataset,
  type ImageBatch,
  isStreamed,
  type StreamedDataset,
} from "../data/dataset.ts";
import { epochOrder } from "../data/loader.ts";
import { batchOf, residentOf, streamedTensors } from "../data/resident.ts";
import type { Sampler } from "../data/sampler.ts";
import { Tensor } from "../tensor/tensor.ts";
import { EpochStream } from "./epochStream.ts";

export interface EpochBatchesOptions {
  readonly data: Dataset;
  readonly epochs: number;
  readonly batchSize: number;
  /** Batches of a step. */
  readonly accumulate: number;
  readonly seed: number;
  readonly shuffle: boolean;
  /** Chooses the images of an epoch; null takes each once. */
  readonly sampler: Sampler | null;
}

export class EpochBatches {
  readonly #options: EpochBatchesOptions;
  #epoch = 0;
  #order: Int32Array = new Int32Array(0);
  /** That of the next epoch, if it is drawn already. */
  #nextOrder: Int32Array | null = null;
  /** Where the epoch's images come from if they do not lie in the engine. */
  #stream: EpochStream | null = null;
  /** Those of the next epoch, if they are being made already. */
  #nextStream: EpochStream | null = null;

  constructor(options: EpochBatchesOptions) {
    this.#options = options;
  }

  get imagesPerEpoch(): number {
    return (this.#options.sampler ?? this.#options.data).length;
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.imagesPerEpoch / this.#imagesPerStep);
  }

  get #imagesPerStep(): number {
    return this.#options.batchSize * this.#options.accumulate;
  }

  /** Images of the first steps of an epoch. */
  imagesIn(steps: number): number {
    return Math.min(steps * this.#imagesPerStep, this.imagesPerEpoch);
  }

  async begin(epoch: number): Promise<void> {
    const { data } = this.#options;
    this.#epoch = epoch;
    this.#order = this.#nextOrder ?? this.#orderOf(epoch);
    this.#nextOrder = null;
    if (!isStreamed(data)) return;
    await this.#stream?.close();
    this.#stream = this.#nextStream ?? this.#streamOf(data, epoch, this.#order);
    this.#nextStream = null;
  }

  /** Draws the order of the next epoch, if there is one. */
  async drawNext(): Promise<void> {
    const next = this.#epoch + 1;
    if (next < this.#options.epochs) this.#nextOrder ??= this.#orderOf(next);
  }

  /** Lets the next epoch's images be made behind those of this one. */
  readAhead(): void {
    const { data, epochs } = this.#options;
    const next = this.#epoch + 1;
    if (!isStreamed(data) || next >= epochs || this.#nextStream !== null) return;
    this.#nextOrder ??= this.#orderOf(next);
    this.#nextStream = this.#streamOf(data, next, this.#nextOrder);
    this.#nextStream.readAhead();
  }

  /** Indices of the images of a step, batch by batch. */
  indices(stepInEpoch: number): Int32Array[] {
    const { batchSize } = this.#options;
    const first = stepInEpoch * this.#imagesPerStep;
    const indices = this.#order.subarray(first, first + this.#imagesPerStep);
    return Array.from({ length: Math.ceil(indices.length / batchSize) }, (_, i) =>
      indices.subarray(i * batchSize, (i + 1) * batchSize),
    );
  }

  /** Batches of a step as they come from the stream; null if the images lie in the engine. */
  arriving(stepInEpoch: number): AsyncIterable<ImageBatch> | null {
    return this.#stream === null ? null : this.#arrivingFrom(this.#stream, stepInEpoch);
  }

  async *#arrivingFrom(
    stream: EpochStream,
    stepInEpoch: number,
  ): AsyncGenerator<ImageBatch, void, void> {
    const first = stepInEpoch * this.#options.accumulate;
    const { length } = this.indices(stepInEpoch);
    for (let i = 0; i < length; i++) yield stream.batch(first + i);
  }

  /** Images and labels of a step, batch by batch. */
  async *tensors(stepInEpoch: number): AsyncGenerator<[Tensor, Tensor], void, void> {
    const { data } = this.#options;
    if (isStreamed(data)) {
      const stream = this.#stream as EpochStream;
      for await (const batch of this.#arrivingFrom(stream, stepInEpoch))
        yield streamedTensors(batch, data);
    } else {
      for (const indices of this.indices(stepInEpoch))
        yield batchOf(residentOf(data), Tensor.from(indices));
    }
  }

  /** Gives up what is made ahead. */
  async close(): Promise<void> {
    await this.#stream?.close();
    await this.#nextStream?.close();
  }

  #orderOf(epoch: number): Int32Array {
    const { data, seed, shuffle, sampler } = this.#options;
    return epochOrder(data.length, { seed, epoch, shuffle, sampler });
  }

  #streamOf(data: StreamedDataset, epoch: number, order: Int32Array): EpochStream {
    const { seed, batchSize } = this.#options;
    return new EpochStream(data, order, batchSize, { seed, epoch });
  }
}
