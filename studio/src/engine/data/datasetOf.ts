// A data set from the bytes of its pictures and their labels.
import { data } from "../../../../src/index.ts";
import type { InputShape } from "../run/types.ts";

export function datasetOf(
  name: string,
  classes: readonly string[],
  imageShape: InputShape,
  images: Uint8Array,
  labels: Uint8Array,
): data.ImageDataset {
  return data.fromArrays(images, labels, { imageShape: [...imageShape], classes, name });
}
