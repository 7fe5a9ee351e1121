// A folder of pictures becomes a data set: sorted, decoded one by one, and kept.
import { Generator } from "../../../../src/index.ts";
import { colourOf, PictureError, readPicture } from "../../picture/read.ts";
import { same } from "../../problem.ts";
import type { Text } from "../../text.ts";
import { StudioError } from "../studioError.ts";
import { type Sorted, sortFiles } from "./folders.ts";
import { keepOwn, type PicturePart } from "./own.ts";
import type { AddedDataset, FileProblem, GivenFile } from "./types.ts";

const mostPictures = 20_000;
const mostClasses = 200;
/** Of all pictures as they are kept, in colour. */
const mostBytes = 2 ** 28;
/** Of the pictures of a class, one in so many is for testing, where the folder does not say. */
const testShare = 5;

const words = {
  classes: { en: "classes", zh: "类别" },
  pictures: { en: "pictures", zh: "图像" },
  together: { en: "together", zh: "总计" },
  none: { en: "none", zh: "无" },
  empty: { en: "the folder is empty", zh: "文件夹是空的" },
  noFolder: { en: "no file lies in a folder of a class", zh: "没有文件位于类别文件夹中" },
  perClass: {
    en: "give a folder that holds one folder of pictures for each class",
    zh: "请提供一个文件夹，其中每个类别有一个图像文件夹",
  },
};

function atMost(count: number | string, most: number | string): Text {
  return { en: `${count} of at most ${most}`, zh: `${count}，最多 ${most}` };
}

export interface AddInput {
  readonly title: string;
  readonly files: readonly GivenFile[];
  /** Rows and columns of the pictures that are kept. */
  readonly side: number;
}

interface Decoded {
  readonly sorted: Sorted;
  /** Red, green and blue, one after the other. */
  readonly planes: Uint8ClampedArray;
}

/**
 * Reads the pictures and keeps them. Files that cannot be read are told, and the rest is kept.
 * @throws StudioError if fewer than two classes have pictures
 */
export async function addDataset(
  { title, files, side }: AddInput,
  tell: (progress: { readonly done: number; readonly total: number }) => void,
): Promise<AddedDataset> {
  const { sorted, problems: misplaced } = sortFiles(files);
  checkNumbers(files.length, sorted, side);
  const problems: FileProblem[] = [...misplaced];
  const decoded: Decoded[] = [];
  let told = 0;
  for (const [i, each] of inOrder(sorted).entries()) {
    try {
      const pixels = await readPicture(each.file, side, "cover");
      const planes = Uint8ClampedArray.from(colourOf(pixels), (level) => 255 * level);
      decoded.push({ sorted: each, planes });
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      problems.push({ path: each.path, message: error.text });
    }
    if (performance.now() - told > 100) {
      told = performance.now();
      tell({ done: i + 1, total: sorted.length });
    }
  }
  const classes = [...new Set(decoded.map(({ sorted: { className } }) => className))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  if (classes.length < 2) {
    throw new StudioError(
      { en: "at least two classes with pictures are needed", zh: "至少需要两个有图像的类别" },
      {
        facts: [
          [words.classes, classes.join(", ") || words.none],
          ...problems.slice(0, 5).map(({ path, message }) => [same(path), message] as const),
        ],
        hint: words.perClass,
      },
    );
  }
  const { train, test } = split(decoded);
  const isGray = decoded.every(({ planes }) => hasNoColour(planes));
  const id = `own-${crypto.randomUUID()}`;
  const info = {
    id,
    title,
    classes,
    imageShape: [isGray ? 1 : 3, side, side] as const,
    train: train.length,
    test: test.length,
  };
  const part = (pictures: readonly Decoded[]): PicturePart => bytesOf(pictures, classes, isGray);
  const unkept = await keepOwn({ info, train: part(train), test: part(test) });
  if (unkept !== null) problems.push({ path: title, message: unkept });
  return { dataset: info, problems };
}

/** Browsers list files in any order; the same ones are for testing each time. */
function inOrder(sorted: readonly Sorted[]): readonly Sorted[] {
  return sorted.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function checkNumbers(files: number, sorted: readonly Sorted[], side: number): void {
  const classes = new Set(sorted.map(({ className }) => className)).size;
  if (sorted.length === 0) {
    throw new StudioError(files === 0 ? words.empty : words.noFolder, { hint: words.perClass });
  }
  if (sorted.length > mostPictures || classes > mostClasses) {
    throw new StudioError(
      { en: "these are more pictures than a page can hold", zh: "图像太多，页面无法容纳" },
      {
        facts: [
          [words.pictures, atMost(sorted.length, mostPictures)],
          [words.classes, atMost(classes, mostClasses)],
        ],
        hint: {
          en: "fovea train learns from folders of any size",
          zh: "fovea train 可以从任意大小的文件夹学习",
        },
      },
    );
  }
  const bytes = sorted.length * 3 * side * side;
  if (bytes > mostBytes) {
    const megabytes = (count: number): string => `${Math.ceil(count / 2 ** 20)} MiB`;
    throw new StudioError(
      {
        en: `so many pictures of ${side} × ${side} are more than a page can hold`,
        zh: `这么多 ${side} × ${side} 的图像，页面无法容纳`,
      },
      {
        facts: [
          [words.pictures, String(sorted.length)],
          [words.together, atMost(megabytes(bytes), megabytes(mostBytes))],
        ],
        hint: {
          en: "keep them smaller, or give fewer; fovea train learns from folders of any size",
          zh: "缩小保存尺寸或减少图像；fovea train 可以从任意大小的文件夹学习",
        },
      },
    );
  }
}

/** As the folder says; otherwise some of each class are for testing, the same ones each time. */
function split(decoded: readonly Decoded[]): {
  readonly train: Decoded[];
  readonly test: Decoded[];
} {
  const [train, test]: [Decoded[], Decoded[]] = [[], []];
  for (const each of decoded) {
    if (each.sorted.part === "test") test.push(each);
    else train.push(each);
  }
  if (test.length > 0 && train.length > 0) return { train, test };
  const all = [...train, ...test];
  const generator = new Generator(0);
  const [own, held]: [Decoded[], Decoded[]] = [[], []];
  for (const className of new Set(all.map(({ sorted }) => sorted.className))) {
    const order = all
      .filter(({ sorted }) => sorted.className === className)
      .map((picture) => ({ picture, at: generator.uniform() }))
      .sort((a, b) => a.at - b.at);
    const count = Math.max(1, Math.floor(order.length / testShare));
    for (const [i, { picture }] of order.entries()) {
      if (order.length > 1 && i < count) held.push(picture);
      else own.push(picture);
    }
  }
  return { train: own, test: held };
}

function hasNoColour(planes: Uint8ClampedArray): boolean {
  const area = planes.length / 3;
  for (let i = 0; i < area; i++)
    if (planes[i] !== planes[area + i] || planes[i] !== planes[2 * area + i]) return false;
  return true;
}

function bytesOf(
  pictures: readonly Decoded[],
  classes: readonly string[],
  isGray: boolean,
): PicturePart {
  const size = (pictures[0]?.planes.length ?? 0) / (isGray ? 3 : 1);
  const images = new Uint8Array(pictures.length * size);
  for (const [n, { planes }] of pictures.entries()) images.set(planes.subarray(0, size), n * size);
  const labels = Uint8Array.from(pictures, ({ sorted }) => classes.indexOf(sorted.className));
  return { images, labels };
}
