// What stands for the pictures of a network where its own are not here: it can be looked at, and not be trained.
import type { data } from "../../../../src/index.ts";
import type { InputShape } from "../run/types.ts";
import { StudioError } from "../studioError.ts";
import type { LoadedDataset } from "./load.ts";
import { ownDatasets } from "./own.ts";
import { servedDatasets } from "./served.ts";

/** Numbers of one picture: a file may claim any size. */
const mostValues = 2 ** 24;

/** Is a data set here, so that it can be loaded? */
export async function isHere(id: string): Promise<boolean> {
  if (id === "sample") return true;
  const known = [...(await servedDatasets()), ...(await ownDatasets())];
  return known.some((each) => each.id === id);
}

/** @throws StudioError for pictures that a page cannot hold */
export function withoutPictures(
  id: string,
  classes: readonly string[],
  imageShape: InputShape,
): LoadedDataset {
  const values = imageShape.reduce((product, size) => product * size, 1);
  if (!imageShape.every((size) => Number.isSafeInteger(size) && size > 0) || values > mostValues) {
    throw new StudioError(
      { en: "this network takes pictures of an impossible size", zh: "此网络输入图像的尺寸不可用" },
      { facts: [[{ en: "size", zh: "尺寸" }, imageShape.join(" × ")]] },
    );
  }
  const none: data.ImageDataset = {
    ...{ name: id, classes, imageShape, length: 0 },
    ...{ images: new Uint8Array(0), labels: new Uint8Array(0) },
  };
  return { id, classes, train: none, test: none };
}
