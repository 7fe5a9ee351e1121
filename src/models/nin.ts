// Network in network: small dense networks at every pixel, and no dense layers at the top.
import {
  AdaptiveAvgPool2d,
  Conv2d,
  type Conv2dOptions,
  Dropout,
  Flatten,
  MaxPool2d,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import { xavierStart } from "./features.ts";
import { checkModelOptions, type ImageModelOptions, scaled } from "./options.ts";

export interface NinOptions extends ImageModelOptions {
  /** Probability that an element before the last block is dropped (default 0.5). */
  readonly dropout?: number;
  /** Factor on all channels (default 1). */
  readonly width?: number;
}

/**
 * A block of NiN: a convolution and two 1 × 1 convolutions, each with ReLU: two dense layers at every pixel.
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, outChannels, outHeight, outWidth]` as the first
 * convolution's.
 *
 * @param options of the first convolution: stride, padding, …
 * @example ninBlock(1, 96, 11, { stride: 4 }).forward(Tensor.zeros([1, 1, 224, 224])).shape // [1, 96, 54, 54]
 */
export function ninBlock(
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  options: Conv2dOptions = {},
): Sequential {
  // biome-ignore format: one layer a line
  return new Sequential(
    new Conv2d(inChannels, outChannels, kernelSize, options), new ReLU(),
    new Conv2d(outChannels, outChannels, 1), new ReLU(),
    new Conv2d(outChannels, outChannels, 1), new ReLU(),
  );
}

/**
 * Network in network: four blocks, then the mean of each class's map. 1,992,166 parameters for one channel and
 * 10 classes; Xavier uniform weights.
 *
 * Input NCHW `[batch, inChannels, height, width]`, made for 224 × 224; output `[batch, numClasses]` (logits).
 *
 * @param options inChannels (1), numClasses (10), dropout, width
 * @throws OptionError for unknown options or impossible numbers
 * @example nin({ width: 0.1 }).forward(Tensor.zeros([1, 1, 224, 224])).shape // [1, 10]
 * @see Lin, Chen & Yan 2013, "Network in network"
 */
export function nin(options: NinOptions = {}): Sequential {
  checkModelOptions("nin", options, ["inChannels", "numClasses", "dropout", "width"]);
  const { inChannels = 1, numClasses = 10, dropout = 0.5, width = 1 } = options;
  const [c96, c256, c384] = [96, 256, 384].map((n) => scaled(n, width)) as [number, number, number];
  return xavierStart(
    new Sequential(
      ninBlock(inChannels, c96, 11, { stride: 4 }),
      new MaxPool2d(3, { stride: 2 }),
      ninBlock(c96, c256, 5, { padding: 2 }),
      new MaxPool2d(3, { stride: 2 }),
      ninBlock(c256, c384, 3, { padding: 1 }),
      new MaxPool2d(3, { stride: 2 }),
      new Dropout(dropout),
      ninBlock(c384, numClasses, 3, { padding: 1 }),
      new AdaptiveAvgPool2d(1),
      new Flatten(),
    ),
  );
}
