// Labelled image files: what is known of them without their pixels, and how one of them is read. Plain
// data, so that it travels to worker threads. Node only, loaded on demand.
import { DataError, FoveaError } from "../tensor/errors.ts";
import { decodePicture, type PictureDecoder } from "./decodePicture.ts";
import type { Picture } from "./picture.ts";
import { readFileBytes } from "./readFile.ts";
import { resize } from "./transforms/functional/resize.ts";
import { centerCrop } from "./transforms/functional/window.ts";

/**
 * How a picture of other proportions comes to its size: "crop" fills it and cuts off what is over, "pad" fits
 * it in and adds black, "stretch" changes the proportions.
 */
export type ResizeMode = "crop" | "pad" | "stretch";

/** How the files of a list become pictures. */
export interface PictureReading {
  /** The folder, as an absolute path. */
  readonly root: string;
  /** `[height, width]` of all pictures; null leaves each as it is. */
  readonly size: readonly [number, number] | null;
  /** 1 is grey, 3 is colour. */
  readonly channels: 1 | 3;
  readonly resizeMode: ResizeMode;
  readonly decoder: PictureDecoder;
}

/** A file that is no usable picture. */
export interface BadImage {
  /** Path below the folder. */
  readonly file: string;
  readonly reason: string;
}

/** Labelled image files below one folder. */
export interface FileList extends PictureReading {
  readonly name: string;
  /** Paths below `root`, parts separated by `/`. */
  readonly files: readonly string[];
  /** Index of the class of each file. */
  readonly labels: Int32Array;
  /** Names of the classes, by index. */
  readonly classes: readonly string[];
  /** Number of files. */
  readonly length: number;
  /** Files that were left out, with reasons. */
  readonly skipped: readonly BadImage[];
}

/**
 * Reads one file of a list and brings it to the list's channels and size.
 * @param reading root, size, channels, resizeMode, decoder: a {@link FileList} has them
 * @param file    path below the root
 * @throws DataError that names the file: it cannot be read, or is no sound picture
 * @example
 * const { train } = await imageFolder("photos", { size: 64 });
 * (await readPicture(train, train.files[0])).height // not run: needs a folder of photographs
 */
export async function readPicture(reading: PictureReading, file: string): Promise<Picture> {
  const { root, size, channels, resizeMode, decoder } = reading;
  try {
    const bytes = await readFileBytes(root, file);
    const picture = await decodePicture(bytes, { channels, decoder, name: file });
    return size === null ? picture : fitted(picture, size, resizeMode);
  } catch (cause) {
    const reason = reasonOf(cause).replace(`${file}: `, "");
    const { facts = [], hint } = cause instanceof FoveaError ? cause : {};
    throw new DataError(`${file}: ${reason}`, {
      facts: [...facts, { name: "folder", value: root }],
      ...(hint === undefined ? {} : { hint }),
      cause,
    });
  }
}

/** Why something failed, in one line. */
export function reasonOf(error: unknown, what: "file" | "folder" = "file"): string {
  if (error instanceof FoveaError) return error.headline;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return `the ${what} does not exist any more`;
  if (code === "EACCES" || code === "EPERM") return `the ${what} may not be read`;
  if (code === "ENAMETOOLONG") return "its path is too long for this system";
  if (code === "ELOOP") return `the ${what} is a link, and links are not followed`;
  return message;
}

/** A picture in another size. */
function fitted(
  picture: Picture,
  size: readonly [number, number],
  resizeMode: ResizeMode,
): Picture {
  const [height, width] = size;
  if (picture.height === height && picture.width === width) return picture;
  if (resizeMode === "stretch") return resize(picture, size);
  const [down, across] = [height / picture.height, width / picture.width];
  const scale = resizeMode === "crop" ? Math.max(down, across) : Math.min(down, across);
  const side = (length: number, ratio: number, wanted: number): number =>
    ratio === scale ? wanted : Math.max(1, Math.round(length * scale));
  const scaled = resize(picture, [
    side(picture.height, down, height),
    side(picture.width, across, width),
  ]);
  // What is over is cut off; what is missing becomes black.
  return centerCrop(scaled, size);
}

/** The part of a list with these indices, in their order. */
export function subsetOfFiles(list: FileList, indices: ArrayLike<number>): FileList {
  const chosen = Array.from(indices);
  return {
    ...list,
    files: chosen.map((index) => list.files[index] as string),
    labels: Int32Array.from(chosen, (index) => list.labels[index] as number),
    length: chosen.length,
  };
}
