// What the page and the engine say to each other about data sets: plain data.

export interface DatasetInfo {
  /** `sample`, `fashion-mnist`, `mnist`, or `own-…` for pictures that the person gave. */
  readonly id: string;
  readonly title: string;
  readonly classes: readonly string[];
  /** Channels, rows, columns of its pictures. */
  readonly imageShape: readonly [number, number, number];
  readonly train: number;
  readonly test: number;
}
