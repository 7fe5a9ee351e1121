// `fovea train`: trains a network, or goes on with a training.
import { defineCommand } from "../command.ts";
import { type OptionSpecs, UsageError } from "../options.ts";
import type { DisplayKind } from "../run/display.ts";
import { findRun, latestRun, newRunName, RunFolder } from "../run/folder.ts";
import { datasetNames, modelNames } from "../run/names.ts";
import type { RunSettings } from "../run/settings.ts";
import { resumeTraining, startTraining } from "../run/training.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Learning rates that suit the networks here. */
const defaultLr = { sgd: 0.9, adam: 0.001 };

const options = {
  data: {
    type: "choice",
    choices: datasetNames,
    default: "fashion-mnist",
    help: "what to learn from",
  },
  epochs: {
    type: "integer",
    value: "N",
    min: 1,
    max: 100_000,
    default: 10,
    help: "times to go through the data",
  },
  "batch-size": {
    type: "integer",
    value: "N",
    min: 1,
    max: 65_536,
    default: 256,
    help: "images in a step",
  },
  optimizer: {
    type: "choice",
    choices: ["sgd", "adam"],
    default: "sgd",
    help: "how the weights follow the gradient",
  },
  lr: {
    ...{ type: "number", value: "RATE", min: 0, above: true },
    ...{ defaultText: "0.9 for sgd, 0.001 for adam", help: "learning rate" },
  },
  momentum: {
    ...{ type: "number", value: "SHARE", min: 0, max: 1, default: 0 },
    help: "share of the last step's direction that is kept; for sgd",
  },
  "weight-decay": { type: "number", value: "RATE", min: 0, default: 0, help: "L2 penalty" },
  seed: {
    ...{ type: "integer", value: "N", min: 0, max: 2 ** 32 - 1, default: 0 },
    help: "picks the first weights and the order of the images",
  },
  threads: {
    ...{ type: "integer", value: "N", min: 1, max: 256, defaultText: "all cores" },
    help: "threads that compute; results do not depend on it",
  },
  backend: {
    type: "choice",
    choices: ["auto", "wasm", "reference"],
    default: "auto",
    help: "what computes",
  },
  run: { type: "text", value: "NAME", defaultText: "model and date", help: "name of the run" },
  "runs-dir": { type: "text", value: "FOLDER", default: "runs", help: "folder of the runs" },
  resume: {
    ...{ type: "optionalText", value: "NAME" },
    help: "go on with this run, or with the latest; --epochs may ask for more",
  },
  force: { type: "flag", help: "overwrite a run of the same name" },
  "checkpoint-every": {
    ...{ type: "number", value: "SECONDS", min: 0, above: true, default: 30 },
    help: "save this often inside an epoch, besides after each",
  },
  limit: {
    type: "integer",
    value: "N",
    min: 1,
    help: "only the first N training images, for trying out",
  },
  json: { type: "flag", help: "events as JSON lines on stdout" },
  quiet: { type: "flag", short: "q", help: "print errors only" },
} as const satisfies OptionSpecs;

/** What may be said when a run goes on: all else it keeps from its beginning. */
const resumable = ["resume", "epochs", "threads", "runs-dir", "json", "quiet"];

export const trainCommand = defineCommand({
  name: "train",
  description:
    "Trains a network and leaves runs/NAME/ with checkpoints, a log, pictures and a report.\n" +
    "Ctrl-C stops after the step that is running, and saves; --resume goes on to the same bits\n" +
    "as if it had never stopped.",
  positionals: [{ name: "MODEL", help: modelNames.join(", "), required: false }],
  options,
  examples: [
    "fovea train lenet",
    "fovea train lenet --optimizer adam --epochs 20 --run adam",
    "fovea train --resume adam --epochs 40",
  ],

  async run(values, [model], { terminal, given }) {
    if (values.json && values.quiet) throw new UsageError("--json and --quiet exclude each other");
    const display = displayKind(values, terminal);
    const runsDir = values["runs-dir"];
    const { resume, epochs, optimizer } = values;
    if (resume !== undefined) {
      const fixed = [...given].find((name) => !resumable.includes(name));
      if (fixed !== undefined) throw new UsageError(`--${fixed} cannot change when a run goes on`);
      if (model !== undefined)
        throw new UsageError(`a run goes on with its own model: leave "${model}" away`);
      const folder =
        resume === ""
          ? (latestUnfinished(runsDir) ?? findRun(runsDir, undefined))
          : new RunFolder(runsDir, resume);
      const more = { epochs: given.has("epochs") ? epochs : undefined, threads: values.threads };
      return resumeTraining({ folder, display, ...more }, terminal);
    }
    if (model === undefined) throw new UsageError(`MODEL is missing: ${modelNames.join(", ")}`);
    if (!modelNames.includes(model)) {
      throw new UsageError(
        `unknown model ${model} (known: ${modelNames.join(", ")})`,
        model,
        modelNames,
      );
    }
    if (optimizer === "adam" && given.has("momentum"))
      throw new UsageError("--momentum is for sgd");
    const folder = new RunFolder(runsDir, values.run ?? newRunName(runsDir, model));
    const settings: RunSettings = {
      model,
      data: values.data,
      epochs,
      batchSize: values["batch-size"],
      optimizer: optimizer === "adam" ? "adam" : "sgd",
      lr: values.lr ?? (optimizer === "adam" ? defaultLr.adam : defaultLr.sgd),
      momentum: values.momentum,
      weightDecay: values["weight-decay"],
      seed: values.seed,
      backend: values.backend,
      threads: values.threads ?? null,
      limit: values.limit ?? null,
      checkpointEvery: values["checkpoint-every"],
    };
    return startTraining({ folder, settings, force: values.force, display }, terminal);
  },
});

function displayKind(
  values: { readonly json: boolean; readonly quiet: boolean },
  terminal: Terminal,
): DisplayKind {
  if (values.json) return "json";
  if (values.quiet) return "quiet";
  return terminal.isLive ? "live" : "plain";
}

/** A finished run has a result in its log. */
function latestUnfinished(runsDir: string): RunFolder | null {
  return latestRun(runsDir, (folder) => folder.settings() !== null && !folder.isFinished());
}
