// Pooling of whole images as layers.
import { adaptiveAvgPool2d, adaptiveMaxPool2d } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Mean of each channel: another name for `AdaptiveAvgPool2d(1)`, by which papers and other libraries know it.
 * Input NCHW `[batch, channels, height, width]`, output NCHW `[batch, channels, 1, 1]`.
 *
 * @example new GlobalAvgPool2d().forward(Tensor.zeros([8, 512, 7, 7])).shape // [8, 512, 1, 1]
 * @see Lin, Chen & Yan 2014, "Network in network"
 */
export class GlobalAvgPool2d extends Module {
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, 1);
  }
}

/**
 * Largest pixel of each channel: another name for `AdaptiveMaxPool2d(1)`.
 * Input NCHW `[batch, channels, height, width]`, output NCHW `[batch, channels, 1, 1]`.
 *
 * @example new GlobalMaxPool2d().forward(Tensor.zeros([8, 512, 7, 7])).shape // [8, 512, 1, 1]
 */
export class GlobalMaxPool2d extends Module {
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, 1);
  }
}
