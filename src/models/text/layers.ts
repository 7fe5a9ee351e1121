// The layers that a network text may use, each with the text of a new one.

/** Of `nn`. */
export const ofNn = {
  Sequential: "",
  Conv2d: "1, 8, 3, { padding: 1 }",
  ConvTranspose2d: "8, 8, 2, { stride: 2 }",
  Linear: "64, 10",
  Flatten: "",
  MaxPool2d: "2",
  AvgPool2d: "2",
  LPPool2d: "2, 2",
  AdaptiveAvgPool2d: "1",
  AdaptiveMaxPool2d: "1",
  BatchNorm1d: "8",
  BatchNorm2d: "8",
  GroupNorm: "2, 8",
  InstanceNorm2d: "8",
  LayerNorm: "8",
  LocalResponseNorm: "5",
  Dropout: "0.5",
  Dropout2d: "0.5",
  ReLU: "",
  ReLU6: "",
  LeakyReLU: "",
  PReLU: "",
  ELU: "",
  CELU: "",
  SELU: "",
  GELU: "",
  SiLU: "",
  Mish: "",
  Sigmoid: "",
  Tanh: "",
  Softplus: "",
  Softsign: "",
  LogSigmoid: "",
  Hardsigmoid: "",
  Hardswish: "",
  Hardtanh: "",
  Softmax: "1",
  Softmax2d: "",
  LogSoftmax: "1",
  GLU: "1",
  Identity: "",
  Unflatten: "1, [1, 8, 8]",
  PixelShuffle: "2",
  PixelUnshuffle: "2",
  Upsample: "{ scaleFactor: 2 }",
} as const;

/** Of `models`. */
export const ofModels = {
  Residual: "8, 8",
  Bottleneck: "32, 8",
  Inception: "8, [4, [4, 8], [2, 4], 4]",
  DenseBlock: "2, 8, 4",
  TransitionBlock: "16, 8",
  InvertedResidual: "8, 8",
  Fire: "8, 4, 8",
} as const;

const tables: Readonly<Record<"nn" | "models", Readonly<Record<string, string>>>> = {
  nn: ofNn,
  models: ofModels,
};

export function layerNames(from: "nn" | "models"): readonly string[] {
  return Object.keys(tables[from]);
}

export function isLayerName(from: "nn" | "models", name: string): boolean {
  return Object.hasOwn(tables[from], name);
}

/** Every layer with where it comes from: `nn.Conv2d`, `models.Residual`. */
export const allLayers: readonly string[] = (["nn", "models"] as const).flatMap((from) =>
  layerNames(from).map((name) => `${from}.${name}`),
);

/** The text of a new layer, with numbers to be changed; null if there is no such layer. */
export function newLayerText(name: string): string | null {
  const [from, own = ""] = name.includes(".") ? name.split(".", 2) : ["nn", name];
  if ((from !== "nn" && from !== "models") || !isLayerName(from, own)) return null;
  return `new ${from}.${own}(${tables[from]?.[own] ?? ""})`;
}
