// A training run from settings to report: new, or resumed from its last checkpoint.
import { existsSync } from "node:fs";
import { data, FoveaError, manualSeed, models, setBackend, train } from "../../src/index.ts";
import type { ExitCode } from "../command.ts";
import { ownName } from "../ownName.ts";
import { count, percent } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type Display, type DisplayKind, openDisplay, spent } from "./display.ts";
import { findRun, type RunFolder } from "./folder.ts";
import { EventLog, type RunEvent } from "./log.ts";
import { loadData, modelFor, optimizerFor } from "./network.ts";
import { writeResults } from "./results.ts";
import { type RunSettings, settingsText, thisMachine } from "./settings.ts";
import { stopOnSignals } from "./stop.ts";

export interface TrainingRequest {
  readonly folder: RunFolder;
  readonly settings: RunSettings;
  /** Overwrite a run that is there. */
  readonly force: boolean;
  readonly display: DisplayKind;
  /** Takes the sample if the data cannot be had, with these settings instead. */
  readonly onSample?: (settings: RunSettings) => RunSettings;
}

/** Trains from the beginning. */
export async function startTraining(
  request: TrainingRequest,
  terminal: Terminal,
): Promise<ExitCode> {
  const { folder, force, onSample } = request;
  // Before the data is fetched: a folder that cannot be written is said at once.
  folder.create(force);
  const splits = await loadData(request.settings.data, {
    sampleIfMissing: onSample !== undefined,
    onProgress: (message) => terminal.note(message),
  });
  const isSample = splits.origin === "sample";
  const settings =
    isSample && onSample !== undefined ? onSample(request.settings) : request.settings;
  const run: RunEvent = {
    type: "run",
    run: folder.name,
    startedAt: new Date().toISOString(),
    origin: splits.origin,
    settings,
    machine: thisMachine(),
  };
  const log = EventLog.create(folder.file("events"), run);
  return runTraining(
    { folder, run, log, splits, checkpoint: null, display: request.display },
    terminal,
  );
}

/** Goes on where the last checkpoint of a run was saved. `epochs` may ask for more than before. */
export async function resumeTraining(
  request: {
    readonly folder: RunFolder;
    readonly epochs?: number | undefined;
    readonly threads?: number | undefined;
    readonly display: DisplayKind;
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
  const { epochs = before.settings.epochs, threads = before.settings.threads } = request;
  // Stopped between its last step and its report, it has only that left to do.
  if (checkpoint?.progress && checkpoint.progress.epoch >= epochs && folder.isFinished()) {
    throw new FoveaError(`the run ${folder.name} is finished: it has had its ${epochs} epochs`, {
      hint: `train it further with ${ownName()} train --resume ${folder.name} --epochs ${epochs + 10}`,
    });
  }
  const run: RunEvent = { ...before, settings: { ...before.settings, epochs, threads } };
  const splits = await loadData(run.settings.data, {
    onProgress: (message) => terminal.note(message),
  });
  const log = checkpoint?.progress
    ? await EventLog.resume(folder.file("events"), run, checkpoint.progress)
    : EventLog.create(folder.file("events"), run);
  return runTraining({ folder, run, log, splits, checkpoint, display: request.display }, terminal);
}

interface Training {
  readonly folder: RunFolder;
  readonly run: RunEvent;
  readonly log: EventLog;
  readonly splits: data.DataSplits;
  readonly checkpoint: train.Checkpoint | null;
  readonly display: DisplayKind;
}

async function runTraining(training: Training, terminal: Terminal): Promise<ExitCode> {
  const { folder, run, log, checkpoint } = training;
  const title = `${run.settings.model} on ${run.settings.data}`;
  const display = openDisplay(training.display, `${title}, ${folder.path}`, terminal);
  const stop = stopOnSignals(terminal);
  try {
    introduce(training, title, display);
    if (checkpoint === null) display.event(run);
    const { history, finish } = await fitNetwork(training, display, stop.signal);
    display.finish();
    const code = stop.exitCode();
    if (history.interrupted && code !== null) {
      display.line(`Stopped after step ${count(history.step)} and saved. Go on with`);
      display.line(`  ${ownName()} train --resume ${folder.name}${runsDirOption(folder)}`);
      return code;
    }
    await finish();
    return 0;
  } finally {
    display.finish();
    log.close();
    stop.dispose();
  }
}

async function fitNetwork(
  training: Training,
  display: Display,
  signal: AbortSignal,
): Promise<{ readonly history: train.History; readonly finish: () => Promise<void> }> {
  const { folder, run, log, splits, checkpoint } = training;
  const { settings } = run;
  setBackend(settings.backend, settings.threads === null ? {} : { threads: settings.threads });
  manualSeed(settings.seed);
  const trainSet =
    settings.limit === null ? splits.train : data.subset(splits.train, settings.limit);
  const model = modelFor(settings.model, trainSet);
  const net = models.createModel(model.name, model.options);
  const optimizer = optimizerFor(settings, net);
  if (checkpoint !== null) train.restore(net, optimizer, checkpoint);
  const tell = (event: train.TrainEvent): void => {
    log.append(event);
    display.event(event);
  };
  const history = await train.fit(net, {
    data: trainSet,
    validation: splits.test,
    optimizer,
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    seed: settings.seed,
    signal,
    ...(checkpoint?.progress ? { resume: checkpoint.progress } : {}),
    // Told before saved: what a crash in between leaves too much in the log, resuming takes off.
    callbacks: [
      train.onEvent(tell),
      train.checkpointCallback({
        folder: folder.path,
        model,
        everySeconds: settings.checkpointEvery,
      }),
    ],
  });

  const finish = async (): Promise<void> => {
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
    const parameters = net.parameters().reduce((sum, { numel }) => sum + numel, 0);
    const rest = { parameters, trainSet, testSet: splits.test, seconds };
    await writeResults(folder, net, { run, epochs, evaluation, ...rest });
    display.line(
      `${percent(evaluation.accuracy)} of ${count(evaluation.count)} test images right ` +
        `(${spent(seconds, epochs.length)})`,
    );
    display.line(`${folder.file("report")} tells more`);
  };
  return { history, finish };
}

function introduce({ run, splits, checkpoint }: Training, title: string, display: Display): void {
  const { settings } = run;
  const images =
    settings.limit === null ? splits.train.length : Math.min(settings.limit, splits.train.length);
  display.line(`${title}: ${count(images)} images; ${settingsText(settings)}`);
  if (checkpoint?.progress) {
    const { epoch, step } = checkpoint.progress;
    display.line(`resumed after step ${count(step)}, in epoch ${epoch + 1}`);
  }
}

function runsDirOption(folder: RunFolder): string {
  return folder.runsDir === "runs" ? "" : ` --runs-dir ${folder.runsDir}`;
}
