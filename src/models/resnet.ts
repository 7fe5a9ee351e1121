// Residual networks: each block adds to its input what it computes from it.
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import { relu } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { heStart, xavierStart } from "./features.ts";
import { checkModelOptions, type ImageModelOptions, type ModelForm, scaled } from "./options.ts";

export interface ResidualOptions {
  /** Of the 3 × 3 convolution that may shrink the image (default 1). */
  readonly stride?: number;
  /** Biases in the convolutions: the textbook has them, torchvision leaves them to the normalisation (default true). */
  readonly bias?: boolean;
}

/** 1 × 1 convolution on the way around a block, where shapes differ; torchvision normalises after it. */
function shortcut(
  inChannels: number,
  outChannels: number,
  { stride = 1, bias = true }: ResidualOptions,
): Module | null {
  if (stride === 1 && inChannels === outChannels) return null;
  const conv = new Conv2d(inChannels, outChannels, 1, { stride, bias });
  return bias ? conv : new Sequential(conv, new BatchNorm2d(outChannels));
}

/**
 * A residual block: `y = relu(g(x) + x)`, where g is two 3 × 3 convolutions with batch normalisation. Where the block
 * changes the shape, x goes through a 1 × 1 convolution on its way around.
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, outChannels, ⌈height / stride⌉, ⌈width / stride⌉]`.
 *
 * @example new Residual(64, 128, { stride: 2 }).forward(Tensor.zeros([2, 64, 8, 8])).shape // [2, 128, 4, 4]
 * @see He et al. 2015, "Deep residual learning for image recognition"
 */
export class Residual extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Module | null;

  constructor(inChannels: number, outChannels: number, options: ResidualOptions = {}) {
    super();
    const { stride = 1, bias = true } = options;
    this.conv1 = new Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias });
    this.bn1 = new BatchNorm2d(outChannels);
    this.conv2 = new Conv2d(outChannels, outChannels, 3, { padding: 1, bias });
    this.bn2 = new BatchNorm2d(outChannels);
    this.downsample = shortcut(inChannels, outChannels, options);
  }

  override forward(x: Tensor): Tensor {
    const inner = relu(this.bn1.forward(this.conv1.forward(x)));
    const g = this.bn2.forward(this.conv2.forward(inner));
    return relu(g.add(this.downsample?.forward(x) ?? x));
  }
}

/**
 * A residual block that computes in fewer channels: 1 × 1, 3 × 3 and 1 × 1 convolutions with batch normalisation, the
 * last with four times the channels of the others.
 *
 * Input NCHW `[batch, inChannels, height, width]`, output `[batch, 4 · channels, ⌈height / stride⌉, ⌈width / stride⌉]`.
 *
 * @example new Bottleneck(256, 64).forward(Tensor.zeros([2, 256, 4, 4])).shape // [2, 256, 4, 4]
 * @see He et al. 2015, "Deep residual learning for image recognition"
 */
export class Bottleneck extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly downsample: Module | null;

  constructor(inChannels: number, channels: number, options: ResidualOptions = {}) {
    super();
    const { stride = 1, bias = true } = options;
    this.conv1 = new Conv2d(inChannels, channels, 1, { bias });
    this.bn1 = new BatchNorm2d(channels);
    this.conv2 = new Conv2d(channels, channels, 3, { stride, padding: 1, bias });
    this.bn2 = new BatchNorm2d(channels);
    this.conv3 = new Conv2d(channels, 4 * channels, 1, { bias });
    this.bn3 = new BatchNorm2d(4 * channels);
    this.downsample = shortcut(inChannels, 4 * channels, options);
  }

  override forward(x: Tensor): Tensor {
    const narrow = relu(this.bn1.forward(this.conv1.forward(x)));
    const seen = relu(this.bn2.forward(this.conv2.forward(narrow)));
    const g = this.bn3.forward(this.conv3.forward(seen));
    return relu(g.add(this.downsample?.forward(x) ?? x));
  }
}

export interface ResnetOptions extends ImageModelOptions {
  /** Textbook (default), or torchvision's layers and parameter names. */
  readonly form?: ModelForm;
  /** Factor on all channels (default 1). */
  readonly width?: number;
}

/** Blocks in each of the four stages. */
const depths = {
  resnet18: { block: "basic", blocks: [2, 2, 2, 2] },
  resnet34: { block: "basic", blocks: [3, 4, 6, 3] },
  resnet50: { block: "bottleneck", blocks: [3, 4, 6, 3] },
  resnet101: { block: "bottleneck", blocks: [3, 4, 23, 3] },
  resnet152: { block: "bottleneck", blocks: [3, 8, 36, 3] },
} as const;

function resnet(name: keyof typeof depths, options: ResnetOptions): Sequential {
  checkModelOptions(name, options, ["inChannels", "numClasses", "form", "width"]);
  const { inChannels = 1, numClasses = 10, form = "textbook", width = 1 } = options;
  const { block, blocks } = depths[name];
  const bias = form === "textbook";
  const first = scaled(64, width);
  let reached = first;
  const stages = blocks.map((count, stage) => {
    const channels = scaled(64 * 2 ** stage, width);
    const layers = Array.from({ length: count }, (_, i) => {
      const own = { stride: stage > 0 && i === 0 ? 2 : 1, bias };
      const layer =
        block === "basic"
          ? new Residual(reached, channels, own)
          : new Bottleneck(reached, channels, own);
      reached = block === "basic" ? channels : 4 * channels;
      return layer;
    });
    return new Sequential(...layers);
  }) as [Sequential, Sequential, Sequential, Sequential];
  const stem = {
    conv1: new Conv2d(inChannels, first, 7, { stride: 2, padding: 3, bias }),
    bn1: new BatchNorm2d(first),
    relu: new ReLU(),
    maxpool: new MaxPool2d(3, { stride: 2, padding: 1 }),
  };
  const fc = new Linear(reached, numClasses);
  if (form === "textbook") {
    return xavierStart(
      new Sequential(
        new Sequential(...Object.values(stem)),
        ...stages,
        new AdaptiveAvgPool2d(1),
        new Flatten(),
        fc,
      ),
    );
  }
  const [layer1, layer2, layer3, layer4] = stages;
  const top = { avgpool: new AdaptiveAvgPool2d(1), flatten: new Flatten(), fc };
  return heStart(new Sequential({ ...stem, layer1, layer2, layer3, layer4, ...top }));
}

/**
 * ResNet with 18 layers: four stages of two residual blocks, each stage at half the resolution and with twice the
 * channels of the one before. 11,178,378 parameters in the textbook's form for one channel and 10 classes; 11,689,512 in
 * torchvision's for three channels and 1,000 classes.
 *
 * Input NCHW `[batch, inChannels, height, width]`, in the textbook 96 × 96; output `[batch, numClasses]` (logits). The
 * textbook's form has biases in its convolutions and Xavier uniform weights; torchvision's has none and He's weights.
 *
 * @param options inChannels (1), numClasses (10), form, width
 * @throws OptionError for unknown options or impossible numbers
 * @example resnet18({ width: 0.1 }).forward(Tensor.zeros([1, 1, 96, 96])).shape // [1, 10]
 * @see He et al. 2015, "Deep residual learning for image recognition"
 */
export function resnet18(options: ResnetOptions = {}): Sequential {
  return resnet("resnet18", options);
}

/**
 * ResNet with 34 layers; see {@link resnet18}. 21,797,672 parameters in torchvision's form for 1,000 classes.
 * @example resnet34({ width: 0.1 }).forward(Tensor.zeros([1, 1, 64, 64])).shape // [1, 10]
 */
export function resnet34(options: ResnetOptions = {}): Sequential {
  return resnet("resnet34", options);
}

/**
 * ResNet with 50 layers in blocks of three; see {@link resnet18}. 25,557,032 parameters in torchvision's form for 1,000
 * classes. The stride is in the 3 × 3 convolution, as in torchvision.
 * @example resnet50({ width: 0.1 }).forward(Tensor.zeros([1, 1, 64, 64])).shape // [1, 10]
 */
export function resnet50(options: ResnetOptions = {}): Sequential {
  return resnet("resnet50", options);
}

/**
 * ResNet with 101 layers in blocks of three; see {@link resnet50}. 44,549,160 parameters in torchvision's form.
 * @example resnet101({ width: 0.1 }).forward(Tensor.zeros([1, 1, 64, 64])).shape // [1, 10]
 */
export function resnet101(options: ResnetOptions = {}): Sequential {
  return resnet("resnet101", options);
}

/**
 * ResNet with 152 layers in blocks of three; see {@link resnet50}. 60,192,808 parameters in torchvision's form.
 * @example resnet152({ width: 0.1 }).forward(Tensor.zeros([1, 1, 64, 64])).shape // [1, 10]
 */
export function resnet152(options: ResnetOptions = {}): Sequential {
  return resnet("resnet152", options);
}
