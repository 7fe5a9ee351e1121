// How a batch enters a compiled step: as indices into data that lie in the engine, or as bytes.
import type { ImageBatch, StreamedDataset } from "../data/dataset.ts";
import { batchOf, pixelsToFloat, type ResidentDataset } from "../data/resident.ts";
import { Tensor, Variable } from "../tensor/tensor.ts";

/** What batches are taken from. */
export type BatchSource = ResidentDataset | Pick<StreamedDataset, "imageShape" | "normalize">;

/** A batch: indices of a resident data set, or the images of a streamed one. */
export type Batch = Int32Array | ImageBatch;

/** Room for the indices of a batch. */
export function indexVariable(batchSize: number): Variable {
  return new Variable(Tensor.from(new Int32Array(batchSize)));
}

/** Room for a batch of one size. */
export class BatchInput {
  /** Images float32 NCHW as the network takes them, and labels int32 `[batch]`. */
  readonly tensors: readonly [Tensor, Tensor];
  readonly #indices: Variable | null;
  readonly #images: Variable | null;
  readonly #labels: Variable | null;

  constructor(source: BatchSource, batchSize: number) {
    if ("images" in source) {
      this.#indices = indexVariable(batchSize);
      this.#images = null;
      this.#labels = null;
      this.tensors = batchOf(source, this.#indices);
      return;
    }
    const shape = [batchSize, ...source.imageShape];
    const bytes = new Uint8Array(shape.reduce((product, n) => product * n, 1));
    this.#indices = null;
    this.#images = new Variable(Tensor.ofData(bytes, shape, "uint8"));
    this.#labels = indexVariable(batchSize);
    this.tensors = [pixelsToFloat(this.#images, source.normalize), this.#labels];
  }

  /** Writes a batch for the next run. */
  write(batch: Batch): void {
    if (batch instanceof Int32Array) {
      this.#indices?.write(batch);
      return;
    }
    this.#images?.write(batch.images);
    this.#labels?.write(batch.labels);
  }
}
