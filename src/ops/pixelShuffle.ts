// pixelShuffle and pixelUnshuffle: channels become pixels, and pixels channels.
import { OptionError } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { permute } from "./permute.ts";
import { reshape } from "./reshape.ts";
import { batched, imageSizes } from "./sizes.ts";

/**
 * Groups of r² channels become one channel of an image r times as large, as `torch.nn.functional.pixel_shuffle`.
 *
 *     y[n, c, i·r + u, j·r + v] = x[n, c·r² + u·r + v, i, j]
 *
 * @param x             image batch, NCHW `[batch, channels · r², height, width]`, or one image without the batch axis
 * @param upscaleFactor r
 * @returns NCHW `[batch, channels, height · r, width · r]`
 * @throws ShapeError if r² does not divide the channels; OptionError if r is no whole number from 1
 * @example pixelShuffle(Tensor.zeros([1, 9, 4, 4]), 3).shape // [1, 1, 12, 12]
 * @see Shi et al. 2016, "Real-time single image and video super-resolution using an efficient sub-pixel CNN"
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  const r = checkFactor("pixelShuffle", "upscaleFactor", upscaleFactor);
  return batched(x, (images) => {
    const [batch, channels, height, width] = imageSizes("pixelShuffle", "x", images);
    if (channels % (r * r) !== 0) {
      throw shapeError("pixelShuffle", `${channels} channels do not divide into groups of ${r}²`, {
        x: { shape: images.shape, layout: "NCHW" },
      });
    }
    const outChannels = channels / (r * r);
    const split = reshape(images, [batch, outChannels, r, r, height, width]);
    return reshape(permute(split, [0, 1, 4, 2, 5, 3]), [batch, outChannels, height * r, width * r]);
  });
}

/**
 * The inverse of {@link pixelShuffle}, as `torch.nn.functional.pixel_unshuffle`: squares of r × r pixels become r²
 * channels.
 *
 * @param x               image batch, NCHW `[batch, channels, height · r, width · r]`, or one image
 * @param downscaleFactor r
 * @returns NCHW `[batch, channels · r², height, width]`
 * @throws ShapeError if r does not divide height and width; OptionError if r is no whole number from 1
 * @example pixelUnshuffle(Tensor.zeros([1, 1, 12, 12]), 3).shape // [1, 9, 4, 4]
 */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  const r = checkFactor("pixelUnshuffle", "downscaleFactor", downscaleFactor);
  return batched(x, (images) => {
    const [batch, channels, height, width] = imageSizes("pixelUnshuffle", "x", images);
    if (height % r !== 0 || width % r !== 0) {
      throw shapeError("pixelUnshuffle", `${height}×${width} pixels do not divide by ${r}`, {
        x: { shape: images.shape, layout: "NCHW" },
      });
    }
    const split = reshape(images, [batch, channels, height / r, r, width / r, r]);
    return reshape(permute(split, [0, 1, 3, 5, 2, 4]), [
      batch,
      channels * r * r,
      height / r,
      width / r,
    ]);
  });
}

/** A whole number from 1. */
export function checkFactor(where: string, name: string, factor: number): number {
  if (Number.isInteger(factor) && factor >= 1) return factor;
  throw new OptionError(`${where}: ${name} is ${factor}`, { hint: "give a whole number from 1" });
}
