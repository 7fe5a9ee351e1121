// `fovea evaluate`: accuracy, classes and confusion of a trained network, in the terminal.
import { resolve } from "node:path";
import { interop, pictures, train } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpecs } from "../options.ts";
import { backendOptions, computeAsAsked } from "../run/backend.ts";
import { checkDataName, isDatasetName, loadTestData } from "../run/data.ts";
import { evaluationLines } from "../run/evaluationText.ts";
import { datasetNames } from "../run/names.ts";
import { imageShapeOf } from "../run/network.ts";
import { loadTrained, trainedOptions } from "../run/trained.ts";

const options = {
  ...trainedOptions,
  data: {
    ...{ type: "text", value: "NAME|FOLDER", defaultText: "what it was trained on" },
    help: `whose test part is used: ${datasetNames.join(", ")}, or a folder of pictures`,
  },
  "per-class": {
    ...{ type: "flag" },
    help: "precision, recall and F1 of each class",
  },
  confusion: {
    ...{ type: "text", value: "FILE" },
    help: "also draw which classes are taken for which, as SVG",
  },
  "batch-size": {
    ...{ type: "integer", value: "N", min: 1, max: 65_536, default: 256 },
    help: "images that are looked at together",
  },
  ...backendOptions,
  json: { type: "flag", help: "the results as one JSON object" },
} as const satisfies OptionSpecs;

export const evaluateCommand = defineCommand({
  name: "evaluate",
  description:
    "Tests a trained network on images it was not trained on. The checkpoint knows the network,\n" +
    "its classes and the data.",
  positionals: [
    {
      name: "RUN",
      help: "name of the run (default: the latest), or a checkpoint",
      required: false,
    },
  ],
  options,
  examples: [
    "fovea evaluate --per-class",
    "fovea evaluate runs/lenet/best.safetensors --data photos",
  ],

  async run(values, [name], { terminal }) {
    if (values.data !== undefined) checkDataName(values.data);
    await computeAsAsked(values);
    const { path, net, checkpoint, settings } = await loadTrained(name, values);
    const dataName = values.data ?? settings.data;
    if (values.data === undefined) checkDataName(dataName);
    const [channels, ...size] = imageShapeOf(checkpoint.model);
    const splits = await loadTestData(
      { ...settings, data: dataName },
      {
        ...{ channels, size, normalize: checkpoint.normalize, classes: checkpoint.classes },
        isOwn: dataName === settings.data || resolve(dataName) === resolve(settings.data),
        sampleIfMissing: true,
        onProgress: (message) => terminal.note(message),
      },
    );
    if (splits.origin === "sample" && isDatasetName(dataName) && !dataName.endsWith("sample")) {
      terminal.note(
        `${dataName} is not to be had: tested on the small sample that ships with Fovea`,
      );
    }
    const { test } = splits;
    const startedAt = performance.now();
    const evaluation = await train
      .evaluate(net, test, {
        batchSize: values["batch-size"],
        topK: test.classes.length > 5 ? [5] : [],
      })
      .finally(() => splits.close());
    const seconds = (performance.now() - startedAt) / 1000;
    if (values.confusion !== undefined) {
      const picture = pictures.confusion(evaluation.confusion, test.classes);
      await interop.atomicWrite(values.confusion, picture);
    }
    if (values.json) {
      terminal.line(JSON.stringify({ checkpoint: path, data: test.name, ...evaluation, seconds }));
      return 0;
    }
    terminal.line(terminal.style(`${path} on ${test.name}`, "bold"));
    const perClass = values["per-class"];
    for (const line of evaluationLines(evaluation, terminal, { perClass })) terminal.line(line);
    if (!perClass) terminal.line("\n--per-class tells precision and recall of each class");
    return 0;
  },
});
