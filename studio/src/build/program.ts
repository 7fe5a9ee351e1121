// The whole program that trains a network: what one would write in TypeScript.
import type { RunSettings } from "../engine/run/types.ts";

/** @param settings as the page Train has them */
export function programOf(settings: RunSettings): string {
  const { network, inputShape, optimizer, lr, momentum, weightDecay, epochs, batchSize } = settings;
  const [channels, height, width] = inputShape;
  const [data, size] = channels === 1 ? ["fashionMnist", 28] : ["cifar10", 32];
  const names = [
    "data",
    ...(network.includes("models.") ? ["models"] : []),
    "nn",
    "optim",
    "train",
  ];
  const isResized = height !== size || width !== size;
  const net = isResized
    ? `new nn.Sequential({\n  resize: new nn.Upsample({ size: [${height}, ${width}], mode: "bilinear" }),\n  network: ${network.trim().replaceAll("\n", "\n  ")},\n})`
    : network.trim();
  const options = [
    `lr: ${lr}`,
    ...(momentum > 0 && (optimizer === "sgd" || optimizer === "rmsprop")
      ? [`momentum: ${momentum}`]
      : []),
    ...(weightDecay > 0 ? [`weightDecay: ${weightDecay}`] : []),
  ];
  const start =
    settings.start === "xavier"
      ? [
          "",
          "net.apply((layer) => {",
          "  if (layer instanceof nn.Conv2d || layer instanceof nn.Linear) nn.init.xavierUniform_(layer.weight);",
          "});",
        ]
      : [];
  return [
    `import { ${names.join(", ")} } from "fovea";`,
    "",
    `const net = ${net};`,
    ...start,
    "",
    `const sets = await data.${data}();`,
    "await train.fit(net, {",
    "  data: sets.train,",
    "  validation: sets.test,",
    `  optimizer: optim.${optimizer}({ ${options.join(", ")} }),`,
    ...scheduleLine(settings),
    `  epochs: ${epochs},`,
    `  batchSize: ${batchSize},`,
    "});",
    "",
  ].join("\n");
}

function scheduleLine({ schedule, epochs, batchSize }: RunSettings): string[] {
  switch (schedule) {
    case "none":
      return [];
    case "cosine":
      return [`  schedule: (optimizer) => new optim.CosineAnnealingLR(optimizer, ${epochs}),`];
    case "step":
      return [
        `  schedule: (optimizer) => new optim.StepLR(optimizer, ${Math.max(1, Math.ceil(epochs / 3))}),`,
      ];
    case "one-cycle":
      return [
        "  schedule: (optimizer) =>",
        `    new optim.OneCycleLR(optimizer, optimizer.lr, { epochs: ${epochs}, stepsPerEpoch: Math.ceil(sets.train.length / ${batchSize}), cycleMomentum: false }),`,
      ];
  }
}
