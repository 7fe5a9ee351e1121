// What can be asked of data sets.
import { type AddInput, addDataset } from "../data/add.ts";
import { datasetExamples } from "../data/examples.ts";
import { forgetLoaded, loadDataset } from "../data/load.ts";
import { forgetOwn, ownDatasets } from "../data/own.ts";
import { servedDatasets } from "../data/served.ts";
import type { AddedDataset, DatasetInfo } from "../data/types.ts";
import { fashionSample } from "../fashionSample.ts";
import { pixelsAt } from "../run/pictures.ts";
import type { InputShape } from "../run/types.ts";

/** All that are here: the sample, those that the machine serves, and the person's own. */
async function datasetList(_: { readonly version?: number | string }): Promise<DatasetInfo[]> {
  const { train, test } = await fashionSample();
  const { classes, imageShape } = train;
  const sample = {
    id: "sample",
    title: "Fashion-MNIST",
    ...{ classes, imageShape, train: train.length, test: test.length },
  };
  return [sample, ...(await servedDatasets()), ...(await ownDatasets())];
}

export interface PictureRequest {
  readonly id: string;
  readonly part: "train" | "test";
  /** The first picture, and how many. */
  readonly from: number;
  readonly count: number;
  readonly inputShape: InputShape;
}

export interface ShownPicture {
  /** Channels, rows, columns; 0 to 1. */
  readonly pixels: Float32Array;
  readonly label: number;
  readonly index: number;
}

async function datasetPictures({ id, part, from, count, inputShape }: PictureRequest): Promise<{
  readonly pictures: readonly ShownPicture[];
  readonly classes: readonly string[];
}> {
  const loaded = await loadDataset(id, inputShape);
  const pictures = loaded[part];
  const last = Math.min(pictures.length, from + count);
  const shown = Array.from({ length: Math.max(0, last - from) }, (_, i) => ({
    pixels: pixelsAt(pictures, from + i),
    label: pictures.labels[from + i] as number,
    index: from + i,
  }));
  return { pictures: shown, classes: loaded.classes };
}

export const dataHandlers = {
  datasetList,
  datasetPictures,
  datasetExamples,
  datasetAdd: (
    input: AddInput,
    tell: (progress: { readonly done: number; readonly total: number }) => void,
  ): Promise<AddedDataset> => addDataset(input, tell),
  datasetDelete: ({ id }: { readonly id: string }): Promise<void> => {
    forgetLoaded();
    return forgetOwn(id);
  },
};
