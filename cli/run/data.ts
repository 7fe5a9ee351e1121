// From the name of a data set, or a folder of pictures, to what is learnt from and what is tested with.
import { statSync } from "node:fs";
import { DataError, data } from "../../src/index.ts";
import { commandWords } from "../commandWords.ts";
import { UsageError } from "../options.ts";
import { datasetNames } from "./names.ts";
import type { RunSettings } from "./settings.ts";

type DataSource = (options?: data.DataOptions) => Promise<data.DataSplits>;
type Normalization = data.transforms.Normalization;

const datasets: Readonly<Record<string, DataSource>> = {
  "fashion-mnist": data.fashionMnist,
  "fashion-mnist-sample": (options) => data.fashionMnist({ ...options, sources: ["sample"] }),
  mnist: data.mnist,
  "cifar-10": data.cifar10,
  "cifar-100": (options) => data.cifar100(options),
};

/** What a run learns from and is tested with. */
export interface RunData {
  readonly train: data.Dataset;
  /** Watched while training; the test data unless there is a part of its own. */
  readonly validation: data.Dataset;
  readonly test: data.Dataset;
  /** Where it came from; "folder" for pictures of one's own. */
  readonly origin: string;
  /** Files that were left out. */
  readonly skipped: number;
  /** Stops the threads that read ahead. */
  close(): void;
}

type DataSettings = Pick<
  RunSettings,
  | "data"
  | "holdOut"
  | "channels"
  | "resizeMode"
  | "onBadImage"
  | "stream"
  | "limit"
  | "workers"
  | "augment"
  | "normalize"
>;

export interface LoadOptions {
  /** Height and width that pictures of a folder are brought to. */
  readonly size: readonly [height: number, width: number];
  /** Of the network that goes on, in place of the settings'. */
  readonly normalize?: Normalization | null | undefined;
  readonly onProgress: (message: string) => void;
  readonly sampleIfMissing?: boolean;
}

/** Is it the name of a data set, not a folder? */
export function isDatasetName(name: string): boolean {
  return datasetNames.includes(name);
}

/**
 * Throws unless there is such a data set or folder.
 * @throws UsageError that names the data sets
 */
export function checkDataName(name: string): void {
  if (isDatasetName(name)) return;
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new UsageError(
    `--data: "${name}" is not one of ${datasetNames.join(", ")}, and no folder`,
    name,
    datasetNames,
  );
}

/** A data set by name. */
export function loadData(name: string, options: data.DataOptions = {}): Promise<data.DataSplits> {
  const load = datasets[name];
  if (load === undefined) throw new Error(`no data set ${name}`);
  return load(options);
}

/** Pixels beyond this are read while training goes on. */
const mostInMemory = 2 ** 30;

/** The data of a run. */
export async function loadRunData(settings: DataSettings, options: LoadOptions): Promise<RunData> {
  if (!isDatasetName(settings.data)) return folderData(settings, options);
  const { onProgress, sampleIfMissing = false } = options;
  const splits = await loadData(settings.data, { onProgress, sampleIfMissing });
  const { limit } = settings;
  const train = limit === null ? splits.train : data.subset(splits.train, limit);
  return prepared({ train, validation: null, test: splits.test }, settings, options, {
    origin: splits.origin,
    skipped: 0,
  });
}

/** What a network is tested with. */
export interface TestData {
  readonly test: data.Dataset;
  readonly origin: string;
  /** Stops the threads that read ahead. */
  close(): void;
}

/**
 * The test part of a data set or folder, with the classes of the network that is tested.
 * @param trained of the network's training, with the data that it is to be tested with
 * @throws DataError for classes that the network does not know
 */
export async function loadTestData(
  trained: DataSettings,
  options: LoadOptions & {
    readonly classes: readonly string[];
    /** Of the images that the network takes. */
    readonly channels: 1 | 3;
    /** Was the network trained on this data? From a folder of its own without a test part, all pictures are taken. */
    readonly isOwn: boolean;
  },
): Promise<TestData> {
  const settings = { ...trained, stream: false };
  const { normalize = null, onProgress, sampleIfMissing = false, classes, isOwn } = options;
  if (isDatasetName(settings.data)) {
    const { test: own, origin } = await loadData(settings.data, { onProgress, sampleIfMissing });
    const test = data.toImageShape(own, [options.channels, ...options.size]);
    if (test !== own)
      onProgress(`${settings.data}: brought to the network's ${test.imageShape.join(" x ")}`);
    return { test: { ...withClasses(test, classes), normalize }, origin, close: () => {} };
  }
  const lists = isOwn ? await folderLists(settings, options) : await readFolder(settings, options);
  const list = withClasses(lists.test ?? lists.train, classes);
  const test = withNormalize(await readAll(list, settings, options), normalize);
  return { test, origin: "folder", close: () => close(test) };
}

/** The same images, labelled by the place that their classes have among these. */
function withClasses<T extends data.ImageDataset | data.FileList>(
  part: T,
  classes: readonly string[],
): T {
  const unknown = part.classes.filter((name) => !classes.includes(name));
  if (unknown.length > 0) {
    throw new DataError("the network does not know all classes of the data", {
      facts: [
        { name: "data", value: part.name },
        { name: "unknown", value: someNames(unknown) },
        { name: "network", value: someNames(classes) },
      ],
      hint: "test it with data of the classes it was trained on: --data",
    });
  }
  const places = part.classes.map((name) => classes.indexOf(name));
  const labels = Int32Array.from(part.labels, (label) => places[label] as number);
  const isBytes = part.labels instanceof Uint8Array;
  return { ...part, classes, labels: isBytes ? Uint8Array.from(labels) : labels };
}

function someNames(names: readonly string[]): string {
  const more = names.length - 8;
  return `${names.slice(0, 8).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

async function folderData(settings: DataSettings, options: LoadOptions): Promise<RunData> {
  const lists = await folderLists(settings, options);
  const { limit } = settings;
  const [train = lists.train] =
    limit === null || limit >= lists.train.length
      ? []
      : // The first files would all be of one class.
        data.split(lists.train, [limit], { stratified: true });
  const skipped = skippedOf(lists).length;
  const parts = {
    train: await readAll(train, settings, options),
    validation: lists.validation && (await readAll(lists.validation, settings, options)),
    test: await readAll(lists.test, settings, options),
  };
  return prepared(parts, settings, options, { origin: "folder", skipped });
}

async function readFolder(settings: DataSettings, options: LoadOptions): Promise<data.ImageFolder> {
  const { size } = options;
  const { channels, resizeMode, onBadImage } = settings;
  const onProgress = (message: string) => options.onProgress(commandWords(message));
  const read = (policy: RunSettings["onBadImage"], tell: (message: string) => void) =>
    data.imageFolder(settings.data, {
      ...{ size, resizeMode, onBadImage: policy, onProgress: tell },
      ...(channels === null ? {} : { channels }),
    });
  const folder = await read(onBadImage, onProgress);
  if (onBadImage === "error" && isStreamed(folder.train, settings)) {
    // Damage behind a file's header would otherwise be found in the middle of an epoch.
    onProgress(`${settings.data}: checking all pictures, which are read again while training`);
    const skipped = skippedOf(await read("skip", () => {}));
    const [first] = skipped;
    if (first !== undefined) {
      throw new DataError(
        `${skipped.length === 1 ? "a file" : `${skipped.length} files`} cannot be used`,
        {
          facts: [
            { name: "folder", value: settings.data },
            { name: "first", value: first.file, remark: first.reason },
          ],
          hint: skipHint,
        },
      );
    }
  }
  return folder;
}

/** Each file once: parts of one list have all that the list left out. */
function skippedOf({ train, test, validation }: data.ImageFolder): readonly data.BadImage[] {
  const all = [train, test, validation].flatMap((list) => list?.skipped ?? []);
  return [...new Map(all.map((bad) => [bad.file, bad])).values()];
}

const skipHint = "leave bad files out with --on-bad-image skip";

/** Says what to do about a file that turns out bad when all of it is read. */
async function withHint<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isOfFile =
      error instanceof DataError && error.facts.some(({ name }) => name === "folder");
    if (!isOfFile || error.hint !== undefined) throw error;
    throw new DataError(error.headline, { facts: error.facts, hint: skipHint, cause: error });
  }
}

/** The parts of a folder; without a test part, some of its pictures are held out. */
async function folderLists(
  settings: DataSettings,
  options: LoadOptions,
): Promise<{
  readonly train: data.FileList;
  readonly validation: data.FileList | null;
  readonly test: data.FileList;
}> {
  const { holdOut } = settings;
  const { train, test, validation } = await readFolder(settings, options);
  if (test !== null) return { train, validation, test };
  const [learnt, held] = data.split(train, [1 - holdOut, holdOut], { stratified: true }) as [
    data.FileList,
    data.FileList,
  ];
  options.onProgress(
    `${settings.data} has no test part: ${held.length} of its ${train.length} pictures are held out`,
  );
  return { train: learnt, validation: null, test: held };
}

/** Are the files read while training goes on? */
function isStreamed({ length, channels, size }: data.FileList, { stream }: DataSettings): boolean {
  const [height, width] = size ?? [0, 0];
  return stream || length * channels * height * width > mostInMemory;
}

/** In memory if they fit, else read while they are used. */
async function readAll(
  list: data.FileList,
  settings: DataSettings,
  { onProgress }: LoadOptions,
): Promise<data.ImageDataset | data.FileList> {
  return isStreamed(list, settings) ? list : withHint(() => data.loadFiles(list, { onProgress }));
}

type Part = data.ImageDataset | data.FileList;

/** Normalised, and the training part changed at random. */
async function prepared(
  parts: { readonly train: Part; readonly validation: Part | null; readonly test: Part },
  settings: DataSettings,
  options: LoadOptions,
  about: { readonly origin: string; readonly skipped: number },
): Promise<RunData> {
  const plain = withNormalize(parts.train, null);
  const normalize =
    options.normalize === undefined
      ? await normalizationOf(settings.normalize, plain)
      : options.normalize;
  const changes = augmentation(settings.augment, plain.imageShape);
  const workers = settings.workers === null ? {} : { workers: settings.workers };
  const changed = changes.length === 0 ? null : data.transformed(parts.train, changes, workers);
  const train = withNormalize(changed ?? parts.train, normalize, workers);
  const test = withNormalize(parts.test, normalize, workers);
  const validation =
    parts.validation === null ? test : withNormalize(parts.validation, normalize, workers);
  return {
    train,
    validation,
    test,
    ...about,
    close: () => {
      for (const part of new Set([plain, train, validation, test])) close(part);
    },
  };
}

function withNormalize(
  part: Part | data.StreamedDataset,
  normalize: Normalization | null,
  workers: data.TransformedOptions = {},
): data.Dataset {
  const dataset = "files" in part ? data.transformed(part, [], workers) : part;
  return { ...dataset, normalize };
}

function close(dataset: data.Dataset): void {
  if ("close" in dataset && typeof dataset.close === "function") dataset.close();
}

/** The changes that a preset stands for. */
function augmentation(
  preset: RunSettings["augment"],
  [, height, width]: readonly [number, number, number],
): data.transforms.Transform[] {
  const { randomCrop, randomHorizontalFlip, randAugment } = data.transforms;
  // Four pixels of 32, as is usual for CIFAR.
  const padding = Math.max(1, Math.round(Math.max(height, width) / 8));
  const crop = randomCrop([height, width], { padding });
  switch (preset) {
    case "none":
      return [];
    case "crop":
      return [crop];
    case "light":
      return [crop, randomHorizontalFlip()];
    case "randaugment":
      return [crop, randomHorizontalFlip(), randAugment()];
    default:
      return preset satisfies never;
  }
}

/** Torchvision's numbers for its networks. */
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

async function normalizationOf(
  preset: RunSettings["normalize"],
  dataset: data.Dataset,
): Promise<Normalization | null> {
  if (preset === "none") return null;
  if (preset === "data") return measured(dataset);
  if (dataset.imageShape[0] === 3) return imagenet;
  throw new UsageError("--normalize imagenet is for pictures in colour; data measures them");
}

/** Pictures that mean and deviation are measured on, at most. */
const measuredImages = 10_000;

/** Mean and deviation of each channel, of pixels from 0 to 1. */
async function measured(dataset: data.Dataset): Promise<Normalization> {
  const [channels, height, width] = dataset.imageShape;
  const plane = height * width;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let images = 0;
  const add = (pixels: Uint8Array): void => {
    for (let at = 0; at < pixels.length; at++) {
      const channel = Math.floor(at / plane) % channels;
      const value = (pixels[at] as number) / 255;
      sums[channel] = (sums[channel] as number) + value;
      squares[channel] = (squares[channel] as number) + value * value;
    }
    images += pixels.length / (plane * channels);
  };
  // Spread over the whole set, which may be sorted by class.
  const step = Math.max(1, dataset.length / measuredImages);
  const count = Math.min(dataset.length, measuredImages);
  const order = Int32Array.from({ length: count }, (_, i) => Math.floor(i * step));
  if (data.isStreamed(dataset)) {
    for await (const batch of dataset.batches(order, 64, { seed: 0, epoch: 0 })) add(batch.images);
  } else {
    const size = channels * plane;
    for (const i of order) add(dataset.images.subarray(i * size, (i + 1) * size));
  }
  const total = images * plane;
  const mean = Array.from(sums, (sum) => rounded(sum / total));
  const std = Array.from(squares, (square, c) => {
    const average = (sums[c] as number) / total;
    return rounded(Math.max(Math.sqrt(Math.max(square / total - average * average, 0)), 1e-3));
  });
  return { mean, std };
}

/** Four digits say enough, and read well in a checkpoint. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
