// Which class and which part each file of a given folder belongs to.
import type { FileProblem, GivenFile } from "./types.ts";

export type Part = "train" | "test";

export interface Sorted {
  readonly file: File;
  readonly path: string;
  readonly className: string;
  /** Null where the folder does not say. */
  readonly part: Part | null;
}

const parts: Readonly<Record<string, Part>> = {
  train: "train",
  training: "train",
  test: "test",
  testing: "test",
  val: "test",
  valid: "test",
  validation: "test",
};

const words = {
  noClass: { en: "it lies in no folder of a class", zh: "不在任何类别文件夹中" },
  beside: { en: "it lies beside the folders train and test", zh: "在 train 和 test 文件夹之外" },
};

/** Files that systems put beside pictures. */
function isHidden(path: string): boolean {
  return path.split("/").some((name) => /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i.test(name));
}

/**
 * Sorts the files of a folder: one folder for each class, with or without `train/` and `test/` above them. What is deeper
 * belongs to its class; a single folder around all of it does not count.
 */
export function sortFiles(files: readonly GivenFile[]): {
  readonly sorted: readonly Sorted[];
  readonly problems: readonly FileProblem[];
} {
  const seen = files.filter(({ path }) => !isHidden(path));
  const lists = seen.map(({ path, file }) => ({
    path,
    file,
    names: path.split("/").filter(Boolean),
  }));
  const around = commonFolders(lists.map(({ names }) => names));
  const sorted: Sorted[] = [];
  const problems: FileProblem[] = [];
  const rests = lists.map((each) => ({ ...each, names: each.names.slice(around) }));
  const hasParts = hasTrainAndTest(rests.map(({ names }) => names));
  for (const { path, file, names } of rests) {
    const part = hasParts ? partOf(names) : null;
    const className = part === null ? names[0] : names[1];
    if (hasParts && part === null && names.length > 1) {
      problems.push({ path, message: words.beside });
    } else if (names.length < (part === null ? 2 : 3) || className === undefined) {
      problems.push({ path, message: words.noClass });
    } else sorted.push({ path, file, className, part });
  }
  return { sorted, problems };
}

/** Do all folders name a part? Or are there both parts with folders in them, whatever lies beside? */
function hasTrainAndTest(lists: readonly (readonly string[])[]): boolean {
  const inFolders = lists.filter((names) => names.length > 1);
  const found = inFolders.filter((names) => names.length > 2).map(partOf);
  return (
    inFolders.every((names) => partOf(names) !== null) ||
    (found.includes("train") && found.includes("test"))
  );
}

function partOf([first = ""]: readonly string[]): Part | null {
  return parts[first.toLowerCase()] ?? null;
}

/** How many folders lie around all files and around the folders of classes. */
function commonFolders(lists: readonly (readonly string[])[]): number {
  const [first = []] = lists;
  let depth = 0;
  while (
    lists.every((names) => names.length > depth + 1 && names[depth] === first[depth]) &&
    lists.some((names) => names.length > depth + 2) &&
    partOf(first.slice(depth)) === null
  ) {
    depth++;
  }
  return depth;
}
