// DenseNet: each layer sees the outputs of all layers before it in its block.
import { checkInteger } from "../nn/checks.ts";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  init,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import { concat } from "../ops/index.ts";
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { heStart, xavierStart } from "./features.ts";
import { checkModelOptions, type ImageModelOptions } from "./options.ts";

/** Far more than any DenseNet has; each layer joins the outputs of all before it, so that more could not be computed. */
const mostLayers = 1000;

/**
 * A dense block: each layer's output is joined to its input on the channels, and the next layer sees all of it. A
 * layer is batch normalisation, ReLU and a 3 × 3 convolution with `growthRate` channels.
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, inChannels + layers · growthRate, height, width]`.
 *
 * @throws OptionError for impossible sizes
 * @example new DenseBlock(2, 64, 32).forward(Tensor.zeros([2, 64, 8, 8])).shape // [2, 128, 8, 8]
 * @see Huang et al. 2016, "Densely connected convolutional networks"
 */
export class DenseBlock extends Module {
  readonly layers: readonly Module[];

  constructor(layers: number, inChannels: number, growthRate: number) {
    super();
    checkInteger("DenseBlock", "layers", layers);
    if (layers > mostLayers)
      throw new OptionError(`DenseBlock: layers may be at most ${mostLayers}, got ${layers}`);
    this.layers = Array.from({ length: layers }, (_, i) => {
      const channels = inChannels + i * growthRate;
      return new Sequential(
        new BatchNorm2d(channels),
        new ReLU(),
        new Conv2d(channels, growthRate, 3, { padding: 1 }),
      );
    });
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((seen, layer) => concat([seen, layer.forward(seen)], 1), x);
  }
}

/**
 * Between dense blocks: batch normalisation, ReLU, a 1 × 1 convolution to fewer channels, average pooling that halves
 * the image.
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, outChannels, ⌊height / 2⌋, ⌊width / 2⌋]`.
 *
 * @example new TransitionBlock(128, 64).forward(Tensor.zeros([2, 128, 8, 8])).shape // [2, 64, 4, 4]
 */
export class TransitionBlock extends Sequential {
  constructor(inChannels: number, outChannels: number) {
    super(
      new BatchNorm2d(inChannels),
      new ReLU(),
      new Conv2d(inChannels, outChannels, 1),
      new AvgPool2d(2),
    );
  }
}

export interface DensenetOptions extends ImageModelOptions {
  /** Channels that each layer adds (default 32). */
  readonly growthRate?: number;
}

/**
 * DenseNet in the textbook's form: four dense blocks of four layers, transitions that halve channels and image between
 * them. 758,226 parameters for one channel and 10 classes; Xavier uniform weights.
 *
 * Input NCHW `[batch, inChannels, height, width]`, in the textbook 96 × 96; output `[batch, numClasses]` (logits).
 *
 * @param options inChannels (1), numClasses (10), growthRate (32)
 * @throws OptionError for unknown options or impossible numbers
 * @example densenet({ growthRate: 4 }).forward(Tensor.zeros([1, 1, 96, 96])).shape // [1, 10]
 * @see Huang et al. 2016, "Densely connected convolutional networks"
 */
export function densenet(options: DensenetOptions = {}): Sequential {
  checkModelOptions("densenet", options, ["inChannels", "numClasses", "growthRate"]);
  const { inChannels = 1, numClasses = 10, growthRate = 32 } = options;
  // biome-ignore format: one stage a line
  const stem = new Sequential(
    new Conv2d(inChannels, 64, 7, { stride: 2, padding: 3 }), new BatchNorm2d(64), new ReLU(), new MaxPool2d(3, { stride: 2, padding: 1 }),
  );
  let channels = 64;
  const stages: Module[] = [];
  for (const [i, layers] of [4, 4, 4, 4].entries()) {
    if (i > 0) {
      const halved = Math.floor(channels / 2);
      stages.push(new TransitionBlock(channels, halved));
      channels = halved;
    }
    stages.push(new DenseBlock(layers, channels, growthRate));
    channels += layers * growthRate;
  }
  // biome-ignore format: one stage a line
  return xavierStart(new Sequential(
    stem, ...stages,
    new BatchNorm2d(channels), new ReLU(), new AdaptiveAvgPool2d(1), new Flatten(), new Linear(channels, numClasses),
  ));
}

/** A layer of DenseNet-121: a 1 × 1 convolution to four times the growth first. Named as in torchvision. */
class BottleneckLayer extends Sequential {
  constructor(inChannels: number, growthRate: number) {
    const inner = 4 * growthRate;
    super({
      norm1: new BatchNorm2d(inChannels),
      relu1: new ReLU(),
      conv1: new Conv2d(inChannels, inner, 1, { bias: false }),
      norm2: new BatchNorm2d(inner),
      relu2: new ReLU(),
      conv2: new Conv2d(inner, growthRate, 3, { padding: 1, bias: false }),
    });
  }
}

class NamedDenseBlock extends Sequential {
  constructor(layers: number, inChannels: number, growthRate: number) {
    super(
      Object.fromEntries(
        Array.from({ length: layers }, (_, i) => [
          `denselayer${i + 1}`,
          new BottleneckLayer(inChannels + i * growthRate, growthRate),
        ]),
      ),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.children().reduce((seen, layer) => concat([seen, layer.forward(seen)], 1), x);
  }
}

/**
 * DenseNet-121 with torchvision's layers and parameter names: dense blocks of 6, 12, 24 and 16 layers with 1 × 1
 * bottlenecks. 7,978,856 parameters for three channels and 1,000 classes; He's weights.
 *
 * Input NCHW `[batch, inChannels, height, width]`, made for 224 × 224; output `[batch, numClasses]` (logits).
 *
 * @param options inChannels (1), numClasses (10), growthRate (32)
 * @throws OptionError for unknown options or impossible numbers
 * @example densenet121({ growthRate: 4 }).forward(Tensor.zeros([1, 1, 64, 64])).shape // [1, 10]
 * @see Huang et al. 2016, "Densely connected convolutional networks"
 */
export function densenet121(options: DensenetOptions = {}): Sequential {
  checkModelOptions("densenet121", options, ["inChannels", "numClasses", "growthRate"]);
  const { inChannels = 1, numClasses = 10, growthRate = 32 } = options;
  const features: Record<string, Module> = {
    conv0: new Conv2d(inChannels, 2 * growthRate, 7, { stride: 2, padding: 3, bias: false }),
    norm0: new BatchNorm2d(2 * growthRate),
    relu0: new ReLU(),
    pool0: new MaxPool2d(3, { stride: 2, padding: 1 }),
  };
  let channels = 2 * growthRate;
  for (const [i, layers] of [6, 12, 24, 16].entries()) {
    features[`denseblock${i + 1}`] = new NamedDenseBlock(layers, channels, growthRate);
    channels += layers * growthRate;
    if (i === 3) break;
    const halved = Math.floor(channels / 2);
    features[`transition${i + 1}`] = new Sequential({
      norm: new BatchNorm2d(channels),
      relu: new ReLU(),
      conv: new Conv2d(channels, halved, 1, { bias: false }),
      pool: new AvgPool2d(2),
    });
    channels = halved;
  }
  features.norm5 = new BatchNorm2d(channels);
  const classifier = new Linear(channels, numClasses);
  if (classifier.bias !== null) init.zeros_(classifier.bias);
  return heStart(
    new Sequential({
      features: new Sequential(features),
      relu: new ReLU(),
      avgpool: new AdaptiveAvgPool2d(1),
      flatten: new Flatten(),
      classifier,
    }),
  );
}
