// A dataset inside the engine: pixels and labels are uploaded once and stay; a batch is picked
// there by its indices, so that only the indices travel.
import { indexSelect } from "../ops/index.ts";
import { type Engine, engine } from "../tensor/engine.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkDataset, type ImageDataset } from "./dataset.ts";

/** Pixels uint8 NCHW `[length, channels, height, width]` and labels int32 `[length]`. */
export interface ResidentDataset {
  readonly images: Tensor;
  readonly labels: Tensor;
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
    };
    known.set(dataset, resident);
  }
  return resident;
}

/**
 * A batch: images float32 NCHW `[batch, channels, height, width]` from 0 to 1, labels int32 `[batch]`.
 * @param indices int32 `[batch]`; the caller made sure that they are in range
 */
export function batchOf({ images, labels }: ResidentDataset, indices: Tensor): [Tensor, Tensor] {
  return [
    indexSelect(images, 0, indices)
      .to("float32")
      .mul(1 / 255),
    indexSelect(labels, 0, indices),
  ];
}
