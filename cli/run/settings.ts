// What a run was asked to do: enough to do it again, or to go on with it.
import { createRequire } from "node:module";
import { arch, cpus, platform, totalmem } from "node:os";
import type { MatmulPrecision } from "../../src/index.ts";
import type { GroupValues } from "../options.ts";
import type { augmentNames, normalizeNames, optimizerNames, scheduleNames } from "./names.ts";

export interface RunSettings {
  readonly model: string;
  /** The network's own. */
  readonly modelOptions: GroupValues;
  /** Height and width that the network sees; `null`: what it is made for. */
  readonly inputSize: number | null;
  /** Checkpoint that it started from. */
  readonly fineTune: string | null;
  /** Paths of what is left as it is, or "backbone". */
  readonly freeze: string | null;
  /** Name of a data set, or a folder. */
  readonly data: string;
  /** Share of a folder without a test part that is held out. */
  readonly holdOut: number;
  readonly channels: 1 | 3 | null;
  readonly resizeMode: "crop" | "pad" | "stretch";
  readonly onBadImage: "error" | "skip";
  /** Read the files of a folder while training goes on, though they would fit into memory. */
  readonly stream: boolean;
  readonly augment: (typeof augmentNames)[number];
  readonly normalize: (typeof normalizeNames)[number];
  /** Only so many training images; `null`: all. */
  readonly limit: number | null;
  readonly workers: number | null;
  readonly epochs: number;
  readonly batchSize: number;
  readonly accumulate: number;
  readonly optimizer: (typeof optimizerNames)[number];
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: (typeof scheduleNames)[number];
  readonly labelSmoothing: number;
  readonly mixup: number | null;
  readonly cutmix: number | null;
  /** Learning rate of a stage of the network, compared with the next one's. */
  readonly layerDecay: number;
  readonly clipGradNorm: number | null;
  readonly clipGradValue: number | null;
  readonly ema: number | null;
  readonly earlyStopping: number | null;
  /** Kinds of logs besides the run's own, with commas. */
  readonly log: string | null;
  readonly seed: number;
  /** `null`: as many as the machine has cores. */
  readonly threads: number | null;
  readonly backend: string;
  /** How the GPU takes the factors of products. */
  readonly matmulPrecision: MatmulPrecision;
  /** Seconds between two checkpoints inside an epoch. */
  readonly checkpointEvery: number;
}

/** A run of which nothing is said: LeNet as the textbook trains it (Zhang et al., section 7.6). */
export const usualSettings: RunSettings = {
  model: "lenet",
  modelOptions: {},
  inputSize: null,
  fineTune: null,
  freeze: null,
  data: "fashion-mnist",
  holdOut: 0.2,
  channels: null,
  resizeMode: "crop",
  onBadImage: "error",
  stream: false,
  augment: "none",
  normalize: "none",
  limit: null,
  workers: null,
  epochs: 10,
  batchSize: 256,
  accumulate: 1,
  optimizer: "sgd",
  lr: 0.9,
  momentum: 0,
  weightDecay: 0,
  schedule: "none",
  labelSmoothing: 0,
  mixup: null,
  cutmix: null,
  layerDecay: 1,
  clipGradNorm: null,
  clipGradValue: null,
  ema: null,
  earlyStopping: null,
  log: null,
  seed: 0,
  threads: null,
  backend: "auto",
  matmulPrecision: "float32",
  checkpointEvery: 30,
};

/** Settings that may be `null` have a number otherwise, but for these. */
const texts = ["fineTune", "freeze", "log"];

/**
 * Settings as read from a log, or `null` if they have not their form. What a log of before does not name is as usual;
 * values are checked where they are used.
 */
export function readSettings(value: unknown): RunSettings | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = { ...usualSettings, ...value } as unknown as Record<string, unknown>;
  const isFitting = Object.entries(usualSettings).every(([name, usual]) => {
    const type = usual !== null ? typeof usual : texts.includes(name) ? "string" : "number";
    return fields[name] === null ? usual === null : typeof fields[name] === type;
  });
  return isFitting && "model" in value && "data" in value
    ? (fields as unknown as RunSettings)
    : null;
}

/** The settings as a config file: without what is as if not given. */
export function settingsJson(settings: RunSettings): string {
  const said = Object.entries(settings).filter(([, value]) => value !== null);
  return `${JSON.stringify(Object.fromEntries(said), null, 2)}\n`;
}

/** Where a run took place. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly fovea: string;
}

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${arch()}`,
    node: process.version,
    fovea: version(),
  };
}

/** The version in package.json. */
export function version(): string {
  const require = createRequire(import.meta.url);
  // The sources lie one folder below package.json, the compiled command two.
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      const { name, version } = require(path) as { name: string; version: string };
      if (name === "fovea") return version;
    } catch {
      // Not there: try the next one.
    }
  }
  return "unknown";
}

/** What the network of a run is called: "lenet", or that it is written as text. */
export function modelTitle({ model }: Pick<RunSettings, "model">): string {
  return model === "text" ? "own network" : model;
}

/** The settings in one line: "10 epochs, batch 256, sgd lr 0.9, seed 0". */
export function settingsText(settings: RunSettings): string {
  const { epochs, batchSize, accumulate, seed } = settings;
  const parts = [
    `${epochs} ${epochs === 1 ? "epoch" : "epochs"}`,
    `batch ${accumulate === 1 ? batchSize : `${accumulate} x ${batchSize}`}`,
    optimizerText(settings, "lr"),
    ...extraSettings(settings).map(([name, value]) => `${name} ${value}`),
    `seed ${seed}`,
  ];
  return parts.join(", ");
}

/** "sgd lr 0.9, momentum 0.5" */
export function optimizerText(
  { optimizer, lr, momentum, weightDecay }: RunSettings,
  word: string,
): string {
  const parts = [
    `${optimizer}${word === "lr" ? "" : ","} ${word} ${lr}`,
    ...(momentum === 0 ? [] : [`momentum ${momentum}`]),
    ...(weightDecay === 0 ? [] : [`weight decay ${weightDecay}`]),
  ];
  return parts.join(", ");
}

/** What is not as usual, by name, besides what every run names. */
export function extraSettings(settings: RunSettings): (readonly [name: string, value: string])[] {
  const names = {
    inputSize: "input size",
    fineTune: "fine-tuned from",
    freeze: "frozen",
    augment: "augmentation",
    normalize: "normalisation",
    schedule: "schedule",
    labelSmoothing: "label smoothing",
    mixup: "mixup",
    cutmix: "cutmix",
    layerDecay: "rate by layer",
    clipGradNorm: "gradients to",
    clipGradValue: "gradients cut at",
    ema: "average of weights",
    earlyStopping: "early stopping",
    matmulPrecision: "products in",
  } as const;
  const own = Object.entries(settings.modelOptions)
    // The text of a network is no word among others.
    .filter(([name]) => settings.model !== "text" || name !== "text")
    .map(([name, value]) => [name, String(value)] as const);
  const more = Object.entries(names).flatMap(([key, name]) => {
    const value = settings[key as keyof typeof names];
    return value === usualSettings[key as keyof typeof names]
      ? []
      : [[name, String(value)] as const];
  });
  return [...own, ...more];
}
