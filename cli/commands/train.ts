// `fovea train`: trains a network, or goes on with a training.
import { train } from "../../src/index.ts";
import { defineCommand, type ExitCode } from "../command.ts";
import { type ConfigRules, readConfig, withConfig } from "../config.ts";
import { type OptionSpecs, UsageError } from "../options.ts";
import { checkDataName } from "../run/data.ts";
import type { DisplayKind } from "../run/display.ts";
import { settingsFrom } from "../run/fineTune.ts";
import { findRun, latestRun, newRunName, RunFolder } from "../run/folder.ts";
import { modelNames } from "../run/names.ts";
import { modelHelp, namedModel, ownModel } from "../run/networkFile.ts";
import { modelTitle, type RunSettings } from "../run/settings.ts";
import { findRate, resumeTraining, startTraining } from "../run/training.ts";
import { settingOptions, settingsOf } from "../run/trainOptions.ts";
import { portOption } from "../studio/open.ts";
import { whileWatched } from "../studio/whileWatched.ts";
import { curve } from "../terminal/curve.ts";
import type { Terminal } from "../terminal/terminal.ts";

const callOptions = {
  config: {
    ...{ type: "text", value: "FILE" },
    help: "options from a .json file or a .ts or .js module; those given here go before them",
  },
  "find-lr": {
    ...{ type: "flag" },
    help: "only try learning rates from tiny to huge, and suggest one",
  },
  run: { type: "text", value: "NAME", defaultText: "model and date", help: "name of the run" },
  "runs-dir": { type: "text", value: "FOLDER", default: "runs", help: "folder of the runs" },
  resume: {
    ...{ type: "optionalText", value: "NAME" },
    help: "go on with this run, or with the latest; --epochs may ask for more, --backend for another",
  },
  studio: {
    ...{ type: "flag" },
    help: "also serve the studio, which shows the training while it runs",
  },
  port: { ...portOption, help: `for --studio: ${portOption.help}` },
  force: { type: "flag", help: "overwrite a run of the same name" },
  json: { type: "flag", help: "events as JSON lines on stdout" },
  quiet: { type: "flag", short: "q", help: "print errors only" },
} as const satisfies OptionSpecs;

const options = { ...settingOptions, ...callOptions } as const satisfies OptionSpecs;

/** What stands on the command line alone. */
const config: ConfigRules = {
  without: ["config", "resume", "find-lr", "studio", "port"],
  words: ["model"],
};

/** What may be said when a run goes on: all else it keeps from its beginning. */
const resumable = [
  ...["resume", "epochs", "backend", "matmul-precision", "threads"],
  ...["runs-dir", "studio", "port", "json", "quiet"],
];

export const trainCommand = defineCommand({
  name: "train",
  description:
    "Trains a network and leaves runs/NAME/ with checkpoints, a log, pictures and a report.\n" +
    "Ctrl-C stops after the step that is running, and saves; --resume goes on to the same bits\n" +
    "as if it had never stopped; on another backend, to the same but for rounding.",
  positionals: [{ name: "MODEL", help: modelHelp, required: false }],
  options,
  examples: [
    "fovea train lenet",
    "fovea train lenet --optimizer adam --epochs 20 --run adam",
    "fovea train --resume adam --epochs 40",
    "fovea train lenet --backend webgpu",
    "fovea train lenet --studio",
    "fovea train mine.ts --data fashion-mnist --lr 0.1",
    "fovea train resnet18 --data photos --augment light --schedule cosine --lr 0.05",
    "fovea train resnet18 --data photos --fine-tune runs/cifar/best.safetensors --freeze backbone",
  ],

  async run(given, [word], { terminal, given: names }) {
    const { resume, studio, port } = given;
    if (names.has("port") && !studio) throw new UsageError("--port is for --studio");
    if (studio && given["find-lr"]) throw new UsageError("--studio shows trainings, not --find-lr");
    if (resume !== undefined) {
      const fixed = [...names].find((name) => !resumable.includes(name));
      if (fixed !== undefined) throw new UsageError(`--${fixed} cannot change when a run goes on`);
      if (word !== undefined)
        throw new UsageError(`a run goes on with its own model: leave "${word}" away`);
      const runsDir = given["runs-dir"];
      const folder =
        resume === ""
          ? (latestUnfinished(runsDir) ?? findRun(runsDir, undefined))
          : new RunFolder(runsDir, resume);
      const epochs = names.has("epochs") ? given.epochs : undefined;
      const display = displayKind(given, terminal);
      const { backend, threads } = given;
      const matmulPrecision = names.has("matmul-precision")
        ? (given["matmul-precision"] as RunSettings["matmulPrecision"])
        : undefined;
      const again = { folder, display, epochs, backend, matmulPrecision, threads };
      return whileWatched({ studio, port, display }, terminal, (watch) =>
        resumeTraining({ ...again, watch }, terminal),
      );
    }
    const file =
      given.config === undefined ? null : await readConfig(given.config, options, config);
    const values = file === null ? given : withConfig(given, names, file);
    const display = displayKind(values, terminal);
    const start =
      values["fine-tune"] === undefined ? null : await train.loadCheckpoint(values["fine-tune"]);
    const named = word ?? file?.words.model ?? start?.model.name;
    if (named === undefined) throw new UsageError(`MODEL is missing: ${modelNames.join(", ")}`);
    // Settings of a run, and checkpoints, hold the text itself.
    const isText = word === undefined && named === ownModel;
    const {
      model,
      options: own,
      title,
    } = isText ? { model: named, options: {}, title: "own" } : await namedModel(named);
    checkDataName(values.data);
    const asked = settingsOf(model, { ...values, model: { ...values.model, ...own } });
    const settings = start === null ? asked : settingsFrom(asked, start);
    if (values["find-lr"]) return showRates({ settings, start, display }, terminal);
    const runsDir = values["runs-dir"];
    const folder = new RunFolder(runsDir, values.run ?? newRunName(runsDir, title));
    const { force } = values;
    return whileWatched({ studio, port, display }, terminal, (watch) =>
      startTraining({ folder, settings, start, force, display, watch }, terminal),
    );
  },
});

/** What the range test found, for people or as JSON. */
async function showRates(
  request: Parameters<typeof findRate>[0],
  terminal: Terminal,
): Promise<ExitCode> {
  const { points, suggestion } = await findRate(request, terminal);
  if (request.display === "json") {
    terminal.line(JSON.stringify({ suggestion, points }));
    return 0;
  }
  const { data, optimizer } = request.settings;
  const model = modelTitle(request.settings);
  terminal.line(terminal.style(`learning rates of ${model} on ${data}, ${optimizer}`, "bold"));
  const smoothed = points.map((point) => point.smoothed).filter(Number.isFinite);
  const columns = Math.min(terminal.columns() - 1, 72);
  for (const line of curve(smoothed, columns, 6, terminal.look)) terminal.line(line.trimEnd());
  const [first, last] = [points[0], points.at(-1)];
  if (first !== undefined && last !== undefined) {
    const ends = [first.lr, last.lr].map((rate) => rate.toExponential(0)) as [string, string];
    terminal.line(`${ends[0]}${ends[1].padStart(columns - ends[0].length)}`);
  }
  terminal.line(
    suggestion === null
      ? "The loss never fell: no rate can be suggested."
      : `Suggested: --lr ${Number(suggestion.toPrecision(2))}, a tenth of where the loss is least.`,
  );
  return 0;
}

function displayKind(
  values: { readonly json: boolean; readonly quiet: boolean },
  terminal: Terminal,
): DisplayKind {
  if (values.json && values.quiet) throw new UsageError("--json and --quiet exclude each other");
  if (values.json) return "json";
  if (values.quiet) return "quiet";
  return terminal.isLive ? "live" : "plain";
}

/** A finished run has a result in its log. */
function latestUnfinished(runsDir: string): RunFolder | null {
  return latestRun(runsDir, (folder) => folder.settings() !== null && !folder.isFinished());
}
