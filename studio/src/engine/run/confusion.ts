// Which classes a network takes for which, and the mistakes it is surest of.
import { noGrad, softmax } from "../../../../src/index.ts";
import { handOver } from "../handOver.ts";
import { callsOf } from "./calls.ts";
import { pixelsAt, testPictures } from "./pictures.ts";
import type { Session } from "./session.ts";
import type { RunConfusion, WorstMistake } from "./types.ts";

const shownMistakes = 12;
/** Of larger test parts, this many pictures are looked at, spread over all of it. */
const mostPictures = 2000;
/** Numbers in the pictures of a batch, about: of large pictures it holds fewer. */
const valuesOfBatch = 1_000_000;

export async function confusion(run: Session): Promise<RunConfusion> {
  const { test, classes } = run.data;
  const step = Math.max(1, Math.ceil(test.length / mostPictures));
  const chosen = Array.from({ length: Math.ceil(test.length / step) }, (_, i) => i * step);
  const matrix = classes.map(() => classes.map(() => 0));
  const wrong: Omit<WorstMistake, "pixels">[] = [];
  const size = test.imageShape[0] * test.imageShape[1] * test.imageShape[2];
  const batchSize = Math.max(4, Math.min(100, Math.floor(valuesOfBatch / size)));
  for (let from = 0; from < chosen.length; from += batchSize) {
    const indices = chosen.slice(from, from + batchSize);
    const probabilities = await noGrad(() =>
      softmax(callsOf(run.net, testPictures(run, indices)).output, 1),
    ).data();
    for (const [i, index] of indices.entries()) {
      const own = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      const predicted = own.indexOf(Math.max(...own));
      const label = test.labels[index] as number;
      const row = matrix[label] as number[];
      row[predicted] = (row[predicted] ?? 0) + 1;
      if (predicted !== label) {
        wrong.push({ index, label, predicted, probability: own[predicted] ?? Number.NaN });
      }
    }
  }
  const worst = wrong
    .sort((a, b) => b.probability - a.probability)
    .slice(0, shownMistakes)
    .map((mistake) => ({ ...mistake, pixels: pixelsAt(test, mistake.index) }));
  return handOver({ matrix, worst });
}
