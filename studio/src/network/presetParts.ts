// Parts of networks as texts, of which the presets are made.

/** From channels to channels, convolution by convolution. */
export const vggBlock = (...channels: readonly number[]): string => {
  const layers = channels
    .slice(1)
    .map((to, i) => `new nn.Conv2d(${channels[i]}, ${to}, 3, { padding: 1 }), new nn.ReLU(),`);
  return `  new nn.Sequential(\n    ${layers.join("\n    ")}\n    new nn.MaxPool2d(2),\n  ),`;
};

export const normedConv = (from: number, to: number): string =>
  `new nn.Conv2d(${from}, ${to}, 3, { padding: 1 }), new nn.BatchNorm2d(${to}), new nn.ReLU(),`;

export const ninBlock = (from: number, to: number, rest: string): string => `  new nn.Sequential(
    new nn.Conv2d(${from}, ${to}, ${rest}), new nn.ReLU(),
    new nn.Conv2d(${to}, ${to}, 1), new nn.ReLU(),
    new nn.Conv2d(${to}, ${to}, 1), new nn.ReLU(),
  ),`;

export const denseTop = (reached: number): string => `  new nn.Flatten(),
  new nn.Linear(${reached}, 4096), new nn.ReLU(), new nn.Dropout(0.5),
  new nn.Linear(4096, 4096), new nn.ReLU(), new nn.Dropout(0.5),
  new nn.Linear(4096, 10),`;

export const halve = "new nn.MaxPool2d(3, { stride: 2, padding: 1 })";
export const shrink = "  new nn.MaxPool2d(3, { stride: 2, ceilMode: true }),";

/** Blocks one after another, the first with its own options: a stage of a residual network, in lines of two. */
export const stage = (
  block: string,
  inputs: readonly [number, number][],
  first: string | null,
  others: string | null = null,
): string => {
  const blocks = inputs.map(([from, to], i) => {
    const options = i === 0 ? first : others;
    return `new models.${block}(${from}, ${to}${options === null ? "" : `, { ${options} }`}),`;
  });
  const lines = blocks.flatMap((each, i) =>
    i % 2 === 0 ? [`  ${[each, ...blocks.slice(i + 1, i + 2)].join(" ")}`] : [],
  );
  return lines.join("\n");
};

/** From a number of channels to another, then so many times between the same. */
const chain = (from: number, to: number, count: number, reached = to): [number, number][] => [
  [from, to],
  ...Array.from({ length: count - 1 }, (): [number, number] => [reached, to]),
];

export const residualStem = [
  "  new nn.Conv2d(1, 64, 7, { stride: 2, padding: 3 }), new nn.BatchNorm2d(64), new nn.ReLU(),",
  `  ${halve},`,
];
export const top = (reached: number): string =>
  `  new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(${reached}, 10),`;

export const residual = (counts: readonly [number, number, number, number]): string[] =>
  counts.map((count, i) => {
    const channels = 64 * 2 ** i;
    return stage(
      "Residual",
      chain(i === 0 ? 64 : channels / 2, channels, count),
      i === 0 ? null : "stride: 2",
    );
  });
export const bottleneck = (counts: readonly [number, number, number, number]): string[] =>
  counts.map((count, i) => {
    const channels = 64 * 2 ** i;
    const from = i === 0 ? 64 : 2 * channels;
    return stage(
      "Bottleneck",
      chain(from, channels, count, 4 * channels),
      i === 0 ? null : "stride: 2",
    );
  });
export const inverted = (from: number, to: number, count: number, stride: number): string =>
  stage("InvertedResidual", chain(from, to, count), stride === 1 ? null : `stride: ${stride}`);
export const network = (...lines: readonly string[]): string =>
  `new nn.Sequential(\n${lines.join("\n")}\n)`;
