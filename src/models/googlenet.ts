// GoogLeNet: blocks of parallel paths with windows of different size.
import {
  AdaptiveAvgPool2d,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import { concat } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { xavierStart } from "./features.ts";
import { checkModelOptions, type ImageModelOptions, scaled } from "./options.ts";

/** Channels of the four paths; where a path has two convolutions, of both. */
export type InceptionChannels = readonly [
  number,
  readonly [number, number],
  readonly [number, number],
  number,
];

/**
 * An Inception block: four paths from the same input, joined on the channels.
 *
 *     1 × 1      1 × 1 → 3 × 3      1 × 1 → 5 × 5      3 × 3 max pooling → 1 × 1
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, c1 + c2[1] + c3[1] + c4, height, width]`. Each
 * convolution is followed by ReLU.
 *
 * @example new Inception(192, [64, [96, 128], [16, 32], 32]).forward(Tensor.zeros([1, 192, 6, 6])).shape // [1, 256, 6, 6]
 * @see Szegedy et al. 2014, "Going deeper with convolutions"
 */
export class Inception extends Module {
  readonly path1: Sequential;
  readonly path2: Sequential;
  readonly path3: Sequential;
  readonly path4: Sequential;

  constructor(inChannels: number, [c1, c2, c3, c4]: InceptionChannels) {
    super();
    const conv = (from: number, to: number, size: number): [Module, Module] => [
      new Conv2d(from, to, size, { padding: (size - 1) / 2 }),
      new ReLU(),
    ];
    this.path1 = new Sequential(...conv(inChannels, c1, 1));
    this.path2 = new Sequential(...conv(inChannels, c2[0], 1), ...conv(c2[0], c2[1], 3));
    this.path3 = new Sequential(...conv(inChannels, c3[0], 1), ...conv(c3[0], c3[1], 5));
    this.path4 = new Sequential(
      new MaxPool2d(3, { stride: 1, padding: 1 }),
      ...conv(inChannels, c4, 1),
    );
  }

  override forward(x: Tensor): Tensor {
    const paths = [this.path1, this.path2, this.path3, this.path4];
    return concat(
      paths.map((path) => path.forward(x)),
      1,
    );
  }
}

export interface GooglenetOptions extends ImageModelOptions {
  /** Factor on all channels (default 1). */
  readonly width?: number;
}

/** The nine blocks, by stage. */
const stages: readonly (readonly InceptionChannels[])[] = [
  [
    [64, [96, 128], [16, 32], 32],
    [128, [128, 192], [32, 96], 64],
  ],
  [
    [192, [96, 208], [16, 48], 64],
    [160, [112, 224], [24, 64], 64],
    [128, [128, 256], [24, 64], 64],
    [112, [144, 288], [32, 64], 64],
    [256, [160, 320], [32, 128], 128],
  ],
  [
    [256, [160, 320], [32, 128], 128],
    [384, [192, 384], [48, 128], 128],
  ],
];

/**
 * GoogLeNet without its side classifiers: nine Inception blocks in three stages after two stages of plain
 * convolutions. 5,977,530 parameters for one channel and 10 classes; Xavier uniform weights.
 *
 * Input NCHW `[batch, inChannels, height, width]`, in the textbook 96 × 96; output `[batch, numClasses]` (logits).
 *
 * @param options inChannels (1), numClasses (10), width
 * @throws OptionError for unknown options or impossible numbers
 * @example googlenet({ width: 0.1 }).forward(Tensor.zeros([1, 1, 96, 96])).shape // [1, 10]
 * @see Szegedy et al. 2014, "Going deeper with convolutions"
 */
export function googlenet(options: GooglenetOptions = {}): Sequential {
  checkModelOptions("googlenet", options, ["inChannels", "numClasses", "width"]);
  const { inChannels = 1, numClasses = 10, width = 1 } = options;
  const c = (channels: number): number => scaled(channels, width);
  const halve = (): Module => new MaxPool2d(3, { stride: 2, padding: 1 });
  let reached = c(192);
  const blocks = stages.map((stage) =>
    stage.map(([c1, c2, c3, c4]) => {
      const channels: InceptionChannels = [
        c(c1),
        [c(c2[0]), c(c2[1])],
        [c(c3[0]), c(c3[1])],
        c(c4),
      ];
      const block = new Inception(reached, channels);
      reached = channels[0] + channels[1][1] + channels[2][1] + channels[3];
      return block;
    }),
  ) as [Inception[], Inception[], Inception[]];
  // biome-ignore format: one stage a line
  return xavierStart(new Sequential(
    new Sequential(new Conv2d(inChannels, c(64), 7, { stride: 2, padding: 3 }), new ReLU(), halve()),
    new Sequential(new Conv2d(c(64), c(64), 1), new ReLU(), new Conv2d(c(64), c(192), 3, { padding: 1 }), new ReLU(), halve()),
    new Sequential(...blocks[0], halve()),
    new Sequential(...blocks[1], halve()),
    new Sequential(...blocks[2], new AdaptiveAvgPool2d(1), new Flatten()),
    new Linear(reached, numClasses),
  ));
}
