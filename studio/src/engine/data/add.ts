// A folder of pictures becomes a data set: sorted, decoded one by one, and kept.
import { DataError, Generator } from "../../../../src/index.ts";
import { PictureError, type Pixels, readPicture } from "../../picture/read.ts";
import { type Sorted, sortFiles } from "./folders.ts";
import { keepOwn, type PicturePart } from "./own.ts";
import type { AddedDataset, FileProblem, GivenFile } from "./types.ts";

const mostPictures = 20_000;
const mostClasses = 200;
/** Of the pictures of a class, one in so many is for testing, where the folder does not say. */
const testShare = 5;

export interface AddInput {
  readonly title: string;
  readonly files: readonly GivenFile[];
  /** Rows and columns of the pictures that are kept. */
  readonly side: number;
}

interface Decoded {
  readonly sorted: Sorted;
  readonly pixels: Pixels;
}

/**
 * Reads the pictures and keeps them. Files that cannot be read are told, and the rest is kept.
 * @throws DataError if fewer than two classes have pictures
 */
export async function addDataset(
  { title, files, side }: AddInput,
  tell: (progress: { readonly done: number; readonly total: number }) => void,
): Promise<AddedDataset> {
  const { sorted, problems: misplaced } = sortFiles(files);
  checkNumbers(files.length, sorted);
  const problems: FileProblem[] = [...misplaced];
  const decoded: Decoded[] = [];
  let told = 0;
  for (const [i, each] of sorted.entries()) {
    try {
      decoded.push({ sorted: each, pixels: await readPicture(each.file, side, "cover") });
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      problems.push({ path: each.path, message: error.message });
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
    throw new DataError("at least two classes with pictures are needed", {
      facts: [
        { name: "classes", value: classes.join(", ") || "none" },
        ...problems.slice(0, 5).map(({ path, message }) => ({ name: path, value: message })),
      ],
      hint: "give a folder that holds one folder of pictures for each class",
    });
  }
  const { train, test } = split(decoded);
  const isGray = decoded.every(({ pixels }) => hasNoColour(pixels));
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

function checkNumbers(files: number, sorted: readonly Sorted[]): void {
  const classes = new Set(sorted.map(({ className }) => className)).size;
  if (sorted.length === 0) {
    throw new DataError(
      files === 0 ? "the folder is empty" : "no file lies in a folder of a class",
      {
        hint: "give a folder that holds one folder of pictures for each class",
      },
    );
  }
  if (sorted.length > mostPictures || classes > mostClasses) {
    throw new DataError("these are more pictures than a page can hold", {
      facts: [
        { name: "pictures", value: `${sorted.length} of at most ${mostPictures}` },
        { name: "classes", value: `${classes} of at most ${mostClasses}` },
      ],
      hint: "fovea train learns from folders of any size",
    });
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

function hasNoColour({ data }: Pixels): boolean {
  for (let i = 0; i < data.length; i += 4)
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}

function bytesOf(
  pictures: readonly Decoded[],
  classes: readonly string[],
  isGray: boolean,
): PicturePart {
  const channels = isGray ? 1 : 3;
  const area = (pictures[0]?.pixels.data.length ?? 0) / 4;
  const images = new Uint8Array(pictures.length * channels * area);
  for (const [n, { pixels }] of pictures.entries()) {
    for (let c = 0; c < channels; c++) {
      const start = (n * channels + c) * area;
      for (let i = 0; i < area; i++) images[start + i] = pixels.data[4 * i + c] ?? 0;
    }
  }
  const labels = Uint8Array.from(pictures, ({ sorted }) => classes.indexOf(sorted.className));
  return { images, labels };
}
