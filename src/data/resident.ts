// A dataset inside the engine: pixels and labels are uploaded once and stay; a batch is picked
// there by its indices, so that only the indices travel.
import { indexSelect } from "../ops/index.ts";
import { type Engine, engine } from "../tensor/engine.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  checkDataset,
  type ImageBatch,
  type ImageDataset,
  type StreamedDataset,
} from "./dataset.ts";
import type { Normalization } from "./transforms/normalize.ts";

/** Pixels uint8 NCHW `[length, channels, height, width]` and labels int32 `[length]`. */
export interface ResidentDataset {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly normalize?: Normalization | null;
}

const residents = new WeakMap<Engine, WeakMap<ImageDataset, ResidentDataset>>();

/**
 * Uploads a dataset on first use; later calls give the same tensors.
 * @throws DataError if the dataset does not hold together
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * resident(train).images.shape // [1500, 1, 28, 28]
 */
export function residentOf(dataset: ImageDataset): ResidentDataset {
  const current = engine();
  const known = residents.get(current) ?? new WeakMap<ImageDataset, ResidentDataset>();
  residents.set(current, known);
  let resident = known.get(dataset);
  if (resident === undefined) {
    checkDataset(dataset);
    const { images, labels, imageShape, length } = dataset;
    resident = {
      images: Tensor.ofData(images, [length, ...imageShape], "uint8"),
      labels: Tensor.ofData(Int32Array.from(labels), [length], "int32"),
      normalize: dataset.normalize ?? null,
    };
    known.set(dataset, resident);
  }
  return resident;
}

/**
 * A batch: images float32 NCHW `[batch, channels, height, width]` from 0 to 1, or normalised; labels int32 `[batch]`.
 * @param indices int32 `[batch]`; the caller made sure that they are in range
 */
export function batchOf(
  { images, labels, normalize = null }: ResidentDataset,
  indices: Tensor,
): [Tensor, Tensor] {
  return [
    pixelsToFloat(indexSelect(images, 0, indices), normalize),
    indexSelect(labels, 0, indices),
  ];
}

/**
 * Bytes as float32 from 0 to 1, or normalised: (x / 255 − mean) / std, as one multiplication and one addition.
 * @param images uint8 NCHW
 */
export function pixelsToFloat(images: Tensor, normalize: Normalization | null): Tensor {
  const x = images.to("float32");
  if (normalize === null) return x.mul(1 / 255);
  const means = [normalize.mean].flat();
  const stds = [normalize.std].flat();
  const length = Math.max(means.length, stds.length);
  const at = (numbers: readonly number[], channel: number): number =>
    (numbers[channel] ?? numbers[0]) as number;
  const scale = Float32Array.from({ length }, (_, c) => 1 / (255 * at(stds, c)));
  const shift = Float32Array.from({ length }, (_, c) => -at(means, c) / at(stds, c));
  if (length === 1) return x.mul(scale[0] as number).add(shift[0] as number);
  const shape = [length, 1, 1];
  return x.mul(Tensor.ofData(scale, shape, "float32")).add(Tensor.ofData(shift, shape, "float32"));
}

/** A streamed batch as {@link batchOf} gives one of a resident data set. */
export function streamedTensors(
  { images, labels }: ImageBatch,
  { imageShape, normalize }: Pick<StreamedDataset, "imageShape" | "normalize">,
): [Tensor, Tensor] {
  const shape = [labels.length, ...imageShape];
  return [
    pixelsToFloat(Tensor.ofData(images, shape, "uint8"), normalize),
    Tensor.ofData(labels, [labels.length], "int32"),
  ];
}
