// Image files as a trained network wants to see them.
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError, data, interop } from "../../src/index.ts";
import { isDatasetName } from "./data.ts";
import { imageShapeOf } from "./network.ts";
import type { Trained } from "./trained.ts";

/** A picture in the size and colours that the network takes. */
export interface Seen extends data.Picture {
  readonly title: string;
  /** What it is, if that is known. */
  readonly truth?: string;
}

export type PictureReader = (path: string) => Promise<Seen>;

/** The file itself, or the image files of a folder, by name. */
export async function pictureFiles(
  path: string,
): Promise<{ readonly files: string[]; readonly isFolder: boolean }> {
  const isFolder = await stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
  if (!isFolder) return { files: [path], isFolder };
  const names = (await readdir(path)).filter((name) => data.isImageName(name)).sort();
  if (names.length === 0) throw new DataError(`there are no image files in ${path}`);
  return { files: names.map((name) => join(path, name)), isFolder };
}

/** Reads files as the network's training read its images. */
export function pictureReader(
  { checkpoint, settings }: Trained,
  invert: "auto" | "yes" | "no",
): PictureReader {
  const [channels, ...size] = imageShapeOf(checkpoint.model);
  const [height, width] = size;
  // MNIST and Fashion-MNIST show light things on black, centred in a square: pictures come to that form.
  if (isDatasetName(settings.data) && channels === 1 && height === width) {
    const options = { size: width, invert: invert === "auto" ? invert : invert === "yes" };
    return async (path) => ({
      ...{ title: path, channels, height, width },
      data: interop.toGrayscale28(await imageOf(path), options),
    });
  }
  const { resizeMode } = settings;
  return async (path) => {
    // What the user names may be a link.
    const real = await realpath(path).catch(() => path);
    const reading = { ...{ channels, size, resizeMode }, root: "", decoder: "fovea" } as const;
    const picture = await data.readPicture(reading, real).catch((cause: DataError) => {
      const facts = (cause.facts ?? []).filter(({ name }) => name !== "folder");
      throw new DataError((cause.headline ?? cause.message).replace(real, path), { facts, cause });
    });
    const pixels = invert === "yes" ? picture.data.map((value) => 255 - value) : picture.data;
    return { title: path, ...picture, data: pixels };
  };
}

/** With its transparent parts, if it is a PNG file. */
async function imageOf(path: string): Promise<interop.Image> {
  const bytes = await readPicture(path);
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  if (isPng) return interop.decodePng(bytes, { name: path });
  return { ...(await data.decodePicture(bytes, { channels: 1, name: path })), channels: 1 };
}

/** Files larger than this are no pictures for such a network. */
const maxFileBytes = 64e6;

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes)
      throw new DataError(`${path}: ${Math.round(size / 1e6)} MB is too large for a picture`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new DataError(
      code === "ENOENT" ? `there is no file ${path}` : `cannot read ${path}: ${message}`,
      { cause },
    );
  }
}
