// `fovea compare`: runs side by side, as a table and as one picture.
import { interop, pictures, type train } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import { type OptionSpecs, UsageError } from "../options.ts";
import { begunRun } from "../run/folder.ts";
import type { ResultEvent } from "../run/log.ts";
import { modelTitle, type RunSettings } from "../run/settings.ts";
import { duration, lossText, pad, percent } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

const mostRuns = 8;

const options = {
  "runs-dir": { type: "text", value: "FOLDER", default: "runs", help: "folder of the runs" },
  picture: {
    ...{ type: "text", value: "FILE", defaultText: "comparison.svg in the folder of the runs" },
    help: "the curves of all, as SVG",
  },
  json: { type: "flag", help: "one JSON object, and no picture unless --picture names it" },
} as const satisfies OptionSpecs;

/** A run as it is compared. */
interface Compared {
  readonly name: string;
  readonly settings: RunSettings;
  readonly epochs: readonly train.EpochRecord[];
  readonly result: ResultEvent | null;
}

export const compareCommand = defineCommand({
  name: "compare",
  description:
    "Shows runs side by side: settings that differ, results, and their curves in one picture.",
  positionals: [{ name: "RUN", help: "names of two to eight runs", required: true, many: true }],
  options,
  examples: ["fovea compare lenet adam", "fovea compare sgd adam rmsprop --picture optimizers.svg"],

  async run(values, names, { terminal }) {
    if (names.length < 2) throw new UsageError("RUN is missing: at least two are compared");
    if (names.length > mostRuns)
      throw new UsageError(
        `${names.length} runs are too many: up to ${mostRuns} can be told apart`,
      );
    const runsDir = values["runs-dir"];
    const runs = names.map((name): Compared => {
      // Shells complete the names of folders with their path.
      const folder = begunRun(runsDir, name.replace(/\/+$/, "").replace(/^.*\//, ""));
      const { settings } = folder.settings() as { settings: RunSettings };
      return { name: folder.name, settings, epochs: folder.epochs(), result: folder.result() };
    });
    const path = values.picture ?? (values.json ? null : `${runsDir}/comparison.svg`);
    if (path !== null) await interop.atomicWrite(path, pictures.comparison(runs));
    if (values.json) {
      terminal.line(JSON.stringify({ runs }));
      return 0;
    }
    for (const line of comparisonLines(runs, terminal)) terminal.line(line);
    terminal.line();
    terminal.line(`${path} shows the curves`);
    return 0;
  },
});

/** A row for each thing, a column for each run; where that is too wide, run after run. */
function comparisonLines(runs: readonly Compared[], terminal: Terminal): string[] {
  const rows = [...settingRows(runs), ...resultRows(runs)];
  const columns = [{ title: "" }, ...runs.map(({ name }) => ({ title: name }))];
  const lines = table(columns, rows);
  if (lines.every((line) => line.length < terminal.columns())) {
    return [terminal.style(lines[0] ?? "", "bold"), ...lines.slice(1)];
  }
  const width = Math.max(...rows.map(([name = ""]) => name.length));
  return runs.flatMap(({ name }, i) => [
    ...(i === 0 ? [] : [""]),
    terminal.style(name, "bold"),
    ...rows.map((row) => `  ${pad(row[0] ?? "", width)}  ${row[i + 1] ?? ""}`.trimEnd()),
  ]);
}

/** Settings that are not the same for all. */
function settingRows(runs: readonly Compared[]): string[][] {
  const own = runs.flatMap(({ settings }) => settings.modelOptions.text ?? []);
  const texts = [...new Set(own)];
  const flat = runs.map(({ settings: { modelOptions, checkpointEvery: _, ...settings } }) => {
    const { text, ...options } = modelOptions;
    // A text is too long for a table: different ones have numbers.
    const isNumbered = text !== undefined && texts.length > 1;
    const number = isNumbered ? ` ${texts.indexOf(text) + 1}` : "";
    const model = `${modelTitle(settings)}${number}`;
    return { ...settings, model, ...options };
  }) as Readonly<Record<string, unknown>>[];
  const names = [...new Set(flat.flatMap((settings) => Object.keys(settings)))];
  return names.flatMap((name) => {
    const values = flat.map((settings) => valueText(settings[name]));
    return new Set(values).size === 1 ? [] : [[words(name), ...values]];
  });
}

/** `batchSize` as "batch size" */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function valueText(value: unknown): string {
  return value === null || value === undefined ? "-" : String(value);
}

function resultRows(runs: readonly Compared[]): string[][] {
  const row = (name: string, value: (run: Compared) => string) => [name, ...runs.map(value)];
  return [
    row("epochs done", ({ epochs }) => String(epochs.length)),
    row("training loss", ({ epochs }) => lossText(epochs.at(-1)?.loss ?? null)),
    row("test loss", ({ result, epochs }) =>
      lossText(result?.loss ?? epochs.at(-1)?.validationLoss ?? null),
    ),
    row("test accuracy", ({ result, epochs }) =>
      percent(result?.accuracy ?? epochs.at(-1)?.validationAccuracy ?? null),
    ),
    row("best accuracy", ({ epochs }) => bestText(epochs)),
    row("time", ({ epochs }) => duration(epochs.reduce((sum, { seconds }) => sum + seconds, 0))),
    row("finished", ({ result }) => (result === null ? "no" : "yes")),
  ];
}

/** "88.4 % after epoch 9" */
function bestText(epochs: readonly train.EpochRecord[]): string {
  const tested = epochs.filter(({ validationAccuracy }) => validationAccuracy !== null);
  if (tested.length === 0) return "-";
  const best = tested.reduce((a, b) =>
    (b.validationAccuracy ?? 0) > (a.validationAccuracy ?? 0) ? b : a,
  );
  return `${percent(best.validationAccuracy)} after epoch ${best.epoch}`;
}
