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
  readonly trainSet: data.Dataset;
  readonly testSet: data.Dataset;
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

/** Images that are looked at, at most, and how many of them together. */
const looked = 1000;
const batchSize = 50;
/** Cards of right answers and of mistakes, at most. */
const mostCards = 30;

type SampleItem = Parameters<typeof pictures.samples>[0][number];

/** Longest side of a picture in the sheet. */
const mostPixels = 152;

/** One right answer of each class, then the mistakes the network was surest of, as many again. */
async function sampleItems(net: nn.Module, testSet: data.Dataset): Promise<SampleItem[]> {
  const { imageShape, normalize = null } = testSet;
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  net.eval();
  const items: SampleItem[] = [];
  for await (const { images, labels } of batches(testSet)) {
    const shown = await probabilities(net, images, labels.length, imageShape, normalize);
    const { classes, values } = shown;
    for (const [i, truth] of labels.entries()) {
      const row = values.subarray(i * classes, (i + 1) * classes);
      const predicted = row.indexOf(Math.max(...row));
      items.push({
        ...small(images.slice(i * size, (i + 1) * size), imageShape),
        truth,
        predicted,
        probability: row[predicted] as number,
      });
    }
  }
  const right = testSet.classes.flatMap((_, label) => {
    return items.find(({ truth, predicted }) => truth === label && predicted === label) ?? [];
  });
  const wrong = items
    .filter(({ truth, predicted }) => truth !== predicted)
    .sort((a, b) => b.probability - a.probability);
  return [
    ...right.slice(0, mostCards),
    ...wrong.slice(0, Math.min(testSet.classes.length, mostCards)),
  ];
}

/** Images spread over the data set, which may be sorted by class. */
async function* batches(set: data.Dataset): AsyncGenerator<data.ImageBatch> {
  const count = Math.min(looked, set.length);
  const order = Int32Array.from({ length: count }, (_, i) => Math.floor((i * set.length) / count));
  if (data.isStreamed(set)) {
    yield* set.batches(order, batchSize, { seed: 0, epoch: 0 });
    return;
  }
  for (let start = 0; start < count; start += batchSize) {
    const { images, labels } = data.subset(set, order.subarray(start, start + batchSize));
    yield { images, labels: Int32Array.from(labels) };
  }
}

/** A picture no larger than it is shown. */
function small(
  pixels: Uint8Array,
  [channels, height, width]: data.Dataset["imageShape"],
): Pick<SampleItem, "pixels" | "width" | "height"> {
  if (Math.max(height, width) <= mostPixels || (channels !== 1 && channels !== 3))
    return { pixels: pixels.subarray(0, (channels === 3 ? 3 : 1) * height * width), width, height };
  const { resize } = data.transforms.functional;
  const scale = mostPixels / Math.max(height, width);
  const size = [height, width].map((side) => Math.max(1, Math.round(side * scale)));
  const picture = resize({ channels, height, width, data: pixels }, size as [number, number]);
  return { pixels: picture.data, width: picture.width, height: picture.height };
}
