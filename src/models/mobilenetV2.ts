// MobileNetV2: depthwise convolutions between narrow layers, for small machines.
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  init,
  Linear,
  Module,
  ReLU6,
  Sequential,
} from "../nn/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { heStart } from "./features.ts";
import { checkModelOptions, type ImageModelOptions } from "./options.ts";

/** Convolution, batch normalisation, ReLU6. */
function convNorm(
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  { stride = 1, groups = 1 } = {},
): Sequential {
  const padding = (kernelSize - 1) / 2;
  return new Sequential(
    new Conv2d(inChannels, outChannels, kernelSize, { stride, padding, groups, bias: false }),
    new BatchNorm2d(outChannels),
    new ReLU6(),
  );
}

/**
 * An inverted residual block: a 1 × 1 convolution to `expandRatio` times the channels, a depthwise 3 × 3 convolution, a
 * 1 × 1 convolution back without activation; the input is added where shapes agree.
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, outChannels, ⌈height / stride⌉, ⌈width / stride⌉]`.
 *
 * @example new InvertedResidual(16, 24, { stride: 2, expandRatio: 6 }).forward(Tensor.zeros([2, 16, 8, 8])).shape // [2, 24, 4, 4]
 * @see Sandler et al. 2018, "MobileNetV2: inverted residuals and linear bottlenecks"
 */
export class InvertedResidual extends Module {
  readonly conv: Sequential;
  readonly #adds: boolean;

  constructor(
    inChannels: number,
    outChannels: number,
    {
      stride = 1,
      expandRatio = 6,
    }: { readonly stride?: number; readonly expandRatio?: number } = {},
  ) {
    super();
    const inner = inChannels * expandRatio;
    this.conv = new Sequential(
      ...(expandRatio === 1 ? [] : [convNorm(inChannels, inner, 1)]),
      convNorm(inner, inner, 3, { stride, groups: inner }),
      new Conv2d(inner, outChannels, 1, { bias: false }),
      new BatchNorm2d(outChannels),
    );
    this.#adds = stride === 1 && inChannels === outChannels;
  }

  override forward(x: Tensor): Tensor {
    const y = this.conv.forward(x);
    return this.#adds ? x.add(y) : y;
  }
}

export interface MobilenetV2Options extends ImageModelOptions {
  /** Factor on the channels, rounded to multiples of 8 as in torchvision (default 1). */
  readonly width?: number;
  /** Probability that a number before the classifier is dropped (default 0.2). */
  readonly dropout?: number;
}

/** Expansion, channels, blocks and stride of the first block, for each stage. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** The nearest multiple of 8, but never below nine tenths of the number. */
function roundedChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/**
 * MobileNetV2 with torchvision's layers and parameter names: 17 inverted residual blocks. 3,504,872 parameters for three
 * channels and 1,000 classes; He's weights.
 *
 * Input NCHW `[batch, inChannels, height, width]`, made for 224 × 224; output `[batch, numClasses]` (logits).
 *
 * @param options inChannels (1), numClasses (10), width (1), dropout (0.2)
 * @throws OptionError for unknown options or impossible numbers
 * @example mobilenetV2({ width: 0.25 }).forward(Tensor.zeros([1, 1, 64, 64])).shape // [1, 10]
 * @see Sandler et al. 2018, "MobileNetV2: inverted residuals and linear bottlenecks"
 */
export function mobilenetV2(options: MobilenetV2Options = {}): Sequential {
  checkModelOptions("mobilenetV2", options, ["inChannels", "numClasses", "width", "dropout"]);
  const { inChannels = 1, numClasses = 10, width = 1, dropout = 0.2 } = options;
  let reached = roundedChannels(32 * width);
  const blocks: Module[] = [convNorm(inChannels, reached, 3, { stride: 2 })];
  for (const [expandRatio, base, count, firstStride] of stages) {
    const channels = roundedChannels(base * width);
    for (let i = 0; i < count; i++) {
      const stride = i === 0 ? firstStride : 1;
      blocks.push(new InvertedResidual(reached, channels, { stride, expandRatio }));
      reached = channels;
    }
  }
  const last = roundedChannels(1280 * Math.max(1, width));
  blocks.push(convNorm(reached, last, 1));
  const classifier = new Linear(last, numClasses);
  const net = heStart(
    new Sequential({
      features: new Sequential(...blocks),
      avgpool: new AdaptiveAvgPool2d(1),
      flatten: new Flatten(),
      classifier: new Sequential(new Dropout(dropout), classifier),
    }),
  );
  init.normal_(classifier.weight, 0, 0.01);
  if (classifier.bias !== null) init.zeros_(classifier.bias);
  return net;
}
