// Pictures of a data set as the engine's tensors.
import { type data, Tensor } from "../../../../src/index.ts";
import { StudioError } from "../studioError.ts";
import { inputOf } from "./current.ts";
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

/** One picture: channels, rows, columns; 0 to 1. */
export function pixelsAt({ images, imageShape }: data.ImageDataset, index: number): Float32Array {
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  return Float32Array.from(images.subarray(index * size, (index + 1) * size), (byte) => byte / 255);
}

/** The first pictures of the test part with their labels, normalised as the network takes them. */
export function testBatch(run: Session, count: number): { readonly x: Tensor; readonly y: Tensor } {
  const { test } = run.data;
  const length = Math.min(count, test.length);
  const size = test.imageShape[0] * test.imageShape[1] * test.imageShape[2];
  const pixels = Float32Array.from(test.images.subarray(0, length * size), (byte) => byte / 255);
  const y = Tensor.from(Int32Array.from(test.labels.subarray(0, length)));
  return { x: inputOf(run, pixels), y };
}
