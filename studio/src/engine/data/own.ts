// Pictures that a person gave, kept in the browser as bytes of one size.
import type { data } from "../../../../src/index.ts";
import { problemOf } from "../../problem.ts";
import type { Text } from "../../text.ts";
import { Database } from "../database.ts";
import type { InputShape } from "../run/types.ts";
import { StudioError } from "../studioError.ts";
import { datasetOf } from "./datasetOf.ts";
import type { DatasetInfo } from "./types.ts";

export interface PicturePart {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export interface OwnDataset {
  readonly info: DatasetInfo;
  readonly train: PicturePart;
  readonly test: PicturePart;
}

const storage = new Database(
  "fovea-pictures",
  { infos: { keyPath: "id" }, pictures: {} },
  { en: "the pictures last as long as this page is open", zh: "图像只保留到此页面关闭为止" },
);

/** Those that could not be kept are there as long as the engine is. */
const unkept = new Map<string, OwnDataset>();

/** @returns null, or why the browser does not keep it */
export async function keepOwn(dataset: OwnDataset): Promise<Text | null> {
  const { info, train, test } = dataset;
  try {
    await storage.transact("readwrite", (store) => {
      store("infos").put(info);
      return store("pictures").put({ train, test }, info.id);
    });
    return null;
  } catch (error) {
    unkept.set(info.id, dataset);
    return problemOf(error);
  }
}

export async function ownDatasets(): Promise<DatasetInfo[]> {
  const kept = await storage
    .transact<DatasetInfo[]>("readonly", (store) => store("infos").getAll())
    .catch(() => []);
  return [...kept, ...[...unkept.values()].map(({ info }) => info)];
}

/** @throws DataError if it is no longer there */
export async function ownPictures(
  id: string,
): Promise<{ readonly train: data.ImageDataset; readonly test: data.ImageDataset }> {
  const { info, train, test } = unkept.get(id) ?? (await kept(id));
  const part = (which: string, { images, labels }: PicturePart): data.ImageDataset =>
    datasetOf(
      `${info.title}, ${which}`,
      info.classes,
      info.imageShape as InputShape,
      images,
      labels,
    );
  return { train: part("train", train), test: part("test", test) };
}

async function kept(id: string): Promise<OwnDataset> {
  const info = await storage.transact<DatasetInfo | undefined>("readonly", (store) =>
    store("infos").get(id),
  );
  const pictures = await storage.transact<Omit<OwnDataset, "info"> | undefined>(
    "readonly",
    (store) => store("pictures").get(id),
  );
  if (info === undefined || pictures === undefined) {
    throw new StudioError(
      { en: "these pictures are no longer in the browser's storage", zh: "浏览器中已没有这些图像" },
      { hint: { en: "give the folder once more", zh: "请再次提供该文件夹" } },
    );
  }
  return { info, ...pictures };
}

export async function forgetOwn(id: string): Promise<void> {
  if (unkept.delete(id)) return;
  await storage.transact("readwrite", (store) => {
    store("infos").delete(id);
    return store("pictures").delete(id);
  });
}
