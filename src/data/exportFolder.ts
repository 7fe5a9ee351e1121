// A dataset as a folder of image files, to look at and for other programs. Node only, loaded on demand.
import { writeError } from "../interop/files.ts";
import type { Image } from "../interop/image.ts";
import { encodePng } from "../interop/png.ts";
import { checkOptions, DataError, OptionError } from "../tensor/errors.ts";
import { checkDataset, type ImageDataset } from "./dataset.ts";
import { someOf } from "./folderScan.ts";

export interface ExportFolderOptions {
  /** Format of the files; PNG keeps every pixel. */
  readonly format?: "png";
  /** Told about progress every few thousand files; default: nobody. */
  readonly onProgress?: (message: string) => void;
}

/**
 * Writes a dataset as a folder of PNG files with a folder for each class, which {@link imageFolder} reads:
 * `FOLDER/CLASS/00042.png`, numbered as in the dataset. Characters that folders cannot have become `-`.
 * `imageFolder` sorts classes by name, so their numbers may change.
 * @param dataset of 1 or 3 channels
 * @param path    the folder to make; it must not exist, or be empty
 * @returns the number of files
 * @throws DataError if the folder has something in it or cannot be written, the dataset does not hold together,
 *   or two classes would have one folder; OptionError for unknown options
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * await exportFolder(train, "clothes/train") // not run: writes files
 */
export async function exportFolder(
  dataset: ImageDataset,
  path: string,
  options: ExportFolderOptions = {},
): Promise<number> {
  checkOptions("exportFolder", options, ["format", "onProgress"]);
  const { format = "png", onProgress } = options;
  if (format !== "png") throw new OptionError(`exportFolder: format must be "png", got ${format}`);
  checkDataset(dataset);
  const { images, labels, imageShape, classes, length, name } = dataset;
  const [channels, height, width] = imageShape;
  if (channels !== 1 && channels !== 3) {
    throw new DataError(`${name}: PNG files have 1 or 3 channels, not ${channels}`);
  }
  const folders = folderNames(classes, name);
  const { mkdir, readdir, rm, writeFile } = await import("node:fs/promises");
  const { join } = await import("node:path");
  try {
    await mkdir(path, { recursive: true });
    const there = await readdir(path);
    if (there.length > 0) {
      throw new DataError("the folder to write to is not empty", {
        facts: [
          { name: "path", value: path },
          { name: "found", value: someOf(there, 3) },
        ],
        hint: "give a new folder",
      });
    }
    for (const label of new Set(labels)) await mkdir(join(path, folders[label] as string));
    const pixels = channels * height * width;
    const digits = String(length - 1).length;
    for (let i = 0; i < length; i++) {
      const planes = images.subarray(i * pixels, (i + 1) * pixels);
      const data = interleaved(planes, channels);
      const file = `${String(i).padStart(digits, "0")}.png`;
      const folder = folders[labels[i] as number] as string;
      const target = join(path, folder, file);
      await writeFile(target, encodePng({ width, height, channels, data })).catch(
        async (error: NodeJS.ErrnoException) => {
          // Half a picture is worse than none.
          await rm(target, { force: true }).catch(() => {});
          throw writeError(target, error);
        },
      );
      if ((i + 1) % 5000 === 0) onProgress?.(`${i + 1} of ${length} files written`);
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw writeError(path, cause as NodeJS.ErrnoException);
  }
  return length;
}

function interleaved(planes: Uint8Array, channels: 1 | 3): Image["data"] {
  if (channels === 1) return planes;
  const plane = planes.length / 3;
  const out = new Uint8Array(planes.length);
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) {
      out[3 * i + channel] = planes[channel * plane + i] as number;
    }
  }
  return out;
}

/** Names of folders that every system can have: no separators, nothing hidden, nothing that leads elsewhere. */
function folderNames(classes: readonly string[], name: string): string[] {
  const folders = classes.map((one) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
    one.replace(/[/\\:*?"<>|\u0000-\u001f]/g, "-").replace(/^\.+|[. ]+$/g, "-"),
  );
  for (const [label, folder] of folders.entries()) {
    const other = folders.findIndex((one) => one.toLowerCase() === folder.toLowerCase());
    if (folder === "" || other !== label) {
      throw new DataError(`${name}: class "${classes[label]}" cannot have a folder of its own`, {
        facts: [
          { name: "folder", value: folder === "" ? "no name" : folder },
          ...(other === label ? [] : [{ name: "is that of", value: `"${classes[other]}"` }]),
        ],
        hint: "give the classes other names",
      });
    }
  }
  return folders;
}
