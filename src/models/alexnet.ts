// AlexNet, the network that won the ImageNet contest of 2012 and began the present wave.
import {
  AdaptiveAvgPool2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import { sizeOf } from "../tensor/shape.ts";
import { denseTop } from "./denseTop.ts";
import { shapeAfter, xavierStart } from "./features.ts";
import { checkModelOptions, type ModelForm, type SizedModelOptions, scaled } from "./options.ts";

export interface AlexnetOptions extends SizedModelOptions {
  /** Textbook (default), or torchvision's layers and parameter names. */
  readonly form?: ModelForm;
  /** Probability that a unit of the dense layers is dropped (default 0.5). */
  readonly dropout?: number;
  /** Factor on all channels and units (default 1). */
  readonly width?: number;
}

/**
 * AlexNet: five convolutions, three dense layers with dropout. 46,764,746 parameters in the textbook's form
 * for one channel, 10 classes and images of 224 × 224; 61,100,840 in torchvision's for three channels and 1,000.
 *
 * Input NCHW `[batch, inChannels, inputSize, inputSize]`, output `[batch, numClasses]` (logits). Xavier uniform
 * weights in the textbook's form, PyTorch's in torchvision's.
 *
 * @param options inChannels (1), numClasses (10), inputSize (224), form, dropout, width
 * @throws OptionError for unknown options or impossible numbers; ShapeError if the images are too small
 * @example alexnet({ width: 0.1 }).forward(Tensor.zeros([1, 1, 224, 224])).shape // [1, 10]
 * @see Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks";
 *      torchvision's form: Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks"
 */
export function alexnet(options: AlexnetOptions = {}): Sequential {
  const known = ["inChannels", "numClasses", "inputSize", "form", "dropout", "width"];
  checkModelOptions("alexnet", options, known);
  return options.form === "torchvision" ? torchvisionForm(options) : textbookForm(options);
}

function textbookForm(options: AlexnetOptions): Sequential {
  const { inChannels = 1, numClasses = 10, inputSize = 224, dropout = 0.5, width = 1 } = options;
  const [c96, c256, c384, units] = [96, 256, 384, 4096].map((n) => scaled(n, width)) as Four;
  // biome-ignore format: one stage a line
  const features = [
    new Conv2d(inChannels, c96, 11, { stride: 4, padding: 1 }), new ReLU(), new MaxPool2d(3, { stride: 2 }),
    new Conv2d(c96, c256, 5, { padding: 2 }), new ReLU(), new MaxPool2d(3, { stride: 2 }),
    new Conv2d(c256, c384, 3, { padding: 1 }), new ReLU(),
    new Conv2d(c384, c384, 3, { padding: 1 }), new ReLU(),
    new Conv2d(c384, c256, 3, { padding: 1 }), new ReLU(), new MaxPool2d(3, { stride: 2 }),
  ];
  const image = [inChannels, inputSize, inputSize];
  const reached = sizeOf(shapeAfter(new Sequential(...features), image));
  return xavierStart(
    new Sequential(
      ...features,
      new Flatten(),
      ...denseTop([reached, units, units], numClasses, dropout),
    ),
  );
}

function torchvisionForm(options: AlexnetOptions): Sequential {
  const { inChannels = 1, numClasses = 10, dropout = 0.5, width = 1 } = options;
  const [c64, c192, c384, c256] = [64, 192, 384, 256].map((n) => scaled(n, width)) as Four;
  const units = scaled(4096, width);
  // biome-ignore format: one stage a line
  return new Sequential({
    features: new Sequential(
      new Conv2d(inChannels, c64, 11, { stride: 4, padding: 2 }), new ReLU(), new MaxPool2d(3, { stride: 2 }),
      new Conv2d(c64, c192, 5, { padding: 2 }), new ReLU(), new MaxPool2d(3, { stride: 2 }),
      new Conv2d(c192, c384, 3, { padding: 1 }), new ReLU(),
      new Conv2d(c384, c256, 3, { padding: 1 }), new ReLU(),
      new Conv2d(c256, c256, 3, { padding: 1 }), new ReLU(), new MaxPool2d(3, { stride: 2 }),
    ),
    avgpool: new AdaptiveAvgPool2d(6),
    flatten: new Flatten(),
    classifier: new Sequential(
      new Dropout(dropout), new Linear(c256 * 36, units), new ReLU(),
      new Dropout(dropout), new Linear(units, units), new ReLU(),
      new Linear(units, numClasses),
    ),
  });
}

type Four = [number, number, number, number];
