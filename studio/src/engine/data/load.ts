// Data sets by id, brought to the shape that a network takes.
import type { data } from "../../../../src/index.ts";
import { fashionSample } from "../fashionSample.ts";
import type { InputShape } from "../run/types.ts";
import { StudioError } from "../studioError.ts";
import { adapted } from "./adapt.ts";
import { ownPictures } from "./own.ts";
import { servedPictures } from "./served.ts";

export interface LoadedDataset {
  readonly id: string;
  readonly classes: readonly string[];
  readonly train: data.ImageDataset;
  readonly test: data.ImageDataset;
}

/** The one that was asked for last: pages ask again and again. */
let last: { readonly key: string; readonly loaded: Promise<LoadedDataset> } | null = null;

/**
 * The pictures of a data set in the shape that a network takes.
 * @throws StudioError if there is no such data set any more, or so many pictures of this shape do not fit into a page
 */
export function loadDataset(id: string, inputShape: InputShape): Promise<LoadedDataset> {
  const key = `${id} ${inputShape.join()}`;
  if (last?.key === key) return last.loaded;
  const loaded = load(id, inputShape);
  last = { key, loaded };
  loaded.catch(() => {
    if (last?.loaded === loaded) last = null;
  });
  return loaded;
}

/** What a data set was may no longer hold. */
export function forgetLoaded(): void {
  last = null;
  source = null;
}

async function load(id: string, inputShape: InputShape): Promise<LoadedDataset> {
  const { train, test } = await splitsOf(id);
  const pixels = inputShape.reduce((product, size) => product * size, train.length + test.length);
  checkRoom(pixels, inputShape);
  return {
    id,
    classes: train.classes,
    train: await adapted(train, inputShape),
    test: await adapted(test, inputShape),
  };
}

type Splits = Omit<LoadedDataset, "id" | "classes">;

/** As the data set holds them; the latest are kept, since networks of several shapes learn from them. */
let source: { readonly id: string; readonly splits: Promise<Splits> } | null = null;

/**
 * The pictures of a data set as they are.
 * @throws StudioError if there is no such data set any more
 */
export function splitsOf(id: string): Promise<Splits> {
  if (source?.id === id) return source.splits;
  const splits = read(id);
  source = { id, splits };
  splits.catch(() => {
    if (source?.splits === splits) source = null;
  });
  return splits;
}

async function read(id: string): Promise<Splits> {
  if (id === "sample") return fashionSample();
  if (id.startsWith("own-")) return ownPictures(id);
  return servedPictures(id);
}

const mostBytes = 2 ** 30;

function checkRoom(bytes: number, inputShape: InputShape): void {
  if (bytes <= mostBytes) return;
  const gigabytes = (bytes / 2 ** 30).toFixed(1);
  throw new StudioError(
    {
      en: "so many pictures of this size do not fit into a page",
      zh: "页面容纳不下这么多此尺寸的图像",
    },
    {
      facts: [
        [{ en: "each", zh: "每幅" }, inputShape.join(" × ")],
        [
          { en: "together", zh: "总计" },
          { en: `${gigabytes} GiB of at most 1`, zh: `${gigabytes} GiB，最多 1 GiB` },
        ],
      ],
      hint: {
        en: "choose a network for smaller pictures, or the sample",
        zh: "请选择输入更小的网络，或使用样本",
      },
    },
  );
}
