// Channels as pixels, and pixels as channels, as layers.
import { pixelShuffle, pixelUnshuffle } from "../ops/index.ts";
import { checkFactor } from "../ops/pixelShuffle.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Groups of r² channels become one channel of an image r times as large, as `torch.nn.PixelShuffle`.
 *
 *     y[n, c, i·r + u, j·r + v] = x[n, c·r² + u·r + v, i, j]
 *
 * Input NCHW `[batch, channels · r², height, width]`, output NCHW `[batch, channels, height · r, width · r]`.
 *
 * @throws OptionError if r is no whole number from 1
 * @example new PixelShuffle(2).forward(Tensor.zeros([1, 12, 5, 5])).shape // [1, 3, 10, 10]
 * @see Shi et al. 2016, "Real-time single image and video super-resolution using an efficient sub-pixel CNN"
 */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    this.upscaleFactor = checkFactor("PixelShuffle", "upscaleFactor", upscaleFactor);
  }

  override forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `factor ${this.upscaleFactor}`;
  }
}

/**
 * The inverse of {@link PixelShuffle}, as `torch.nn.PixelUnshuffle`.
 * Input NCHW `[batch, channels, height · r, width · r]`, output NCHW `[batch, channels · r², height, width]`.
 *
 * @throws OptionError if r is no whole number from 1
 * @example new PixelUnshuffle(2).forward(Tensor.zeros([1, 3, 10, 10])).shape // [1, 12, 5, 5]
 */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    this.downscaleFactor = checkFactor("PixelUnshuffle", "downscaleFactor", downscaleFactor);
  }

  override forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `factor ${this.downscaleFactor}`;
  }
}
