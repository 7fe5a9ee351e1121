// Folders of image files, one folder for each class: listed and checked, without keeping their pixels.
import type { ImageInfo } from "../interop/image.ts";
import { checkOptions, DataError, type Fact, OptionError } from "../tensor/errors.ts";
import { checkPictureSize, type PictureDecoder, pictureInfo } from "./decodePicture.ts";
import {
  type BadImage,
  type FileList,
  type PictureReading,
  type ResizeMode,
  readPicture,
  reasonOf,
} from "./fileList.ts";
import { count, type FoundSplit, scanFolder, someOf } from "./folderScan.ts";
import { readFileBytes } from "./readFile.ts";

export interface ImageFolderOptions {
  /**
   * `[height, width]` of all pictures, or a number for both. Unless given, all files must have one size. null
   * leaves each as it is, for transforms that bring them to one size.
   */
  readonly size?: number | readonly [number, number] | null;
  /** 1 for grey, 3 for colour; unless given, grey if all files are. */
  readonly channels?: 1 | 3;
  /** How pictures of other proportions come to `size` (default "crop"). */
  readonly resizeMode?: ResizeMode;
  /**
   * "error" (the default) reads the header of each file first and refuses the folder if one is bad; damage
   * further on is an error when the file is first used. "skip" decodes all files first and leaves out bad ones.
   */
  readonly onBadImage?: "error" | "skip";
  /** Who decodes (default "fovea"); see {@link decodePicture}. */
  readonly decoder?: PictureDecoder;
  /** Told about what takes a while and what was decided; default: writes to stderr. */
  readonly onProgress?: (message: string) => void;
}

/** A folder of labelled images in its parts. */
export interface ImageFolder {
  /** The folder `train`, or everything if there are no such parts. */
  readonly train: FileList;
  /** The folder `test`, or `val` where that is the only one held out; null if there is none. */
  readonly test: FileList | null;
  /** The folder `val` beside `test`; null if there are not both. */
  readonly validation: FileList | null;
}

export const folderOptions = [
  "size",
  "channels",
  "resizeMode",
  "onBadImage",
  "decoder",
  "onProgress",
] as const;

/** Files that are looked at together. */
const atOnce = 16;
/** Enough for the header of nearly every file; photographs carry a small picture of themselves before it. */
const headerBytes = 2 ** 17;

/**
 * A folder with a folder of image files for each class, as `torchvision.datasets.ImageFolder`:
 * `FOLDER/cat/1.jpg`, or in parts, `FOLDER/train/cat/1.jpg` and `FOLDER/test/cat/9.jpg` (or `val`). Classes
 * are sorted by name. Hidden files and files that are no images by their name are ignored; links are not
 * followed, which is an error, as for bad files, unless these are skipped. Nothing is kept but the names: see {@link loadFolder} for a folder that fits into memory.
 * @param path    the folder
 * @param options size, channels, resizeMode, onBadImage, decoder, onProgress
 * @returns `train`, `test` and `validation`
 * @throws DataError for a missing folder, no class folders, a class without images, classes that differ
 *   between the parts, sizes that differ, bad files; OptionError for unknown or impossible options
 * @example
 * const { train, test } = await imageFolder("photos", { size: 64 });
 * train.classes // not run: needs a folder of photographs
 */
export async function imageFolder(
  path: string,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  checkFolderOptions("imageFolder", options);
  const { onProgress = (message: string) => console.error(message) } = options;
  const { basename, resolve } = await import("node:path");
  const root = resolve(path);
  const found = await scanFolder(root);
  const splits = [found.train, found.test, found.validation];
  const checked: (CheckedSplit | null)[] = [];
  const bad: BadImage[] = [];
  for (const split of splits) {
    const result = split && (await checkFiles(root, split, { ...options, onProgress }));
    checked.push(result);
    bad.push(...(split?.bad ?? []), ...(result?.bad ?? []));
  }
  if (bad.length > 0 && options.onBadImage !== "skip") throw badImages(root, bad);
  const good = checked.flatMap((result) => result?.good ?? []);
  const reading: PictureReading = {
    root,
    size: sizeOf(root, good, options.size),
    channels: options.channels ?? channelsOf(good, onProgress),
    resizeMode: options.resizeMode ?? "crop",
    decoder: options.decoder ?? "fovea",
  };
  if (bad.length > 0) {
    onProgress(`left out ${count(bad.length, "bad file")}: ${someOf(bad.map(describe), 3)}`);
  }
  const [train, test, validation] = checked.map((result, i) => {
    const split = splits[i];
    if (!result || !split) return null;
    const name = [basename(root), split.folder].filter(Boolean).join("/");
    return listOf(name, reading, split, result);
  });
  return {
    train: train as FileList,
    test: test as FileList | null,
    validation: validation as FileList | null,
  };
}

/** Throws for options that are unknown or impossible. */
export function checkFolderOptions(
  where: string,
  options: ImageFolderOptions,
  more: readonly string[] = [],
): void {
  checkOptions(where, options, [...folderOptions, ...more]);
  const { size, channels, resizeMode, onBadImage, decoder } = options;
  const sides = typeof size === "number" ? [size] : (size ?? []);
  const areSides = sides.every((side) => Number.isInteger(side) && side >= 1 && side <= 32_768);
  if (!areSides || sides.length > 2 || (Array.isArray(size) && size.length !== 2)) {
    throw new OptionError(`${where}: size must be a number or [height, width], got ${size}`);
  }
  checkChoice(where, "channels", channels, [1, 3]);
  checkChoice(where, "resizeMode", resizeMode, ["crop", "pad", "stretch"]);
  checkChoice(where, "onBadImage", onBadImage, ["error", "skip"]);
  checkChoice(where, "decoder", decoder, ["fovea", "sharp"]);
}

function checkChoice(
  where: string,
  name: string,
  value: unknown,
  choices: readonly (string | number)[],
): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw new OptionError(`${where}: ${name} must be ${choices.join(" or ")}, got ${String(value)}`);
}

interface GoodFile {
  readonly file: string;
  readonly label: number;
  readonly info: ImageInfo;
}

interface CheckedSplit {
  readonly good: readonly GoodFile[];
  readonly bad: readonly BadImage[];
}

/** Reads the header of each file, or decodes it. */
async function checkFiles(
  root: string,
  { classes }: FoundSplit,
  { onBadImage, decoder = "fovea", onProgress }: ImageFolderOptions,
): Promise<CheckedSplit> {
  const files = classes.flatMap((one, label) => one.files.map((file) => ({ file, label })));
  const good: (GoodFile | undefined)[] = new Array(files.length);
  const bad: BadImage[] = [];
  if (onBadImage === "skip" && files.length >= 2000) {
    onProgress?.(`checking ${count(files.length, "image")}`);
  }
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      const { file, label } = files[i] as { file: string; label: number };
      try {
        const info = await infoOf(root, file, decoder);
        checkPictureSize(info, file);
        if (onBadImage === "skip") {
          const asIs = { root, size: null, channels: 3, resizeMode: "crop", decoder } as const;
          await readPicture(asIs, file);
        }
        good[i] = { file, label, info };
      } catch (error) {
        bad.push({ file, reason: reasonOf(error).replace(`${file}: `, "") });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  bad.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { good: good.filter((one) => one !== undefined), bad };
}

async function infoOf(root: string, file: string, decoder: PictureDecoder): Promise<ImageInfo> {
  const start = await readFileBytes(root, file, headerBytes);
  const options = { decoder, name: file };
  try {
    return await pictureInfo(start, options);
  } catch (error) {
    // The header may lie further on.
    if (start.length < headerBytes) throw error;
    return pictureInfo(await readFileBytes(root, file), options);
  }
}

function listOf(
  name: string,
  reading: PictureReading,
  { classes, bad }: FoundSplit,
  checked: CheckedSplit,
): FileList {
  const { good } = checked;
  const left = new Set(good.map(({ label }) => label));
  const gone = classes.filter((_, label) => !left.has(label)).map((one) => one.name);
  if (gone.length > 0) {
    throw new DataError(`${name}: all images of ${count(gone.length, "class", "es")} are bad`, {
      facts: [
        { name: "folder", value: reading.root },
        { name: "class", value: someOf(gone) },
        ...checked.bad.slice(0, 3).map((one) => ({ name: "bad", value: describe(one) })),
      ],
    });
  }
  return {
    name,
    ...reading,
    files: good.map(({ file }) => file),
    labels: Int32Array.from(good, ({ label }) => label),
    classes: classes.map((one) => one.name),
    length: good.length,
    skipped: [...bad, ...checked.bad],
  };
}

function sizeOf(
  root: string,
  good: readonly GoodFile[],
  given: ImageFolderOptions["size"],
): readonly [number, number] | null {
  if (given === null) return null;
  if (typeof given === "number") return [given, given];
  if (given !== undefined) return given;
  const first = good[0];
  if (first === undefined) return null;
  const other = good.find(
    ({ info }) => info.width !== first.info.width || info.height !== first.info.height,
  );
  if (other === undefined) return [first.info.height, first.info.width];
  throw new DataError("the images have different sizes (height x width)", {
    facts: [
      { name: "folder", value: root },
      ...[first, other].map(({ file, info }) => ({
        name: "image",
        value: `${info.height} x ${info.width}`,
        remark: file,
      })),
    ],
    hint: "give one: { size: 64 }, or { size: null } and transforms such as randomResizedCrop(64)",
  });
}

function channelsOf(good: readonly GoodFile[], onProgress: (message: string) => void): 1 | 3 {
  const grey = good.filter(({ info }) => info.channels === 1).length;
  if (grey === good.length) return 1;
  if (grey > 0) {
    onProgress(
      `${grey} of ${count(good.length, "image")} are grey: all are read as colour, { channels: 1 } makes all grey`,
    );
  }
  return 3;
}

function badImages(root: string, bad: readonly BadImage[]): DataError {
  const shown = bad.slice(0, 5);
  const facts: Fact[] = [
    { name: "folder", value: root },
    ...shown.map(({ file, reason }) => ({ name: "bad", value: file, remark: reason })),
  ];
  if (bad.length > shown.length) {
    facts.push({ name: "and", value: `${bad.length - shown.length} more` });
  }
  const needsSharp = bad.some(({ reason }) => /sharp|read \w+ files itself/.test(reason));
  return new DataError(`${count(bad.length, "file")} cannot be used`, {
    facts,
    hint: needsSharp
      ? 'npm install sharp, which reads them, or leave them out: { onBadImage: "skip" }'
      : 'leave them out: { onBadImage: "skip" }',
  });
}

function describe({ file, reason }: BadImage): string {
  return `${file} (${reason})`;
}
