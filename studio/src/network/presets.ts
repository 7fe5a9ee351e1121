// Networks of the textbook as texts to begin with.

export interface Preset {
  readonly name: string;
  readonly title: string;
  /** The library's own of the same kind, where it has another name or options. */
  readonly model?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  /** Channels, rows, columns of a picture. */
  readonly inputShape: readonly [number, number, number];
  readonly text: string;
}

const vggBlock = (convs: readonly (readonly [number, number])[]): string => {
  const layers = convs.map(
    ([from, to]) => `new nn.Conv2d(${from}, ${to}, 3, { padding: 1 }), new nn.ReLU(),`,
  );
  return `  new nn.Sequential(\n    ${layers.join("\n    ")}\n    new nn.MaxPool2d(2),\n  ),`;
};

const ninBlock = (from: number, to: number, rest: string): string => `  new nn.Sequential(
    new nn.Conv2d(${from}, ${to}, ${rest}), new nn.ReLU(),
    new nn.Conv2d(${to}, ${to}, 1), new nn.ReLU(),
    new nn.Conv2d(${to}, ${to}, 1), new nn.ReLU(),
  ),`;

const denseTop = (reached: number): string => `  new nn.Flatten(),
  new nn.Linear(${reached}, 4096), new nn.ReLU(), new nn.Dropout(0.5),
  new nn.Linear(4096, 4096), new nn.ReLU(), new nn.Dropout(0.5),
  new nn.Linear(4096, 10),`;

const halve = "new nn.MaxPool2d(3, { stride: 2, padding: 1 })";
const network = (...lines: readonly string[]): string =>
  `new nn.Sequential(\n${lines.join("\n")}\n)`;

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
      vggBlock([[1, 64]]),
      vggBlock([[64, 128]]),
      vggBlock([
        [128, 256],
        [256, 256],
      ]),
      vggBlock([
        [256, 512],
        [512, 512],
      ]),
      vggBlock([
        [512, 512],
        [512, 512],
      ]),
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
      "  new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(1024, 10),",
    ),
  },
  {
    name: "resnet18",
    title: "ResNet-18",
    inputShape: [1, 96, 96],
    text: network(
      "  new nn.Conv2d(1, 64, 7, { stride: 2, padding: 3 }), new nn.BatchNorm2d(64), new nn.ReLU(),",
      `  ${halve},`,
      "  new models.Residual(64, 64), new models.Residual(64, 64),",
      "  new models.Residual(64, 128, { stride: 2 }), new models.Residual(128, 128),",
      "  new models.Residual(128, 256, { stride: 2 }), new models.Residual(256, 256),",
      "  new models.Residual(256, 512, { stride: 2 }), new models.Residual(512, 512),",
      "  new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(512, 10),",
    ),
  },
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
      "  new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(248, 10),",
    ),
  },
];
