// Makes data/fashion-mnist-sample: the first images of every class, in the data set's own order, so
// that the same data gives the same files. Prints the sizes and checksums for fashionMnist.ts.
// Run: node scripts/makeSample.ts
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { fashionMnist } from "../src/data/fashionMnist.ts";
import type { DataSplits } from "../src/data/obtain.ts";
import { atomicWrite } from "../src/interop/files.ts";

const perClass = { train: 150, test: 30 };
const folder = fileURLToPath(new URL("../data/fashion-mnist-sample/", import.meta.url));

/** The first `count` images of each class, as the two IDX files. */
function excerpt(
  dataset: DataSplits["train"],
  count: number,
): { images: Uint8Array; labels: Uint8Array } {
  const [, height, width] = dataset.imageShape;
  const pixels = height * width;
  const taken = new Array<number>(dataset.classes.length).fill(0);
  const chosen: number[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const label = dataset.labels[i] as number;
    const before = taken[label] as number;
    if (before >= count) continue;
    taken[label] = before + 1;
    chosen.push(i);
  }
  const images = new Uint8Array(16 + chosen.length * pixels);
  const labels = new Uint8Array(8 + chosen.length);
  images.set(idxHeader([chosen.length, height, width]));
  labels.set(idxHeader([chosen.length]));
  for (const [row, i] of chosen.entries()) {
    images.set(dataset.images.subarray(i * pixels, (i + 1) * pixels), 16 + row * pixels);
    labels[8 + row] = dataset.labels[i] as number;
  }
  return { images, labels };
}

function idxHeader(sizes: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, 0x0800 + sizes.length);
  for (const [axis, size] of sizes.entries()) header.setUint32(4 + 4 * axis, size);
  return new Uint8Array(header.buffer);
}

const { train, test } = await fashionMnist();
const trainExcerpt = excerpt(train, perClass.train);
const testExcerpt = excerpt(test, perClass.test);
const files = {
  "train-images-idx3-ubyte": trainExcerpt.images,
  "train-labels-idx1-ubyte": trainExcerpt.labels,
  "t10k-images-idx3-ubyte": testExcerpt.images,
  "t10k-labels-idx1-ubyte": testExcerpt.labels,
};
await mkdir(folder, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  const packed = gzipSync(content, { level: 9 });
  await atomicWrite(`${folder}${name}.gz`, packed);
  const sha256 = createHash("sha256").update(content).digest("hex");
  console.log(`${name}.gz ${packed.length}: content ${content.length} bytes, ${sha256}`);
}
