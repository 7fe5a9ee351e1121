// Pictures of a data set as the engine's tensors.
import { type data, Tensor, Variable } from "../../../../src/index.ts";
import { StudioError } from "../studioError.ts";
import { normalizedFor } from "./current.ts";
import type { Session } from "./session.ts";

/** @throws StudioError if the pictures of this network are not here */
export function requirePicturesOf(run: Session): void {
  if (run.data.train.length > 0) return;
  throw new StudioError(
    {
      en: "the pictures that this network was trained on are not here",
      zh: "这里没有此网络的训练图像",
    },
    {
      hint: {
        en: "look at it on the page Probe, or choose pictures and train a new one",
        zh: "请在“探查”页查看它，或选择图像重新训练",
      },
    },
  );
}

const sizeOf = ({ imageShape: [channels, height, width] }: data.ImageDataset): number =>
  channels * height * width;

/** One picture: channels, rows, columns; 0 to 1. */
export function pixelsAt(pictures: data.ImageDataset, index: number): Float32Array {
  const pixels = new Float32Array(sizeOf(pictures));
  writePixels(pixels, pictures, [index]);
  return pixels;
}

function writePixels(
  pixels: Float32Array,
  pictures: data.ImageDataset,
  indices: readonly number[],
): void {
  const { images } = pictures;
  const size = sizeOf(pictures);
  let at = 0;
  for (const index of indices) {
    const end = (index + 1) * size;
    for (let i = index * size; i < end; i++) pixels[at++] = (images[i] as number) / 255;
  }
}

/**
 * Places for pictures, by their number: what is looked at again and again while a network is trained is written to the same
 * place. New tensors each time would pile up, since a browser sees only their small handles.
 */
const places = new WeakMap<Session, Map<number, { x: Variable; pixels: Float32Array }>>();

/** Pictures of the test part as the network takes them. What is asked of those before must be under way. */
export function testPictures(run: Session, indices: readonly number[]): Tensor {
  const { length } = indices;
  const { test } = run.data;
  const own = places.get(run) ?? new Map<number, { x: Variable; pixels: Float32Array }>();
  places.set(run, own);
  let place = own.get(length);
  if (place === undefined) {
    const x = new Variable(Tensor.zeros([length, ...test.imageShape]));
    place = { x, pixels: new Float32Array(length * sizeOf(test)) };
    own.set(length, place);
  }
  const { x, pixels } = place;
  writePixels(pixels, test, indices);
  x.write(pixels);
  return normalizedFor(run, x);
}

/** The first pictures of the test part with their labels, normalised as the network takes them. */
export function testBatch(run: Session, count: number): { readonly x: Tensor; readonly y: Tensor } {
  const { test } = run.data;
  const length = Math.min(count, test.length);
  const x = testPictures(
    run,
    Array.from({ length }, (_, i) => i),
  );
  return { x, y: Tensor.from(Int32Array.from(test.labels.subarray(0, length))) };
}
