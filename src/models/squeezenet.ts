// SqueezeNet: the accuracy of AlexNet with a fiftieth of its parameters.
import {
  AdaptiveAvgPool2d,
  Conv2d,
  Dropout,
  Flatten,
  init,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import { concat, relu } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkModelOptions, type ImageModelOptions } from "./options.ts";

/**
 * A Fire block: a 1 × 1 convolution to few channels, then 1 × 1 and 3 × 3 convolutions side by side, joined on the
 * channels; each with ReLU.
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, 2 · expand, height, width]`.
 *
 * @example new Fire(96, 16, 64).forward(Tensor.zeros([1, 96, 8, 8])).shape // [1, 128, 8, 8]
 * @see Iandola et al. 2016, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size"
 */
export class Fire extends Module {
  readonly squeeze: Conv2d;
  readonly expand1x1: Conv2d;
  readonly expand3x3: Conv2d;

  constructor(inChannels: number, squeeze: number, expand: number) {
    super();
    this.squeeze = new Conv2d(inChannels, squeeze, 1);
    this.expand1x1 = new Conv2d(squeeze, expand, 1);
    this.expand3x3 = new Conv2d(squeeze, expand, 3, { padding: 1 });
  }

  override forward(x: Tensor): Tensor {
    const few = relu(this.squeeze.forward(x));
    return concat([relu(this.expand1x1.forward(few)), relu(this.expand3x3.forward(few))], 1);
  }
}

export interface SqueezenetOptions extends ImageModelOptions {
  /** Probability that an element before the classifier is dropped (default 0.5). */
  readonly dropout?: number;
}

/**
 * SqueezeNet 1.1 with torchvision's layers and parameter names: eight Fire blocks, a 1 × 1 convolution as classifier.
 * 1,235,496 parameters for three channels and 1,000 classes; He's uniform weights.
 *
 * Input NCHW `[batch, inChannels, height, width]`, made for 224 × 224; output `[batch, numClasses]` (logits).
 *
 * @param options inChannels (1), numClasses (10), dropout (0.5)
 * @throws OptionError for unknown options or impossible numbers
 * @example squeezenet().forward(Tensor.zeros([1, 1, 64, 64])).shape // [1, 10]
 * @see Iandola et al. 2016
 */
export function squeezenet(options: SqueezenetOptions = {}): Sequential {
  checkModelOptions("squeezenet", options, ["inChannels", "numClasses", "dropout"]);
  const { inChannels = 1, numClasses = 10, dropout = 0.5 } = options;
  const halve = (): Module => new MaxPool2d(3, { stride: 2, ceilMode: true });
  const last = new Conv2d(512, numClasses, 1);
  // biome-ignore format: one stage a line
  const net = new Sequential({
    features: new Sequential(
      new Conv2d(inChannels, 64, 3, { stride: 2 }), new ReLU(), halve(),
      new Fire(64, 16, 64), new Fire(128, 16, 64), halve(),
      new Fire(128, 32, 128), new Fire(256, 32, 128), halve(),
      new Fire(256, 48, 192), new Fire(384, 48, 192), new Fire(384, 64, 256), new Fire(512, 64, 256),
    ),
    classifier: new Sequential(new Dropout(dropout), last, new ReLU(), new AdaptiveAvgPool2d(1)),
    flatten: new Flatten(),
  });
  return net.apply((module) => {
    if (!(module instanceof Conv2d)) return;
    if (module === last) init.normal_(module.weight, 0, 0.01);
    else init.kaimingUniform_(module.weight);
    if (module.bias !== null) init.zeros_(module.bias);
  });
}
