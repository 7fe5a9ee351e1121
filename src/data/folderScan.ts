// Which folders and files a folder of images holds: classes, splits, and the files of each class. Looks at
// names only. Node only, loaded on demand.
import type { Dirent } from "node:fs";
import { DataError, type Fact } from "../tensor/errors.ts";
import { type BadImage, reasonOf } from "./fileList.ts";

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
  const { folders, links } = await foldersIn(root, root);
  const others = folders.filter((name) => name !== "train");
  const isSplit =
    others.length < folders.length &&
    others.length > 0 &&
    others.every((name) => (heldOut as readonly string[]).includes(name));
  if (!isSplit) return { train: await scanSplit(root, ""), test: null, validation: null };
  const linked = links.find((name) => (heldOut as readonly string[]).includes(name));
  if (linked !== undefined) {
    throw new DataError(`the folder ${linked} is a link, and links are not followed`, {
      facts: [{ name: "folder", value: root }],
      hint: "put the folder itself there",
    });
  }
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
  const { folders, links } = await foldersIn(at, root);
  if (folders.length === 0) throw await noClasses(at);
  const pathOf = (name: string): string => (folder === "" ? name : `${folder}/${name}`);
  // A class that is not there would be missed by nobody.
  const bad: BadImage[] = links.map((name) => ({ file: pathOf(name), reason: noLinks }));
  const classes: ClassFiles[] = [];
  for (const name of folders) {
    const files: string[] = [];
    await collect(root, pathOf(name), files, bad);
    classes.push({ name, files: files.sort() });
  }
  const empty = classes.filter(({ files }) => files.length === 0).map(({ name }) => name);
  if (empty.length > 0) {
    const isOne = empty.length === 1;
    throw new DataError(`${isOne ? "a class has" : `${empty.length} classes have`} no images`, {
      facts: [
        { name: "folder", value: at },
        { name: isOne ? "class" : "classes", value: someOf(empty) },
        ...bad
          .slice(0, 3)
          .map(({ file, reason }) => ({ name: "bad", value: file, remark: reason })),
      ],
      hint: "put images into its folder, or remove the folder",
    });
  }
  return { folder, classes, bad };
}

const noLinks = "links are not followed";

/** Gathers the files below a class folder, its own folders included. */
async function collect(
  root: string,
  folder: string,
  files: string[],
  bad: BadImage[],
): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await entriesOf(`${root}/${folder}`);
  } catch (error) {
    bad.push({ file: folder, reason: reasonOf(error, "folder") });
    return;
  }
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) await collect(root, path, files, bad);
    else if (entry.isSymbolicLink()) bad.push({ file: path, reason: noLinks });
    else if (!extension.test(entry.name)) continue;
    else if (entry.isFile()) files.push(path);
    else bad.push({ file: path, reason: "not a file" });
  }
}

/** Names of the folders in a folder, and of links to folders, sorted. Hidden ones do not count. */
async function foldersIn(
  folder: string,
  root: string,
): Promise<{ readonly folders: readonly string[]; readonly links: readonly string[] }> {
  try {
    const { stat } = await import("node:fs/promises");
    const entries = await entriesOf(folder);
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const links: string[] = [];
    for (const { name } of entries.filter((entry) => entry.isSymbolicLink())) {
      // A link that leads nowhere, or in a circle, is no folder.
      const target = await stat(`${folder}/${name}`).catch(() => null);
      if (target?.isDirectory()) links.push(name);
    }
    return { folders, links };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const known: Record<string, string> = {
      ENOTDIR: "is not a folder",
      ENOENT: "does not exist",
      EACCES: "may not be read",
    };
    const what = known[code ?? ""] ?? `cannot be read: ${message}`;
    throw new DataError(`the folder of images ${what}`, {
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
