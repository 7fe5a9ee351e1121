// report.md of a run, as a pure function of its results.
import { bytes, count, duration, lossText, percent } from "../terminal/format.ts";
import type { Results } from "./results.ts";
import { extraSettings, modelTitle, optimizerText } from "./settings.ts";

/** What was trained on what, how it went, and how to use it. */
export function reportText(results: Results): string {
  const { run, epochs, evaluation, parameters, trainSet, testSet, seconds } = results;
  const { settings, machine } = run;
  const best = epochs.reduce<(typeof epochs)[number] | undefined>((top, epoch) => {
    const isBetter = (epoch.validationAccuracy ?? -1) > (top?.validationAccuracy ?? -1);
    return isBetter ? epoch : top;
  }, undefined);
  const sections = [
    `# ${modelTitle(settings)} on ${settings.data}`,
    `**${percent(evaluation.accuracy)}** of ${count(evaluation.count)} test images right after ` +
      `${epochs.length} ${epochs.length === 1 ? "epoch" : "epochs"} and ${duration(seconds)} of training.`,
    ...(run.origin === "sample"
      ? [
          "> Trained and tested on the small sample of the data that ships with Fovea. " +
            "These figures say nothing about the whole data set.",
        ]
      : []),
    "## What was trained",
    markdownTable(
      ["", ""],
      [
        ["model", `${modelTitle(settings)}, ${count(parameters)} parameters`],
        ["training data", `${settings.data}, ${count(trainSet.length)} images`],
        ["test data", `${count(testSet.length)} images, not trained on`],
        ...(run.skipped ? [["left out", `${count(run.skipped)} files that are no pictures`]] : []),
        ["optimizer", optimizerText(settings, "learning rate")],
        ["batch size", batchText(settings)],
        ["epochs", epochsText(settings, epochs.length)],
        ...extraSettings(settings).map(([name, value]) => [name, cell(value)]),
        ["seed", String(settings.seed)],
        ["backend", backendText(run)],
        ["machine", `${machine.cpu}, ${machine.cores} cores, ${bytes(machine.memoryBytes)}`],
        ["software", `Fovea ${machine.fovea}, Node ${machine.node}, ${machine.system}`],
        ["started", run.startedAt],
      ],
    ),
    ...networkSection(settings),
    "## Epochs",
    "![Loss and accuracy by epoch](curves.svg)",
    markdownTable(
      ["epoch", "loss", "train accuracy", "test loss", "test accuracy", "images/s", "seconds"],
      epochs.map((epoch) => [
        String(epoch.epoch),
        lossText(epoch.loss),
        percent(epoch.accuracy),
        lossText(epoch.validationLoss),
        percent(epoch.validationAccuracy),
        count(epoch.imagesPerSecond),
        epoch.seconds.toFixed(1),
      ]),
      "right",
    ),
    "Loss and train accuracy are means over the epoch, each image as it was when it was trained on.",
    "## Classes",
    "![Which class was taken for which](confusion.svg)",
    markdownTable(
      ["class", "images", "right", "recall", "precision"],
      evaluation.perClass.map(({ name, count: images, correct, recall, precision }) => [
        cell(name),
        count(images),
        count(correct),
        percent(recall),
        percent(precision),
      ]),
      "right",
    ),
    "## Samples",
    "![Right answers and mistakes](samples.svg)",
    "## Using it",
    "`last.safetensors` is the network after the last step" +
      (best === undefined
        ? "."
        : `, \`best.safetensors\` the one of epoch ${best.epoch}, with the best test accuracy ` +
          `(${percent(best.validationAccuracy)}).`),
    ["```sh", `fovea predict --run ${run.run} image.png`, `fovea evaluate ${run.run}`, "```"].join(
      "\n",
    ),
    [
      "```ts",
      `import { models, ${settings.ema === null ? "" : "optim, "}train } from "fovea";`,
      "",
      `const checkpoint = await train.loadCheckpoint("runs/${run.run}/last.safetensors");`,
      "const net = models.createModel(checkpoint.model.name, checkpoint.model.options);",
      ...(settings.ema === null
        ? ["train.restore(net, null, checkpoint);"]
        : [
            `const average = new optim.ExponentialMovingAverage(net, { decay: ${settings.ema} });`,
            "train.restore(net, null, checkpoint, average);",
            "average.apply(); // what was tested",
          ]),
      "```",
    ].join("\n"),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** The text of a network that was written as one. */
function networkSection({ model, modelOptions }: Results["run"]["settings"]): string[] {
  const { text } = modelOptions;
  if (model !== "text" || typeof text !== "string") return [];
  return ["## Network", ["```ts", text.trim(), "```"].join("\n")];
}

function batchText({ batchSize, accumulate }: Results["run"]["settings"]): string {
  return accumulate === 1 ? String(batchSize) : `${accumulate} x ${batchSize}`;
}

function epochsText({ epochs }: Results["run"]["settings"], done: number): string {
  return done < epochs ? `${done} of ${epochs}, stopped early` : String(epochs);
}

function backendText({ settings, backend = settings.backend, device }: Results["run"]): string {
  return device === undefined
    ? `${backend}, ${threadsText(settings.threads)}`
    : `${backend} on ${cell(device)}`;
}

function threadsText(threads: number | null): string {
  if (threads === null) return "as many threads as cores";
  return `${threads} ${threads === 1 ? "thread" : "threads"}`;
}

function markdownTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  align: "left" | "right" = "left",
): string {
  const rule = titles.map((_, i) => (align === "right" && i > 0 ? "---:" : "---"));
  return [titles, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Text that stays inside its cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
