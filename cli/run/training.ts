// A training run from settings to report: new, or resumed from its last checkpoint.
import { existsSync } from "node:fs";
import { FoveaError, interop, manualSeed, models, type nn, optim, train } from "../../src/index.ts";
import type { ExitCode } from "../command.ts";
import { UsageError } from "../options.ts";
import { ownName } from "../ownName.ts";
import type { TrainingWatch } from "../studio/watch.ts";
import type { WatchedRun } from "../studio/watchTypes.ts";
import { count, percent } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { computeOn, isGpuName } from "./backend.ts";
import { loadRunData, type RunData } from "./data.ts";
import { type Display, type DisplayKind, openDisplay, spent } from "./display.ts";
import { freezeParts, startFrom } from "./fineTune.ts";
import { findRun, type RunFolder } from "./folder.ts";
import { EventLog, type RunEvent } from "./log.ts";
import { logsOf } from "./names.ts";
import {
  inputSizeOf,
  isBoundToEpochs,
  type ModelDescription,
  modelFor,
  optimizerFactory,
  optimizerFor,
  scheduleFor,
} from "./network.ts";
import { checkOwnModel, ownModel } from "./networkFile.ts";
import { writeResults } from "./results.ts";
import {
  modelTitle,
  type RunSettings,
  settingsJson,
  settingsText,
  thisMachine,
} from "./settings.ts";
import { stopOnSignals } from "./stop.ts";
import { resumeCommand, withWayOn } from "./wayOn.ts";

export interface TrainingRequest {
  readonly folder: RunFolder;
  readonly settings: RunSettings;
  /** What it starts from, read from the settings' `fineTune`. */
  readonly start?: train.Checkpoint | null;
  /** Overwrite a run that is there. */
  readonly force: boolean;
  readonly display: DisplayKind;
  /** Pages that look on. */
  readonly watch?: TrainingWatch | null;
  /** Takes the sample if the data cannot be had, with these settings instead. */
  readonly onSample?: (settings: RunSettings) => RunSettings;
}

/** Trains from the beginning. */
export async function startTraining(
  request: TrainingRequest,
  terminal: Terminal,
): Promise<ExitCode> {
  const { folder, force, onSample, start = null } = request;
  const computing = await computeOn(request.settings.backend, request.settings);
  checkModel(request.settings);
  // Before the data is fetched: a folder that cannot be written is said at once.
  folder.create(force);
  const splits = await loadRunData(request.settings, {
    size: inputSizeOf(request.settings),
    normalize: start === null ? undefined : start.normalize,
    sampleIfMissing: onSample !== undefined,
    onProgress: progressTo(terminal, request.display),
  })
    .then((loaded) => fitting(request.settings, loaded))
    .catch((error) => {
      folder.discardEmpty();
      throw error;
    });
  const isSample = splits.origin === "sample";
  const settings =
    isSample && onSample !== undefined ? onSample(request.settings) : request.settings;
  const run: RunEvent = {
    type: "run",
    run: folder.name,
    startedAt: new Date().toISOString(),
    origin: splits.origin,
    ...(splits.skipped === 0 ? {} : { skipped: splits.skipped }),
    settings,
    ...computing,
    machine: thisMachine(),
  };
  await interop.atomicWrite(folder.file("settings"), settingsJson(settings));
  const log = EventLog.create(folder.file("events"), run);
  const { display, watch = null } = request;
  const training = { folder, run, log, splits, start, checkpoint: null, display, watch };
  return runTraining(training, terminal);
}

/** Refuses a network that cannot be built, before anything is fetched or written. */
export function checkModel(settings: RunSettings): void {
  const [height, width] = inputSizeOf(settings);
  const dataset = { imageShape: [1, height, width] as const, classes: ["one", "other"] };
  const { name, options } = modelFor(settings, dataset);
  models.createModel(name, options);
}

/** Refuses data that a network of one's own does not fit. */
function fitting(settings: RunSettings, splits: RunData): RunData {
  if (settings.model !== ownModel) return splits;
  const { imageShape, classes } = splits.train;
  try {
    const { name, options } = modelFor(settings, { imageShape, classes });
    checkOwnModel(models.createModel(name, options), imageShape, classes);
    return splits;
  } catch (error) {
    splits.close();
    throw error;
  }
}

function progressTo(terminal: Terminal, display: DisplayKind): (message: string) => void {
  return display === "quiet" ? () => {} : (message) => terminal.note(message);
}

/** Goes on where the last checkpoint of a run was saved. `epochs` may ask for more than before. */
export async function resumeTraining(
  request: {
    readonly folder: RunFolder;
    readonly epochs?: number | undefined;
    /** Another one than before: results are the same but for rounding. */
    readonly backend?: string | undefined;
    readonly matmulPrecision?: RunSettings["matmulPrecision"] | undefined;
    readonly threads?: number | undefined;
    readonly display: DisplayKind;
    readonly watch?: TrainingWatch | null;
  },
  terminal: Terminal,
): Promise<ExitCode> {
  const begun = request.folder.settings() !== null;
  const folder = begun ? request.folder : findRun(request.folder.runsDir, request.folder.name);
  const before = folder.settings();
  if (before === null) {
    throw new FoveaError(
      `the run ${folder.name} cannot be resumed: its log does not say how it began`,
      {
        facts: [{ name: "log", value: folder.file("events") }],
        hint: "train anew under another name",
      },
    );
  }
  // A run that was killed before its first checkpoint begins again, with the settings it had.
  const checkpoint = existsSync(folder.file("last"))
    ? await train.loadCheckpoint(folder.file("last"))
    : null;
  if (checkpoint !== null && checkpoint.progress === null) {
    throw new FoveaError(`${folder.file("last")} does not say where training stands`);
  }
  const { backend, epochs = before.settings.epochs, threads = before.settings.threads } = request;
  // Stopped between its last step and its report, it has only that left to do.
  if (checkpoint?.progress && checkpoint.progress.epoch >= epochs && folder.isFinished()) {
    throw new FoveaError(`the run ${folder.name} is finished: it has had its ${epochs} epochs`, {
      hint: `train it further with ${ownName()} train --resume ${folder.name} --epochs ${epochs + 10}`,
    });
  }
  if (epochs !== before.settings.epochs && isBoundToEpochs(before.settings)) {
    throw new UsageError(
      `--epochs: the schedule ${before.settings.schedule} was laid out for ${before.settings.epochs}`,
    );
  }
  // Runs of before native code say nothing of it.
  const { backend: named } = before.settings;
  const { backend: began = named === "auto" ? "wasm" : named } = before;
  // What only a GPU can do ends where the run goes on elsewhere.
  const usual = isGpuName(backend ?? began) ? before.settings.matmulPrecision : "float32";
  const { matmulPrecision = usual } = request;
  const asked = backend === undefined ? {} : { backend };
  const settings = { ...before.settings, epochs, threads, matmulPrecision, ...asked };
  const computing = await computeOn(backend ?? began, settings).catch(async (error) => {
    throw backend === undefined ? await withWayOn(error, folder) : error;
  });
  const { device: _, ...kept } = before;
  const run: RunEvent = { ...kept, settings, ...computing };
  // Begun anew, it starts from the same network.
  const start =
    checkpoint === null && run.settings.fineTune !== null
      ? await train.loadCheckpoint(run.settings.fineTune)
      : null;
  const splits = await loadRunData(run.settings, {
    size: inputSizeOf(run.settings),
    normalize: (checkpoint ?? start)?.normalize,
    onProgress: progressTo(terminal, request.display),
  });
  const log = checkpoint?.progress
    ? await EventLog.resume(folder.file("events"), run, checkpoint.progress)
    : EventLog.create(folder.file("events"), run);
  const { display, watch = null } = request;
  return runTraining({ folder, run, log, splits, start, checkpoint, display, watch }, terminal);
}

interface Training {
  readonly folder: RunFolder;
  readonly run: RunEvent;
  readonly log: EventLog;
  readonly splits: RunData;
  /** What it starts from, where that is another network. */
  readonly start: train.Checkpoint | null;
  readonly checkpoint: train.Checkpoint | null;
  readonly display: DisplayKind;
  readonly watch: TrainingWatch | null;
}

async function runTraining(training: Training, terminal: Terminal): Promise<ExitCode> {
  const { folder, run, log, checkpoint, watch } = training;
  const title = `${modelTitle(run.settings)} on ${run.settings.data}`;
  const display = openDisplay(training.display, `${title}, ${folder.path}`, terminal);
  const stop = stopOnSignals(terminal);
  try {
    introduce(training, title, display);
    watch?.begin(watchedRun(training), checkpoint?.progress?.history ?? [], [
      folder.file("best"),
      folder.file("last"),
    ]);
    if (checkpoint === null) display.event(run);
    const { history, finish } = await fitNetwork(training, display, stop.signal);
    display.finish();
    const code = stop.exitCode();
    if (history.interrupted && code !== null) {
      display.line(`Stopped after step ${count(history.step)} and saved. Go on with`);
      display.line(`  ${resumeCommand(folder)}`);
      return code;
    }
    await finish();
    return 0;
  } catch (error) {
    // What fails at once would fail again.
    throw folder.hasCheckpoint() || log.hasSteps ? await withWayOn(error, folder) : error;
  } finally {
    display.finish();
    log.close();
    stop.dispose();
    training.splits.close();
  }
}

async function fitNetwork(
  training: Training,
  display: Display,
  signal: AbortSignal,
): Promise<{ readonly history: train.History; readonly finish: () => Promise<void> }> {
  const { folder, run, log, splits, checkpoint, watch } = training;
  const { settings } = run;
  const { net, model } = networkOf(settings, splits, training.start, display);
  const optimizer = optimizerFor(settings, net);
  const { ema: decay } = settings;
  const ema = decay === null ? null : new optim.ExponentialMovingAverage(net, { decay });
  if (checkpoint !== null) train.restore(net, optimizer, checkpoint, ema);
  const tell = (event: train.TrainEvent): void => {
    log.append(event);
    display.event(event);
    watch?.event(event);
  };
  const history = await train.fit(net, {
    data: splits.train,
    validation: splits.validation,
    optimizer,
    ...fitOptions(settings, splits.train.length),
    ...(ema === null ? {} : { ema }),
    signal,
    ...(checkpoint?.progress ? { resume: checkpoint.progress } : {}),
    // Told before saved: what a crash in between leaves too much in the log, resuming takes off.
    callbacks: [
      train.onEvent(tell),
      train.checkpointCallback({
        folder: folder.path,
        model,
        settings: { ...settings },
        everySeconds: settings.checkpointEvery,
      }),
      ...(settings.earlyStopping === null
        ? []
        : [train.earlyStopping({ patience: settings.earlyStopping })]),
      ...logsOf(settings.log).map((kind) => logTo(kind, folder)),
    ],
  });

  const finish = async (): Promise<void> => {
    // The average is what was tested all along.
    using _ = ema?.apply();
    const evaluation = await train.evaluate(net, splits.test);
    const { epochs } = history;
    const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
    const result = {
      type: "result" as const,
      loss: evaluation.loss,
      accuracy: evaluation.accuracy,
      seconds,
      classes: evaluation.perClass.map(({ name, recall }) => ({ name, accuracy: recall })),
    };
    log.append(result);
    display.event(result);
    watch?.event(result);
    const parameters = net.parameters().reduce((sum, { numel }) => sum + numel, 0);
    const rest = { parameters, trainSet: splits.train, testSet: splits.test, seconds };
    await writeResults(folder, net, { run, epochs, evaluation, ...rest });
    if (epochs.length < settings.epochs) {
      display.line(
        `Stopped early: the test loss has not improved for ${settings.earlyStopping} epochs`,
      );
    }
    display.line(
      `${percent(evaluation.accuracy)} of ${count(evaluation.count)} test images right ` +
        `(${spent(seconds, epochs.length)})`,
    );
    display.line(`${folder.file("report")} tells more`);
  };
  return { history, finish };
}

function logTo(kind: ReturnType<typeof logsOf>[number], folder: RunFolder): train.Callback {
  switch (kind) {
    case "csv":
      return train.csvLog(folder.file("csv"));
    case "jsonl":
      return train.jsonlLog(folder.file("jsonl"));
    case "tensorboard":
      return train.tensorboard(folder.path);
    default:
      return kind satisfies never;
  }
}

/** The network that learns: new, or begun from a trained one. */
function networkOf(
  settings: RunSettings,
  splits: RunData,
  start: train.Checkpoint | null,
  display: Display,
): { readonly net: nn.Module; readonly model: ModelDescription } {
  manualSeed(settings.seed);
  const model = modelFor(settings, splits.train);
  const net = models.createModel(model.name, model.options);
  if (start !== null) {
    const fresh = startFrom(net, start, splits.train.classes);
    display.line(
      fresh.length === 0
        ? `starts from ${settings.fineTune}`
        : `starts from ${settings.fineTune}, but for ${fresh.join(", ")}`,
    );
  }
  const frozen = freezeParts(net, settings.freeze);
  if (frozen > 0) display.line(`${count(frozen)} parameters stay as they are`);
  return { net, model };
}

/** What of the settings `fit` is told as it is. */
function fitOptions(
  settings: RunSettings,
  images: number,
): Pick<
  train.FitOptions,
  | "epochs"
  | "batchSize"
  | "accumulate"
  | "seed"
  | "labelSmoothing"
  | "mix"
  | "clipGradNorm"
  | "clipGradValue"
  | "schedule"
> {
  const { epochs, batchSize, accumulate, seed, labelSmoothing, mixup, cutmix } = settings;
  const mix = mixup !== null ? train.mixup(mixup) : cutmix !== null ? train.cutmix(cutmix) : null;
  return {
    ...{ epochs, batchSize, accumulate, seed, labelSmoothing },
    ...(mix === null ? {} : { mix }),
    ...(settings.clipGradNorm === null ? {} : { clipGradNorm: settings.clipGradNorm }),
    ...(settings.clipGradValue === null ? {} : { clipGradValue: settings.clipGradValue }),
    ...scheduleFor(settings, images),
  };
}

/** Looks for a learning rate instead of training. */
export async function findRate(
  request: Pick<TrainingRequest, "settings" | "start" | "display">,
  terminal: Terminal,
): Promise<train.LearningRateRange> {
  const { settings, start = null, display } = request;
  await computeOn(settings.backend, settings);
  checkModel(settings);
  const loaded = await loadRunData(settings, {
    size: inputSizeOf(settings),
    normalize: start === null ? undefined : start.normalize,
    onProgress: progressTo(terminal, display),
  });
  const splits = fitting(settings, loaded);
  try {
    const silent = openDisplay("quiet", "", terminal);
    const { net } = networkOf(settings, splits, start, silent);
    return await train.findLearningRate(net, {
      data: splits.train,
      optimizer: optimizerFactory(settings),
      batchSize: settings.batchSize,
      seed: settings.seed,
    });
  } finally {
    splits.close();
  }
}

function introduce({ run, splits, checkpoint }: Training, title: string, display: Display): void {
  display.line(`${title}: ${count(splits.train.length)} images; ${settingsText(run.settings)}`);
  if (run.skipped) display.line(`left out: ${files(run.skipped)} that cannot be read as pictures`);
  if (checkpoint?.progress) {
    const { epoch, step } = checkpoint.progress;
    display.line(`resumed after step ${count(step)}, in epoch ${epoch + 1}`);
  }
}

function watchedRun({ folder, run, splits }: Training): WatchedRun {
  const { startedAt, settings, origin, backend = settings.backend } = run;
  return {
    ...{ type: "run", id: folder.name, startedAt, settings, origin, backend },
    classes: splits.train.classes,
    trainImages: splits.train.length,
    testImages: splits.test.length,
  };
}

function files(n: number): string {
  return n === 1 ? "1 file" : `${count(n)} files`;
}
