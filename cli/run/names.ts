// The names that the command line knows, apart from the library: help must not wait for it to load.
// A test compares them with what the library has.
import { UsageError } from "../options.ts";

export const modelNames: readonly string[] = [
  "lenet",
  "alexnet",
  "vgg11",
  "vgg13",
  "vgg16",
  "vgg19",
  "nin",
  "googlenet",
  "resnet18",
  "resnet34",
  "resnet50",
  "resnet101",
  "resnet152",
  "densenet",
  "densenet121",
  "mobilenetV2",
  "squeezenet",
];

/** @throws UsageError that names the networks */
export function checkModelName(name: string): void {
  if (modelNames.includes(name)) return;
  const known = modelNames.join(", ");
  throw new UsageError(`unknown model ${name} (known: ${known})`, name, modelNames);
}

export const datasetNames: readonly string[] = [
  "fashion-mnist",
  "fashion-mnist-sample",
  "mnist",
  "cifar-10",
  "cifar-100",
];

export const optimizerNames = [
  "sgd",
  "adam",
  "adamw",
  "rmsprop",
  "adagrad",
  "adadelta",
  "adamax",
  "nadam",
  "radam",
] as const;

export const scheduleNames = ["none", "cosine", "step", "one-cycle", "plateau"] as const;

export const logNames = ["csv", "jsonl", "tensorboard"] as const;

/**
 * The kinds of logs in a list with commas.
 * @throws UsageError for one that does not exist
 */
export function logsOf(list: string | null): readonly (typeof logNames)[number][] {
  return (list ?? "").split(",").flatMap((word) => {
    const name = word.trim();
    if (name === "") return [];
    const known = logNames.find((one) => one === name);
    if (known !== undefined) return [known];
    throw new UsageError(`--log: "${name}" is not one of ${logNames.join(", ")}`, name, logNames);
  });
}

export const augmentNames = ["none", "crop", "light", "randaugment"] as const;

export const normalizeNames = ["none", "data", "imagenet"] as const;

/** The textbook's learning rates for plain SGD. */
const sgdRates: readonly (readonly [model: RegExp, lr: number])[] = [
  [/^lenet$/, 0.9],
  [/^(alexnet|squeezenet)$/, 0.01],
  [/^(vgg|nin|resnet|mobilenet)/, 0.05],
];

/** PyTorch's defaults. */
const otherRates: Readonly<Record<string, number>> = {
  rmsprop: 0.01,
  adagrad: 0.01,
  adadelta: 1,
  adamax: 0.002,
  nadam: 0.002,
};

/** The learning rate that suits a network and an optimizer, for those who name none. */
export function usualRate(model: string, optimizer: string): number {
  if (optimizer !== "sgd") return otherRates[optimizer] ?? 0.001;
  return sgdRates.find(([pattern]) => pattern.test(model))?.[1] ?? 0.1;
}
