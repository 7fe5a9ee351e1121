// Which folders and files a folder of images holds: classes, splits, and the files of each class. Looks at
// names only. Node only, loaded on demand.
import type { Dirent } from "node:fs";
import { DataError, type Fact } from "../tensor/errors.ts";
import type { BadImage } from "./fileList.ts";

/** The image files of one class folder, sorted, as paths below the root. */
export interface ClassFiles {
  readonly name: string;
  readonly files: readonly string[];
}

/** Class folders in one place: the root itself, or one of its splits. */
export interface FoundSplit {
  /** `train`, `test`, or "" for the root itself. */
  readonly folder: string;
  readonly classes: readonly ClassFiles[];
  /** Links and the like. */
  readonly bad: readonly BadImage[];
}

/** Names that folders of a held-out part have. */
const heldOut = ["test", "val", "valid", "validation"] as const;
const extension = /\.(png|jpe?g|jfif|webp|avif|gif|bmp|tiff?|heic)$/i;

/**
 * Is it the name of an image file, by its ending?
 * @example isImageName("boot.JPG") // true
 */
export function isImageName(name: string): boolean {
  return extension.test(name);
}

/**
 * Finds the splits and classes below a folder.
 * @throws DataError if the folder does not exist, or does not have a folder for each class
 */
export async function scanFolder(root: string): Promise<{
  readonly train: FoundSplit;
  readonly test: FoundSplit | null;
  readonly validation: FoundSplit | null;
}> {
  const folders = await foldersIn(root, root);
  const others = folders.filter((name) => name !== "train");
  const isSplit =
    others.length < folders.length &&
    others.length > 0 &&
    others.every((name) => (heldOut as readonly string[]).includes(name));
  if (!isSplit) return { train: await scanSplit(root, ""), test: null, validation: null };
  const validationName = others.find((name) => name !== "test");
  const [first, second] = others.includes("test") ? ["test", validationName] : [validationName];
  if (others.length > (first === "test" ? 2 : 1)) {
    throw new DataError(`there are ${others.length} folders of held-out images`, {
      facts: [
        { name: "folder", value: root },
        { name: "found", value: others.join(", ") },
      ],
      hint: "keep one of them beside train and test",
    });
  }
  const splits = {
    train: await scanSplit(root, "train"),
    test: await scanSplit(root, first as string),
    validation: second === undefined ? null : await scanSplit(root, second),
  };
  for (const split of [splits.test, splits.validation]) {
    if (split !== null) checkSameClasses(root, splits.train, split);
  }
  return splits;
}

async function scanSplit(root: string, folder: string): Promise<FoundSplit> {
  const { join } = await import("node:path");
  const at = join(root, folder);
  const names = await foldersIn(at, root);
  if (names.length === 0) throw await noClasses(at);
  const bad: BadImage[] = [];
  const classes: ClassFiles[] = [];
  for (const name of names) {
    const files: string[] = [];
    await collect(root, folder === "" ? name : `${folder}/${name}`, files, bad);
    classes.push({ name, files: files.sort() });
  }
  const empty = classes.filter(({ files }) => files.length === 0).map(({ name }) => name);
  if (empty.length > 0) {
    const isOne = empty.length === 1;
    throw new DataError(`${isOne ? "a class has" : `${empty.length} classes have`} no images`, {
      facts: [
        { name: "folder", value: at },
        { name: isOne ? "class" : "classes", value: someOf(empty) },
      ],
      hint: "put images into its folder, or remove the folder",
    });
  }
  return { folder, classes, bad };
}

/** Gathers the files below a class folder, its own folders included. */
async function collect(
  root: string,
  folder: string,
  files: string[],
  bad: BadImage[],
): Promise<void> {
  const { join } = await import("node:path");
  for (const entry of await entriesOf(join(root, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) await collect(root, path, files, bad);
    else if (entry.isSymbolicLink()) bad.push({ file: path, reason: "links are not followed" });
    else if (!extension.test(entry.name)) continue;
    else if (entry.isFile()) files.push(path);
    else bad.push({ file: path, reason: "not a file" });
  }
}

/** Names of the folders in a folder, sorted. Hidden ones and links do not count. */
async function foldersIn(folder: string, root: string): Promise<string[]> {
  try {
    const entries = await entriesOf(folder);
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const what = code === "ENOTDIR" ? "is not a folder" : "does not exist";
    const isKnown = code === "ENOTDIR" || code === "ENOENT";
    throw new DataError(`the folder of images ${isKnown ? what : `cannot be read: ${message}`}`, {
      facts: [{ name: "path", value: root }],
      hint: "give the folder that holds one folder for each class",
      cause,
    });
  }
}

/** What lies in a folder, sorted by name, without what is hidden. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  const { readdir } = await import("node:fs/promises");
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter(({ name }) => !name.startsWith("."))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

async function noClasses(folder: string): Promise<DataError> {
  const entries = await entriesOf(folder);
  const images = entries.filter(({ name }) => extension.test(name)).length;
  const links = entries.filter((entry) => entry.isSymbolicLink()).length;
  const facts: Fact[] = [{ name: "folder", value: folder }];
  if (images > 0) facts.push({ name: "found", value: `${count(images, "image")} in no folder` });
  else facts.push({ name: "found", value: entries.length === 0 ? "nothing" : "no folders" });
  if (links > 0) facts.push({ name: "links", value: `${links}`, remark: "are not followed" });
  return new DataError("there are no class folders", {
    facts,
    hint: "put the images of each class into a folder of its name: FOLDER/cat/1.jpg",
  });
}

function checkSameClasses(root: string, train: FoundSplit, other: FoundSplit): void {
  const [own, theirs] = [train, other].map(({ classes }) => classes.map(({ name }) => name)) as [
    string[],
    string[],
  ];
  const missing = own.filter((name) => !theirs.includes(name));
  const extra = theirs.filter((name) => !own.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  const facts: Fact[] = [{ name: "folder", value: root }];
  if (missing.length > 0) facts.push({ name: "only train", value: someOf(missing) });
  if (extra.length > 0) facts.push({ name: `only ${other.folder}`, value: someOf(extra) });
  throw new DataError(`train and ${other.folder} have different classes`, {
    facts,
    hint: "both need the same class folders",
  });
}

/** A number with its noun. */
export function count(n: number, noun: string, plural = "s"): string {
  return `${n} ${noun}${n === 1 ? "" : plural}`;
}

/** A few names, and how many more. */
export function someOf(names: readonly string[], most = 8): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(", ")} and ${rest} more` : names.join(", ");
}
