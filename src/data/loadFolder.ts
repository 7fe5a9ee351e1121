// Image files read wholly into memory: for folders that fit, the fast way to train.
import { checkOptions, DataError, OptionError } from "../tensor/errors.ts";
import { checkDataset, type ImageDataset } from "./dataset.ts";
import { type BadImage, type FileList, readPicture } from "./fileList.ts";
import { checkFolderOptions, type ImageFolderOptions, imageFolder } from "./imageFolder.ts";

export interface LoadFilesOptions {
  /** Most that the pixels may take, in bytes; default 2³¹, two gigabytes. */
  readonly maxBytes?: number;
  /** Told the size before reading starts; default: writes to stderr. */
  readonly onProgress?: (message: string) => void;
}

export interface LoadFolderOptions extends ImageFolderOptions, LoadFilesOptions {}

/** A folder of images in memory, in its parts. */
export interface LoadedFolder {
  /** The folder `train`, or everything if there are no such parts. */
  readonly train: ImageDataset;
  /** The folder `test` or `val`, or null. */
  readonly test: ImageDataset | null;
  /** The folder `val` beside `test`, or null. */
  readonly validation: ImageDataset | null;
  /** Files that were left out, with reasons. */
  readonly skipped: readonly BadImage[];
}

/**
 * Reads a folder of image files into memory; says how much that is before it starts.
 * @param path    the folder, as {@link imageFolder} takes it
 * @param options those of {@link imageFolder}; maxBytes
 * @returns `train`, `test` and `validation`, images as bytes NCHW, and the files left out
 * @throws as {@link imageFolder}; DataError if the pixels take more than `maxBytes`, or a file is damaged
 * @example
 * const { train } = await loadFolder("photos", { size: 64 });
 * train.imageShape // not run: needs a folder of photographs
 */
export async function loadFolder(
  path: string,
  options: LoadFolderOptions = {},
): Promise<LoadedFolder> {
  checkFolderOptions("loadFolder", options, ["maxBytes"]);
  if (options.size === null) {
    throw new OptionError("loadFolder: pictures in memory need one size", {
      hint: "give one: { size: 64 }",
    });
  }
  const { maxBytes, ...folder } = options;
  const lists = await imageFolder(path, folder);
  const parts = [lists.train, lists.test, lists.validation].filter((list) => list !== null);
  const whole = parts.reduce((sum, list) => sum + bytesOf(list), 0);
  announce(
    whole,
    parts.reduce((sum, { length }) => sum + length, 0),
    lists.train,
    options,
  );
  return {
    train: await read(lists.train),
    test: lists.test && (await read(lists.test)),
    validation: lists.validation && (await read(lists.validation)),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}

/**
 * Reads a list of image files into memory; says how much that is before it starts.
 * @param list    files of one size, from {@link imageFolder}
 * @param options maxBytes, onProgress
 * @returns images as bytes NCHW `[length, channels, height, width]`
 * @throws DataError if the list has no size, the pixels take more than `maxBytes`, or a file is damaged
 * @example
 * const [few] = split((await imageFolder("photos", { size: 64 })).train, [0.1, 0.9]);
 * (await loadFiles(few)).imageShape // not run: needs a folder of photographs
 */
export async function loadFiles(
  list: FileList,
  options: LoadFilesOptions = {},
): Promise<ImageDataset> {
  checkOptions("loadFiles", options, ["maxBytes", "onProgress"]);
  announce(bytesOf(list), list.length, list, options);
  return read(list);
}

/** Pixels of a list, in bytes. */
function bytesOf({ name, size, channels, length }: FileList): number {
  if (size === null) {
    throw new DataError(`${name}: the images have no common size`, {
      hint: "give one: imageFolder(path, { size: 64 })",
    });
  }
  return length * channels * size[0] * size[1];
}

/** Says what comes, and refuses what is too much, before anything is read. */
function announce(
  bytes: number,
  length: number,
  { name, channels, size }: FileList,
  options: LoadFilesOptions,
): void {
  const { maxBytes = 2 ** 31, onProgress = (message: string) => console.error(message) } = options;
  const shape = [channels, ...(size ?? [])].join(" x ");
  const megabytes = `${(bytes / 1e6).toFixed(1)} MB`;
  if (bytes > maxBytes) {
    throw new DataError(`${name}: the images do not fit into memory`, {
      facts: [
        { name: "images", value: `${length} of ${shape}`, remark: megabytes },
        { name: "limit", value: `${(maxBytes / 1e6).toFixed(1)} MB`, remark: "maxBytes" },
      ],
      hint: "read them while training: data.transformed(list, []), or give a smaller size",
    });
  }
  onProgress(`${name}: reading ${length} images of ${shape}, ${megabytes}`);
}

async function read(list: FileList): Promise<ImageDataset> {
  const { name, files, labels, classes, length, channels, size } = list;
  const [height, width] = size as readonly [number, number];
  const pixels = channels * height * width;
  const images = new Uint8Array(length * pixels);
  let next = 0;
  // While one file is decoded, others are read.
  const worker = async (): Promise<void> => {
    for (let i = next++; i < length; i = next++) {
      images.set((await readPicture(list, files[i] as string)).data, i * pixels);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  const imageShape = [channels, height, width] as const;
  const dataset: ImageDataset = { name, images, labels, imageShape, classes, length };
  checkDataset(dataset);
  return dataset;
}
