// How a run of the studio is written into a checkpoint, so that `fovea evaluate` and the others know what it is; and back.
import type { InputShape, OptimizerName, RunSettings, ScheduleName, StartName } from "./types.ts";
import { optimizerNames, scheduleNames, startNames } from "./types.ts";

/** Name and options by which `models.createModel` builds the network anew. */
export interface CheckpointModel {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The model of a checkpoint. */
export function checkpointModel(
  { network: text, inputShape: [inChannels, ...imageSize] }: RunSettings,
  numClasses: number,
): CheckpointModel {
  return { name: "text", options: { text, inChannels, numClasses, imageSize } };
}

/** Data sets that the command knows by another name. */
const dataNames: Readonly<Record<string, string>> = { sample: "fashion-mnist-sample" };

/** The settings of a checkpoint: by the names that the command line has for them, and the run's title. */
export function checkpointSettings(settings: RunSettings): Readonly<Record<string, unknown>> {
  const { title, network, model: known, inputShape: _, dataset, ...rest } = settings;
  const data = dataNames[dataset] ?? dataset;
  const name = known?.name ?? "text";
  const { inChannels, numClasses, imageSize, inputSize = null, ...own } = known?.options ?? {};
  const modelOptions = known === undefined ? { text: network } : own;
  return { title, model: name, modelOptions, inputSize, data, ...rest };
}

/**
 * The settings of a run that a checkpoint was saved from, in the studio or by `fovea train`; what it does not say, or says
 * in a way that the studio does not know, is as given.
 * @param usual what is not said, and network, model and shape: they follow from the checkpoint's model
 */
export function settingsOfCheckpoint(saved: unknown, usual: RunSettings): RunSettings {
  const said =
    typeof saved === "object" && saved !== null ? (saved as Record<string, unknown>) : {};
  const own = <Value>(name: string, isFitting: (value: unknown) => boolean, other: Value): Value =>
    Object.hasOwn(said, name) && isFitting(said[name]) ? (said[name] as Value) : other;
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
  const isRate = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
  const oneOf = (names: readonly string[]) => (value: unknown) => names.includes(value as string);
  const data = own("data", isText, usual.dataset);
  return {
    title: own("title", isText, usual.title),
    network: usual.network,
    ...(usual.model === undefined ? {} : { model: usual.model }),
    inputShape: usual.inputShape as InputShape,
    dataset: Object.entries(dataNames).find(([, name]) => name === data)?.[0] ?? data,
    optimizer: own<OptimizerName>("optimizer", oneOf(optimizerNames), usual.optimizer),
    lr: own("lr", isRate, usual.lr),
    momentum: own("momentum", isRate, usual.momentum),
    weightDecay: own("weightDecay", isRate, usual.weightDecay),
    schedule: own<ScheduleName>("schedule", oneOf(scheduleNames), usual.schedule),
    epochs: own("epochs", isCount, usual.epochs),
    batchSize: own("batchSize", isCount, usual.batchSize),
    ...(said.start === undefined
      ? {}
      : { start: own<StartName>("start", oneOf(startNames), "usual") }),
    seed: own("seed", (value) => value === 0 || isCount(value), usual.seed),
  };
}
