// Networks to begin with, as texts: those of the textbook and its successors, and narrow ones that train in a page.
import {
  bottleneck,
  denseTop,
  halve,
  inverted,
  network,
  ninBlock,
  normedConv,
  residual,
  residualStem,
  shrink,
  stage,
  top,
  vggBlock,
} from "./presetParts.ts";

export interface Preset {
  readonly name: string;
  readonly title: string;
  /** The library's own of the same kind, where it has another name or options; null where it has none. */
  readonly model?: {
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
  } | null;
  /** Channels, rows, columns of a picture. */
  readonly inputShape: readonly [number, number, number];
  readonly text: string;
}

export const presets: readonly Preset[] = [
  {
    name: "lenet-today",
    title: "LeNet, ReLU",
    model: { name: "lenet", options: { activation: "relu", pooling: "max" } },
    inputShape: [1, 28, 28],
    text: network(
      "  new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.ReLU(), new nn.MaxPool2d(2),",
      "  new nn.Conv2d(6, 16, 5), new nn.ReLU(), new nn.MaxPool2d(2),",
      "  new nn.Flatten(),",
      "  new nn.Linear(400, 120), new nn.ReLU(),",
      "  new nn.Linear(120, 84), new nn.ReLU(),",
      "  new nn.Linear(84, 10),",
    ),
  },
  {
    name: "lenet-bn",
    title: "LeNet, batch norm",
    model: { name: "lenet", options: { batchNorm: true } },
    inputShape: [1, 28, 28],
    text: network(
      "  new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.BatchNorm2d(6), new nn.Sigmoid(), new nn.AvgPool2d(2),",
      "  new nn.Conv2d(6, 16, 5), new nn.BatchNorm2d(16), new nn.Sigmoid(), new nn.AvgPool2d(2),",
      "  new nn.Flatten(),",
      "  new nn.Linear(400, 120), new nn.BatchNorm1d(120), new nn.Sigmoid(),",
      "  new nn.Linear(120, 84), new nn.BatchNorm1d(84), new nn.Sigmoid(),",
      "  new nn.Linear(84, 10),",
    ),
  },
  {
    name: "lenet",
    title: "LeNet, textbook",
    inputShape: [1, 28, 28],
    text: network(
      "  new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.Sigmoid(), new nn.AvgPool2d(2),",
      "  new nn.Conv2d(6, 16, 5), new nn.Sigmoid(), new nn.AvgPool2d(2),",
      "  new nn.Flatten(),",
      "  new nn.Linear(400, 120), new nn.Sigmoid(),",
      "  new nn.Linear(120, 84), new nn.Sigmoid(),",
      "  new nn.Linear(84, 10),",
    ),
  },
  {
    name: "vgg-narrow",
    title: "VGG, narrow",
    model: null,
    inputShape: [1, 28, 28],
    text: network(
      `  ${normedConv(1, 16)} new nn.MaxPool2d(2),`,
      `  ${normedConv(16, 32)} new nn.MaxPool2d(2),`,
      `  ${normedConv(32, 64)}`,
      `  ${normedConv(64, 64)} new nn.MaxPool2d(2),`,
      "  new nn.Flatten(),",
      "  new nn.Linear(576, 128), new nn.ReLU(), new nn.Dropout(0.5),",
      "  new nn.Linear(128, 10),",
    ),
  },
  {
    name: "resnet-narrow",
    title: "ResNet, narrow",
    model: null,
    inputShape: [1, 28, 28],
    text: network(
      `  ${normedConv(1, 16)}`,
      stage(
        "Residual",
        [
          [16, 16],
          [16, 32],
        ],
        null,
        "stride: 2",
      ),
      stage("Residual", [[32, 64]], "stride: 2"),
      top(64),
    ),
  },
  {
    name: "alexnet",
    title: "AlexNet",
    inputShape: [1, 224, 224],
    text: network(
      "  new nn.Conv2d(1, 96, 11, { stride: 4, padding: 1 }), new nn.ReLU(),",
      "  new nn.MaxPool2d(3, { stride: 2 }),",
      "  new nn.Conv2d(96, 256, 5, { padding: 2 }), new nn.ReLU(),",
      "  new nn.MaxPool2d(3, { stride: 2 }),",
      "  new nn.Conv2d(256, 384, 3, { padding: 1 }), new nn.ReLU(),",
      "  new nn.Conv2d(384, 384, 3, { padding: 1 }), new nn.ReLU(),",
      "  new nn.Conv2d(384, 256, 3, { padding: 1 }), new nn.ReLU(),",
      "  new nn.MaxPool2d(3, { stride: 2 }),",
      denseTop(6400),
    ),
  },
  {
    name: "vgg11",
    title: "VGG-11",
    inputShape: [1, 224, 224],
    text: network(
      vggBlock(1, 64),
      vggBlock(64, 128),
      vggBlock(128, 256, 256),
      vggBlock(256, 512, 512),
      vggBlock(512, 512, 512),
      denseTop(25088),
    ),
  },
  {
    name: "vgg16",
    title: "VGG-16",
    inputShape: [1, 224, 224],
    text: network(
      vggBlock(1, 64, 64),
      vggBlock(64, 128, 128),
      vggBlock(128, 256, 256, 256),
      vggBlock(256, 512, 512, 512),
      vggBlock(512, 512, 512, 512),
      denseTop(25088),
    ),
  },
  {
    name: "nin",
    title: "NiN",
    inputShape: [1, 224, 224],
    text: network(
      ninBlock(1, 96, "11, { stride: 4 }"),
      "  new nn.MaxPool2d(3, { stride: 2 }),",
      ninBlock(96, 256, "5, { padding: 2 }"),
      "  new nn.MaxPool2d(3, { stride: 2 }),",
      ninBlock(256, 384, "3, { padding: 1 }"),
      "  new nn.MaxPool2d(3, { stride: 2 }),",
      "  new nn.Dropout(0.5),",
      ninBlock(384, 10, "3, { padding: 1 }"),
      "  new nn.AdaptiveAvgPool2d(1),",
      "  new nn.Flatten(),",
    ),
  },
  {
    name: "googlenet",
    title: "GoogLeNet",
    inputShape: [1, 96, 96],
    text: network(
      `  new nn.Conv2d(1, 64, 7, { stride: 2, padding: 3 }), new nn.ReLU(), ${halve},`,
      "  new nn.Conv2d(64, 64, 1), new nn.ReLU(),",
      `  new nn.Conv2d(64, 192, 3, { padding: 1 }), new nn.ReLU(), ${halve},`,
      "  new models.Inception(192, [64, [96, 128], [16, 32], 32]),",
      "  new models.Inception(256, [128, [128, 192], [32, 96], 64]),",
      `  ${halve},`,
      "  new models.Inception(480, [192, [96, 208], [16, 48], 64]),",
      "  new models.Inception(512, [160, [112, 224], [24, 64], 64]),",
      "  new models.Inception(512, [128, [128, 256], [24, 64], 64]),",
      "  new models.Inception(512, [112, [144, 288], [32, 64], 64]),",
      "  new models.Inception(528, [256, [160, 320], [32, 128], 128]),",
      `  ${halve},`,
      "  new models.Inception(832, [256, [160, 320], [32, 128], 128]),",
      "  new models.Inception(832, [384, [192, 384], [48, 128], 128]),",
      top(1024),
    ),
  },
  ...(["resnet18", "resnet34", "resnet50"] as const).map((name): Preset => {
    const make = name === "resnet50" ? bottleneck : residual;
    return {
      name,
      title: name.replace("resnet", "ResNet-"),
      inputShape: [1, 96, 96],
      text: network(
        ...residualStem,
        ...make(name === "resnet18" ? [2, 2, 2, 2] : [3, 4, 6, 3]),
        top(name === "resnet50" ? 2048 : 512),
      ),
    };
  }),
  {
    name: "densenet",
    title: "DenseNet",
    inputShape: [1, 96, 96],
    text: network(
      "  new nn.Conv2d(1, 64, 7, { stride: 2, padding: 3 }), new nn.BatchNorm2d(64), new nn.ReLU(),",
      `  ${halve},`,
      "  new models.DenseBlock(4, 64, 32), new models.TransitionBlock(192, 96),",
      "  new models.DenseBlock(4, 96, 32), new models.TransitionBlock(224, 112),",
      "  new models.DenseBlock(4, 112, 32), new models.TransitionBlock(240, 120),",
      "  new models.DenseBlock(4, 120, 32),",
      "  new nn.BatchNorm2d(248), new nn.ReLU(),",
      top(248),
    ),
  },
  {
    name: "mobilenetV2",
    title: "MobileNetV2",
    inputShape: [1, 224, 224],
    text: network(
      "  new nn.Conv2d(1, 32, 3, { stride: 2, padding: 1, bias: false }), new nn.BatchNorm2d(32), new nn.ReLU6(),",
      "  new models.InvertedResidual(32, 16, { expandRatio: 1 }),",
      inverted(16, 24, 2, 2),
      inverted(24, 32, 3, 2),
      inverted(32, 64, 4, 2),
      inverted(64, 96, 3, 1),
      inverted(96, 160, 3, 2),
      inverted(160, 320, 1, 1),
      "  new nn.Conv2d(320, 1280, 1, { bias: false }), new nn.BatchNorm2d(1280), new nn.ReLU6(),",
      "  new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Dropout(0.2), new nn.Linear(1280, 10),",
    ),
  },
  {
    name: "squeezenet",
    title: "SqueezeNet",
    inputShape: [1, 224, 224],
    text: network(
      "  new nn.Conv2d(1, 64, 3, { stride: 2 }), new nn.ReLU(),",
      shrink,
      "  new models.Fire(64, 16, 64), new models.Fire(128, 16, 64),",
      shrink,
      "  new models.Fire(128, 32, 128), new models.Fire(256, 32, 128),",
      shrink,
      "  new models.Fire(256, 48, 192), new models.Fire(384, 48, 192),",
      "  new models.Fire(384, 64, 256), new models.Fire(512, 64, 256),",
      "  new nn.Dropout(0.5), new nn.Conv2d(512, 10, 1), new nn.ReLU(),",
      "  new nn.AdaptiveAvgPool2d(1), new nn.Flatten(),",
    ),
  },
];
