// The JSON part of a checkpoint, read without trusting it: every field is checked before it is used.
import type { Normalization } from "../data/transforms/normalize.ts";
import type { AverageState, OptimizerState, SavedGroup } from "../optim/index.ts";
import { FormatError } from "../tensor/errors.ts";
import type { EpochRecord, TrainState } from "./events.ts";
import type { ScheduleState } from "./schedule.ts";

/** Raised when files that were written before can no longer be read. */
export const checkpointVersion = 2;

/** What a checkpoint says besides its tensors. */
export interface CheckpointInfo {
  readonly model: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  readonly classes: readonly string[];
  /** How the network's images are normalised; null if they are not. */
  readonly normalize: Normalization | null;
  /** How it was trained, as plain JSON; null if nothing was said. Whoever uses it checks it. */
  readonly settings: Readonly<Record<string, unknown>> | null;
  readonly progress: TrainState | null;
  readonly optimizer: Omit<OptimizerState, "tensors"> | null;
  readonly ema: Omit<AverageState, "tensors"> | null;
}

type Check<T> = (value: unknown, path: string) => T;

/**
 * Reads the text.
 * @throws FormatError that names the first field that is not as it should be
 */
export function parseInfo(text: string, name: string): CheckpointInfo {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${name}: the checkpoint's description is not JSON`, { cause });
  }
  try {
    const info = record(value, "description");
    const { format, version, model, classes, progress, optimizer, ema } = info;
    // Files of before have neither.
    const { normalize = null, settings = null } = info;
    if (format !== "fovea checkpoint") throw wrong("format", format, '"fovea checkpoint"');
    if (version !== checkpointVersion) throw wrong("version", version, String(checkpointVersion));
    return {
      model: named(model, "model"),
      classes: listOf(string)(classes, "classes"),
      normalize: orNull(normalization)(normalize, "normalize"),
      settings: orNull(record)(settings, "settings"),
      progress: orNull(trainState)(progress, "progress"),
      optimizer: orNull(optimizerInfo)(optimizer, "optimizer"),
      ema: orNull(emaInfo)(ema, "ema"),
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${name}: ${error.headline}`, { facts: error.facts });
  }
}

const named: Check<CheckpointInfo["model"]> = (value, path) => {
  const { name, options } = record(value, path);
  return { name: string(name, `${path}.name`), options: record(options, `${path}.options`) };
};

const normalization: Check<Normalization> = (value, path) => {
  const { mean, std } = record(value, path);
  const isAboveZero: Check<number> = (one, at) => {
    if (number(one, at) > 0) return one as number;
    throw wrong(at, one, "a number above 0");
  };
  return {
    mean: oneOrEach(number)(mean, `${path}.mean`),
    std: oneOrEach(isAboveZero)(std, `${path}.std`),
  };
};

/** One value for all channels, or one for each. */
function oneOrEach<T>(check: Check<T>): Check<T | T[]> {
  return (value, path) => (Array.isArray(value) ? listOf(check)(value, path) : check(value, path));
}

const optimizerInfo: Check<NonNullable<CheckpointInfo["optimizer"]>> = (value, path) => {
  const { type, paramGroups, steps } = record(value, path);
  const info = {
    type: string(type, `${path}.type`),
    paramGroups: listOf(savedGroup)(paramGroups, `${path}.paramGroups`),
    steps: listOf(count)(steps, `${path}.steps`),
  };
  // Groups hold the parameters one after the other.
  const numbers = info.paramGroups.flatMap(({ params }) => params);
  const inOrder = numbers.every((number, i) => number === i);
  if (!inOrder || numbers.length !== info.steps.length) {
    throw wrong(`${path}.paramGroups`, paramGroups, `parameters 0 to ${info.steps.length - 1}`);
  }
  return info;
};

const savedGroup: Check<SavedGroup> = (value, path) => {
  const { params, options: given } = record(value, path);
  const options = record(given, `${path}.options`);
  positive(options.lr, `${path}.options.lr`);
  return { params: listOf(count)(params, `${path}.params`), options };
};

const emaInfo: Check<NonNullable<CheckpointInfo["ema"]>> = (value, path) => {
  const { options, updates } = record(value, path);
  const { decay, warmUp } = record(options, `${path}.options`);
  return {
    options: {
      decay: positive(decay, `${path}.options.decay`),
      warmUp: boolean(warmUp, `${path}.options.warmUp`),
    },
    updates: count(updates, `${path}.updates`),
  };
};

const trainState: Check<TrainState> = (value, path) => {
  const state = record(value, path);
  const at = <T>(key: keyof TrainState, check: Check<T>): T => check(state[key], `${path}.${key}`);
  const result: TrainState = {
    epoch: at("epoch", count),
    step: at("step", count),
    stepInEpoch: at("stepInEpoch", count),
    seed: at("seed", count),
    batchSize: at("batchSize", count),
    accumulate: at("accumulate", count),
    shuffle: at("shuffle", boolean),
    images: at("images", count),
    lossSum: at("lossSum", number),
    correct: at("correct", count),
    secondsInEpoch: at("secondsInEpoch", positive),
    history: at("history", listOf(epochRecord)),
    // Files of before schedules have none.
    schedule: state.schedule === undefined ? null : at("schedule", orNull(scheduleState)),
  };
  for (const name of ["batchSize", "accumulate"] as const) {
    if (result[name] < 1) throw wrong(`${path}.${name}`, result[name], "at least 1");
  }
  const stepsPerEpoch = Math.ceil(result.images / (result.batchSize * result.accumulate));
  if (result.stepInEpoch > stepsPerEpoch) {
    throw wrong(`${path}.stepInEpoch`, result.stepInEpoch, `at most ${stepsPerEpoch}`);
  }
  if (result.step !== result.epoch * stepsPerEpoch + result.stepInEpoch) {
    throw wrong(
      `${path}.step`,
      result.step,
      `${result.epoch * stepsPerEpoch + result.stepInEpoch}`,
    );
  }
  return result;
};

/** The schedule itself checks the rest when it takes the state over. */
const scheduleState: Check<ScheduleState> = (value, path) => {
  const state = record(value, path);
  string(state.type, `${path}.type`);
  record(state.options, `${path}.options`);
  count(state.lastEpoch, `${path}.lastEpoch`);
  listOf(positive)(state.lastLr, `${path}.lastLr`);
  return state as unknown as ScheduleState;
};

const epochRecord: Check<EpochRecord> = (value, path) => {
  const row = record(value, path);
  const at = <T>(key: keyof EpochRecord, check: Check<T>): T => check(row[key], `${path}.${key}`);
  return {
    epoch: at("epoch", count),
    step: at("step", count),
    loss: at("loss", number),
    accuracy: at("accuracy", number),
    validationLoss: at("validationLoss", orNull(number)),
    validationAccuracy: at("validationAccuracy", orNull(number)),
    seconds: at("seconds", positive),
    imagesPerSecond: at("imagesPerSecond", positive),
    lr: at("lr", positive),
  };
};

function wrong(path: string, value: unknown, expected: string): FormatError {
  const found = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
  return new FormatError(`the checkpoint's ${path} is not as expected`, {
    facts: [
      { name: "expected", value: expected },
      { name: "found", value: found },
    ],
  });
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw wrong(path, value, "an object");
}

function string(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw wrong(path, value, "a text");
}

function boolean(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  throw wrong(path, value, "true or false");
}

function number(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw wrong(path, value, "a number");
}

function positive(value: unknown, path: string): number {
  if (number(value, path) >= 0) return value as number;
  throw wrong(path, value, "a number of at least 0");
}

function count(value: unknown, path: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw wrong(path, value, "a whole number of at least 0");
}

function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

function listOf<T>(check: Check<T>): Check<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, value, "a list");
    return value.map((item, i) => check(item, `${path}[${i}]`));
  };
}
