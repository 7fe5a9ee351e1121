// A data set whose images have the shape that a network takes.
import { OptionError } from "../tensor/errors.ts";
import type { ImageDataset } from "./dataset.ts";
import type { Picture } from "./picture.ts";
import { resize, rgbToGrayscale } from "./transforms/functional/index.ts";

/**
 * The data set with images of another shape: grey ones the same in red, green and blue, coloured ones as bright as they
 * were, and all resized to fill it ({@link resize}, bilinear). One that has the shape is returned as it is.
 * @param imageShape `[channels, height, width]`
 * @throws OptionError for other channels than 1 and 3, or a side below 1
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * toImageShape(train, [3, 32, 32]).imageShape // [3, 32, 32]
 */
export function toImageShape(
  dataset: ImageDataset,
  imageShape: readonly [number, number, number],
): ImageDataset {
  const [channels, height, width] = imageShape;
  const [fromChannels, fromHeight, fromWidth] = dataset.imageShape;
  if (channels === fromChannels && height === fromHeight && width === fromWidth) return dataset;
  checkShape(imageShape);
  checkShape(dataset.imageShape);
  const fromSize = fromChannels * fromHeight * fromWidth;
  const size = channels * height * width;
  const images = new Uint8Array(dataset.length * size);
  for (let i = 0; i < dataset.length; i++) {
    const pixels = dataset.images.subarray(i * fromSize, (i + 1) * fromSize);
    const picture: Picture = {
      channels: fromChannels as 1 | 3,
      ...{ height: fromHeight, width: fromWidth, data: pixels },
    };
    const coloured =
      channels === fromChannels ? picture : rgbToGrayscale(picture, channels as 1 | 3);
    const isSameSize = height === fromHeight && width === fromWidth;
    images.set((isSameSize ? coloured : resize(coloured, [height, width])).data, i * size);
  }
  return { ...dataset, images, imageShape };
}

function checkShape(shape: readonly [number, number, number]): void {
  const isShape = shape.every((side) => Number.isSafeInteger(side) && side >= 1);
  if (isShape && (shape[0] === 1 || shape[0] === 3)) return;
  throw new OptionError(`toImageShape: pictures cannot have the shape [${shape.join(", ")}]`, {
    hint: "give [channels, height, width]; channels are 1 or 3",
  });
}
