// What the page and the engine say to each other about data sets: plain data.
import type { Text } from "../../text.ts";

/** Stands in the settings of a checkpoint whose classes no data set here has. */
export const noPictures = "none";

export interface DatasetInfo {
  /** `sample`, `fashion-mnist`, `mnist`, or `own-…` for pictures that the person gave. */
  readonly id: string;
  readonly title: string;
  readonly classes: readonly string[];
  /** Channels, rows, columns of its pictures. */
  readonly imageShape: readonly [number, number, number];
  /** Numbers of pictures. */
  readonly train: number;
  readonly test: number;
}

/** A file of a folder that was given, with its place in it. */
export interface GivenFile {
  readonly path: string;
  readonly file: File;
}

/** A file that was left out, and why. */
export interface FileProblem {
  readonly path: string;
  readonly message: Text;
}

export interface AddedDataset {
  readonly dataset: DatasetInfo;
  readonly problems: readonly FileProblem[];
}
