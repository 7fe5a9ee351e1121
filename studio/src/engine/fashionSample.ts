// The sample of Fashion-MNIST that ships with Fovea, fetched when it is first needed.
import testImages from "../../../data/fashion-mnist-sample/t10k-images-idx3-ubyte.gz?url";
import testLabels from "../../../data/fashion-mnist-sample/t10k-labels-idx1-ubyte.gz?url";
import trainImages from "../../../data/fashion-mnist-sample/train-images-idx3-ubyte.gz?url";
import trainLabels from "../../../data/fashion-mnist-sample/train-labels-idx1-ubyte.gz?url";
import { data } from "../../../src/index.ts";
import { unfetched } from "./fetched.ts";

/** Names of the classes, by label. */
export const fashionClasses = [
  "t-shirt",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
] as const;

const sampleName = { en: "the sample", zh: "样本" };

export interface FashionSample {
  readonly train: data.ImageDataset;
  readonly test: data.ImageDataset;
}

let kept: Promise<FashionSample> | null = null;

/**
 * The sample, read once.
 * @throws StudioError if its files cannot be fetched: the next call tries again
 */
export function fashionSample(): Promise<FashionSample> {
  kept ??= read().catch((error: unknown) => {
    kept = null;
    throw error;
  });
  return kept;
}

async function read(): Promise<FashionSample> {
  const [train, test] = await Promise.all([
    part("train", trainImages, trainLabels),
    part("test", testImages, testLabels),
  ]);
  return { train, test };
}

async function part(name: string, images: string, labels: string): Promise<data.ImageDataset> {
  const [pixels, classes] = await Promise.all([
    bytesAt(images).then((bytes) => data.parseIdx(bytes, { expect: "images", name: images })),
    bytesAt(labels).then((bytes) => data.parseIdx(bytes, { expect: "labels", name: labels })),
  ]);
  const [, height, width] = pixels.shape as [number, number, number];
  return data.fromArrays(pixels.data, classes.data, {
    imageShape: [1, height, width],
    classes: fashionClasses,
    name: `Fashion-MNIST sample, ${name}`,
  });
}

async function bytesAt(url: string): Promise<Uint8Array> {
  const response = await fetch(url).catch((error: Error) => {
    throw unfetched(sampleName, error.message);
  });
  if (!response.ok) throw unfetched(sampleName, String(response.status));
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Some servers name the compression of .gz files, and the browser has undone it already.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}
