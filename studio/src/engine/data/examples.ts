// The first pictures of each class side by side, as the data set holds them.
import { splitsOf } from "./load.ts";

export interface ExampleRequest {
  readonly id: string;
  readonly perClass: number;
  /** How many classes at most. */
  readonly classes: number;
}

/** One class: a row of its pictures as one picture. */
export interface ExampleRow {
  readonly label: number;
  /** Channels, rows, columns; 0 to 1. */
  readonly pixels: Float32Array;
  readonly shape: readonly [number, number, number];
  /** How many pictures it has to learn from. */
  readonly count: number;
}

/** @throws DataError if there is no such data set any more */
export async function datasetExamples({ id, perClass, classes }: ExampleRequest): Promise<{
  readonly rows: readonly ExampleRow[];
  readonly classes: readonly string[];
}> {
  const { train } = await splitsOf(id);
  const [channels, height, width] = train.imageShape as [number, number, number];
  const indices: number[][] = train.classes.map(() => []);
  for (let i = 0; i < train.length; i++) indices[train.labels[i] as number]?.push(i);
  const rows = indices.slice(0, classes).map((all, label) => {
    const shown = all.slice(0, perClass);
    const rowWidth = perClass * width;
    const pixels = new Float32Array(channels * height * rowWidth);
    for (const [place, index] of shown.entries()) {
      // A line is one row of one channel.
      for (let line = 0; line < channels * height; line++) {
        const from = (index * channels * height + line) * width;
        const bytes = train.images.subarray(from, from + width);
        const to = line * rowWidth + place * width;
        for (let x = 0; x < width; x++) pixels[to + x] = (bytes[x] ?? 0) / 255;
      }
    }
    const shape = [channels, height, rowWidth] as const;
    return { label, pixels, shape, count: all.length };
  });
  return { rows, classes: train.classes };
}
