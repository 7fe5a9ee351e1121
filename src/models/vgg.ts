// VGG: blocks of 3 × 3 convolutions, each block at half the resolution of the one before.
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  init,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import { sizeOf } from "../tensor/shape.ts";
import { denseTop } from "./denseTop.ts";
import { heStart, shapeAfter, xavierStart } from "./features.ts";
import { checkModelOptions, type ModelForm, type SizedModelOptions, scaled } from "./options.ts";

export interface VggOptions extends SizedModelOptions {
  /** Textbook (default), or torchvision's layers and parameter names. */
  readonly form?: ModelForm;
  /** Batch normalisation after each convolution (default false). */
  readonly batchNorm?: boolean;
  /** Probability that a unit of the dense layers is dropped (default 0.5). */
  readonly dropout?: number;
  /** Factor on all channels and units (default 1). */
  readonly width?: number;
}

/** Convolutions in each of the five blocks. */
const depths = {
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
} as const;

const blockChannels = [64, 128, 256, 512, 512];

function blockLayers(convs: number, inChannels: number, channels: number, norm: boolean): Module[] {
  const layers = Array.from({ length: convs }, (_, i) => [
    new Conv2d(i === 0 ? inChannels : channels, channels, 3, { padding: 1 }),
    ...(norm ? [new BatchNorm2d(channels)] : []),
    new ReLU(),
  ]);
  return [...layers.flat(), new MaxPool2d(2)];
}

/**
 * A block of VGG: 3 × 3 convolutions with ReLU that keep the size, then max pooling that halves it.
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, outChannels, ⌊height / 2⌋, ⌊width / 2⌋]`.
 *
 * @param convs how many convolutions
 * @example vggBlock(2, 64, 128).forward(Tensor.zeros([1, 64, 8, 8])).shape // [1, 128, 4, 4]
 */
export function vggBlock(convs: number, inChannels: number, outChannels: number): Sequential {
  return new Sequential(...blockLayers(convs, inChannels, outChannels, false));
}

function vgg(name: keyof typeof depths, options: VggOptions): Sequential {
  const known = ["inChannels", "numClasses", "inputSize", "form", "batchNorm", "dropout", "width"];
  const { batchNorm = false, ...others } = options;
  checkModelOptions(name, others, known);
  const { inChannels = 1, numClasses = 10, inputSize = 224, dropout = 0.5, width = 1 } = others;
  const channels = blockChannels.map((n) => scaled(n, width));
  const units = scaled(4096, width);
  const blocks = depths[name].map((convs, i) =>
    blockLayers(
      convs,
      i === 0 ? inChannels : (channels[i - 1] as number),
      channels[i] as number,
      batchNorm,
    ),
  );
  if (others.form === "torchvision") {
    const reached = (channels.at(-1) as number) * 49;
    const net = new Sequential({
      features: new Sequential(...blocks.flat()),
      avgpool: new AdaptiveAvgPool2d(7),
      flatten: new Flatten(),
      classifier: new Sequential(
        new Linear(reached, units),
        new ReLU(),
        new Dropout(dropout),
        new Linear(units, units),
        new ReLU(),
        new Dropout(dropout),
        new Linear(units, numClasses),
      ),
    });
    return heStart(net).apply((module) => {
      if (!(module instanceof Linear)) return;
      init.normal_(module.weight, 0, 0.01);
      if (module.bias !== null) init.zeros_(module.bias);
    });
  }
  const stages = blocks.map((layers) => new Sequential(...layers));
  const reached = sizeOf(shapeAfter(new Sequential(...stages), [inChannels, inputSize, inputSize]));
  const top = denseTop([reached, units, units], numClasses, dropout);
  return xavierStart(new Sequential(...stages, new Flatten(), ...top));
}

/**
 * VGG with 11 layers: five blocks of 3 × 3 convolutions, three dense layers with dropout. 128,806,154 parameters
 * in the textbook's form for one channel, 10 classes and images of 224 × 224.
 *
 * Input NCHW `[batch, inChannels, inputSize, inputSize]`, output `[batch, numClasses]` (logits). Xavier uniform
 * weights in the textbook's form, torchvision's own in its form.
 *
 * @param options inChannels (1), numClasses (10), inputSize (224), form, batchNorm, dropout, width
 * @throws OptionError for unknown options or impossible numbers; ShapeError if the images are too small
 * @example vgg11({ width: 0.1, inputSize: 32 }).forward(Tensor.zeros([1, 1, 32, 32])).shape // [1, 10]
 * @see Simonyan & Zisserman 2014, "Very deep convolutional networks for large-scale image recognition"
 */
export function vgg11(options: VggOptions = {}): Sequential {
  return vgg("vgg11", options);
}

/**
 * VGG with 13 layers; see {@link vgg11}.
 * @example vgg13({ width: 0.1, inputSize: 32 }).forward(Tensor.zeros([1, 1, 32, 32])).shape // [1, 10]
 */
export function vgg13(options: VggOptions = {}): Sequential {
  return vgg("vgg13", options);
}

/**
 * VGG with 16 layers, 134,300,362 parameters; see {@link vgg11}.
 * @example vgg16({ width: 0.1, inputSize: 32 }).forward(Tensor.zeros([1, 1, 32, 32])).shape // [1, 10]
 */
export function vgg16(options: VggOptions = {}): Sequential {
  return vgg("vgg16", options);
}

/**
 * VGG with 19 layers; see {@link vgg11}.
 * @example vgg19({ width: 0.1, inputSize: 32 }).forward(Tensor.zeros([1, 1, 32, 32])).shape // [1, 10]
 */
export function vgg19(options: VggOptions = {}): Sequential {
  return vgg("vgg19", options);
}
