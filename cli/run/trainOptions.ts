// What `fovea train` takes, and the settings of a run that follow from it.
import { type OptionSpecs, type OptionValues, UsageError } from "../options.ts";
import { backendOptions } from "./backend.ts";
import {
  augmentNames,
  datasetNames,
  logNames,
  logsOf,
  normalizeNames,
  optimizerNames,
  scheduleNames,
  usualRate,
} from "./names.ts";
import type { RunSettings } from "./settings.ts";
import { usualBackend } from "./usualBackend.ts";

const share = { min: 0, max: 1 } as const;

const modelOptions = {
  model: {
    ...{ type: "group", value: "VALUE" },
    help: "option of the network: --model.width 0.5, --model.form torchvision, --model.batchNorm true",
  },
  "input-size": {
    ...{ type: "integer", value: "N", min: 1, max: 4096, defaultText: "what it is made for" },
    help: "height and width that the network sees; images of other sizes are resized",
  },
  "fine-tune": {
    ...{ type: "text", value: "CHECKPOINT" },
    help: "start from this trained network; a last layer for other classes begins anew",
  },
  freeze: {
    ...{ type: "text", value: "PATHS" },
    help: "leave these parts as they are: paths such as 0,1, or backbone, all but the last layer",
  },
} as const satisfies OptionSpecs;

const dataOptions = {
  data: {
    ...{ type: "text", value: "NAME|FOLDER", default: "fashion-mnist" },
    help: `what to learn from: ${datasetNames.join(", ")}, or a folder with a folder of pictures for each class`,
  },
  "hold-out": {
    ...{ type: "number", value: "SHARE", ...share, above: true, default: 0.2 },
    help: "share of the pictures to test with, of a folder that has no test part",
  },
  channels: {
    ...{ type: "integer", value: "1|3", min: 1, max: 3, defaultText: "as the pictures" },
    help: "grey or colour, for pictures of a folder",
  },
  "resize-mode": {
    ...{ type: "choice", choices: ["crop", "pad", "stretch"], default: "crop" },
    help: "how pictures of a folder that are not square become so",
  },
  "on-bad-image": {
    ...{ type: "choice", choices: ["error", "skip"], default: "error" },
    help: "what becomes of files in a folder that are no sound pictures",
  },
  stream: {
    ...{ type: "flag" },
    help: "read the files of a folder while training goes on; done by itself above 1 GiB of pixels",
  },
  augment: {
    ...{ type: "choice", choices: augmentNames, default: "none" },
    help: "random changes: crop shifts, light shifts and mirrors, randaugment changes much more",
  },
  normalize: {
    ...{ type: "choice", choices: normalizeNames, default: "none" },
    help: "centre and scale the pixels, by the training data or as networks for ImageNet",
  },
  limit: {
    ...{ type: "integer", value: "N", min: 1 },
    help: "only N training images, for trying out",
  },
  workers: {
    ...{ type: "integer", value: "N", min: 0, max: 64, defaultText: "one less than cores, to 4" },
    help: "threads that read and change pictures; results do not depend on it",
  },
} as const satisfies OptionSpecs;

const learningOptions = {
  epochs: {
    ...{ type: "integer", value: "N", min: 1, max: 100_000, default: 10 },
    help: "times to go through the data",
  },
  "batch-size": {
    ...{ type: "integer", value: "N", min: 1, max: 65_536, default: 256 },
    help: "images in a batch",
  },
  accumulate: {
    ...{ type: "integer", value: "N", min: 1, max: 65_536, default: 1 },
    help: "batches in a step, where a larger one does not fit into memory",
  },
  optimizer: {
    ...{ type: "choice", choices: optimizerNames, default: "sgd" },
    help: "how the weights follow the gradient",
  },
  lr: {
    ...{ type: "number", value: "RATE", min: 0, above: true },
    ...{ defaultText: "the textbook's for sgd, 0.9 for lenet; 0.001 for adam" },
    help: "learning rate",
  },
  momentum: {
    ...{ type: "number", value: "SHARE", ...share, default: 0 },
    help: "share of the last step's direction that is kept; for sgd and rmsprop",
  },
  "weight-decay": { type: "number", value: "RATE", min: 0, default: 0, help: "L2 penalty" },
  schedule: {
    ...{ type: "choice", choices: scheduleNames, default: "none" },
    help:
      "learning rate over time: cosine to 0, step to a tenth twice, one-cycle up to --lr and down, " +
      "plateau to a tenth when the test loss stands still",
  },
  "label-smoothing": {
    ...{ type: "number", value: "SHARE", ...share, default: 0 },
    help: "part of the target that is spread over all classes",
  },
  mixup: {
    ...{ type: "number", value: "ALPHA", min: 0, above: true },
    help: "blend images of a batch; 0.2 is usual",
  },
  cutmix: {
    ...{ type: "number", value: "ALPHA", min: 0, above: true },
    help: "put rectangles of other images into images; 1 is usual",
  },
  "layer-decay": {
    ...{ type: "number", value: "FACTOR", ...share, above: true, default: 1 },
    help: "learning rate of each part of the network, compared with the part after it; for --fine-tune",
  },
  "clip-grad-norm": {
    ...{ type: "number", value: "NORM", min: 0, above: true },
    help: "scale gradients down that are larger than this",
  },
  "clip-grad-value": {
    ...{ type: "number", value: "SIZE", min: 0, above: true },
    help: "cut each element of the gradients at this size",
  },
  ema: {
    ...{ type: "number", value: "DECAY", ...share, above: true },
    help: "test and save an average of the weights; 0.999 is usual",
  },
  "early-stopping": {
    ...{ type: "integer", value: "EPOCHS", min: 0 },
    help: "stop once the test loss has not improved for more than so many epochs",
  },
} as const satisfies OptionSpecs;

const machineOptions = {
  log: {
    ...{ type: "text", value: "KINDS" },
    help: `also keep the figures as ${logNames.join(", ")}: one, or several with commas`,
  },
  seed: {
    ...{ type: "integer", value: "N", min: 0, max: 2 ** 32 - 1, default: 0 },
    help: "picks the first weights and the order of the images",
  },
  ...backendOptions,
  "checkpoint-every": {
    ...{ type: "number", value: "SECONDS", min: 0, above: true, default: 30 },
    help: "save this often inside an epoch, besides after each",
  },
} as const satisfies OptionSpecs;

/** The options of which settings are made. */
export const settingOptions = {
  ...dataOptions,
  ...modelOptions,
  ...learningOptions,
  ...machineOptions,
} as const satisfies OptionSpecs;

/**
 * The settings of a new run.
 * @throws UsageError for options that do not go together
 */
export function settingsOf(
  model: string,
  values: OptionValues<typeof settingOptions>,
): RunSettings {
  const { optimizer, momentum, mixup, cutmix, channels } = values;
  if (momentum !== 0 && optimizer !== "sgd" && optimizer !== "rmsprop")
    throw new UsageError("--momentum is for sgd and rmsprop");
  if (mixup !== undefined && cutmix !== undefined)
    throw new UsageError("--mixup and --cutmix exclude each other");
  if (channels === 2) throw new UsageError("--channels: pictures have 1 or 3, not 2");
  if (values["hold-out"] === 1) throw new UsageError("--hold-out: nothing is left to learn from");
  if (values["clip-grad-norm"] !== undefined && values["clip-grad-value"] !== undefined)
    throw new UsageError("--clip-grad-norm and --clip-grad-value exclude each other");
  logsOf(values.log ?? null);
  for (const name of ["inChannels", "numClasses", "imageSize"])
    if (name in values.model) throw new UsageError(`--model.${name} follows from the data`);
  if ("inputSize" in values.model) throw new UsageError("--model.inputSize is --input-size");
  return {
    model,
    modelOptions: values.model,
    inputSize: values["input-size"] ?? null,
    fineTune: values["fine-tune"] ?? null,
    freeze: values.freeze ?? null,
    data: values.data,
    holdOut: values["hold-out"],
    channels: channels === undefined ? null : channels === 1 ? 1 : 3,
    resizeMode: values["resize-mode"] as RunSettings["resizeMode"],
    onBadImage: values["on-bad-image"] as RunSettings["onBadImage"],
    stream: values.stream,
    augment: values.augment as RunSettings["augment"],
    normalize: values.normalize as RunSettings["normalize"],
    limit: values.limit ?? null,
    workers: values.workers ?? null,
    epochs: values.epochs,
    batchSize: values["batch-size"],
    accumulate: values.accumulate,
    optimizer: optimizer as RunSettings["optimizer"],
    lr: values.lr ?? usualRate(model, optimizer),
    momentum,
    weightDecay: values["weight-decay"],
    schedule: values.schedule as RunSettings["schedule"],
    labelSmoothing: values["label-smoothing"],
    mixup: mixup ?? null,
    cutmix: cutmix ?? null,
    layerDecay: values["layer-decay"],
    clipGradNorm: values["clip-grad-norm"] ?? null,
    clipGradValue: values["clip-grad-value"] ?? null,
    ema: values.ema ?? null,
    earlyStopping: values["early-stopping"] ?? null,
    log: values.log ?? null,
    seed: values.seed,
    threads: values.threads ?? null,
    backend: values.backend ?? usualBackend,
    matmulPrecision: values["matmul-precision"] as RunSettings["matmulPrecision"],
    checkpointEvery: values["checkpoint-every"],
  };
}
