// Data sets by id, brought to the shape that a network takes.
import { DataError, type data } from "../../../../src/index.ts";
import { fashionSample } from "../fashionSample.ts";
import type { InputShape } from "../run/types.ts";

export interface LoadedDataset {
  readonly id: string;
  readonly classes: readonly string[];
  readonly train: data.ImageDataset;
  readonly test: data.ImageDataset;
}

/** @throws DataError if there is no such data set any more, or its pictures cannot be brought to the shape */
export async function loadDataset(id: string, inputShape: InputShape): Promise<LoadedDataset> {
  if (id !== "sample") throw new DataError(`there is no data set ${id}`);
  const { train, test } = await fashionSample();
  if (inputShape.join() !== "1,28,28")
    throw new DataError(`no pictures of ${inputShape.join(" × ")}`);
  return { id, classes: train.classes, train, test };
}
