// Pictures of one shape as pictures of another. The command line does it by the same function: a network is tested on the
// same bytes there as here.
import { data } from "../../../../src/index.ts";
import type { InputShape } from "../run/types.ts";

/** Between so many the worker answers others. */
const batchSize = 200;

export async function adapted(from: data.ImageDataset, to: InputShape): Promise<data.ImageDataset> {
  if (from.imageShape.join() === to.join()) return from;
  const [ownSize, size] = [sizeOf(from.imageShape), sizeOf(to)];
  const images = new Uint8Array(from.length * size);
  for (let first = 0; first < from.length; first += batchSize) {
    const length = Math.min(batchSize, from.length - first);
    const bytes = from.images.subarray(first * ownSize, (first + length) * ownSize);
    const labels = from.labels.slice(first, first + length);
    const part = data.toImageShape({ ...from, images: bytes, labels, length }, to);
    images.set(part.images, first * size);
    await new Promise((done) => setTimeout(done));
  }
  return { ...from, images, imageShape: to };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
