// What a finished run leaves behind besides its checkpoints: pictures and a report.
import { data, interop, type nn, pictures, type train } from "../../src/index.ts";
import type { RunFolder } from "./folder.ts";
import type { RunEvent } from "./log.ts";
import { probabilities } from "./network.ts";
import { reportText } from "./report.ts";

export interface Results {
  readonly run: RunEvent;
  readonly epochs: readonly train.EpochRecord[];
  readonly evaluation: train.Evaluation;
  readonly parameters: number;
  readonly trainSet: data.ImageDataset;
  readonly testSet: data.ImageDataset;
  /** Time spent training, all sittings together. */
  readonly seconds: number;
}

/** Writes curves.svg, confusion.svg, samples.svg and report.md, each whole or not at all. */
export async function writeResults(
  folder: RunFolder,
  net: nn.Module,
  results: Results,
): Promise<void> {
  const { epochs, evaluation, testSet } = results;
  const { classes } = testSet;
  await interop.atomicWrite(folder.file("curves"), pictures.curves(epochs));
  await interop.atomicWrite(
    folder.file("confusion"),
    pictures.confusion(evaluation.confusion, classes),
  );
  const items = await sampleItems(net, testSet);
  await interop.atomicWrite(folder.file("samples"), pictures.samples(items, classes));
  await interop.atomicWrite(folder.file("report"), reportText(results));
}

const looked = 1000;

type SampleItem = Parameters<typeof pictures.samples>[0][number];

/** One right answer of each class, then the mistakes the network was surest of, as many again. */
async function sampleItems(net: nn.Module, testSet: data.ImageDataset): Promise<SampleItem[]> {
  const part = data.subset(testSet, looked);
  const [channels, height, width] = part.imageShape;
  const size = channels * height * width;
  net.eval();
  const { classes, values } = await probabilities(net, part.images, part.length, part.imageShape);
  const items = Array.from({ length: part.length }, (_, i): SampleItem => {
    const row = values.subarray(i * classes, (i + 1) * classes);
    const predicted = row.indexOf(Math.max(...row));
    return {
      // The picture shows the first channel; the data sets so far are grey.
      pixels: part.images.subarray(i * size, i * size + height * width),
      width,
      height,
      truth: part.labels[i] as number,
      predicted,
      probability: row[predicted] as number,
    };
  });
  const right = part.classes.flatMap((_, label) => {
    return items.find(({ truth, predicted }) => truth === label && predicted === label) ?? [];
  });
  const wrong = items
    .filter(({ truth, predicted }) => truth !== predicted)
    .sort((a, b) => b.probability - a.probability);
  return [...right, ...wrong.slice(0, part.classes.length)];
}
