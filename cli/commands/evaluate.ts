// `fovea evaluate`: accuracy, classes and confusion of a trained network, in the terminal.
import { setBackend, train } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpecs } from "../options.ts";
import { evaluationLines } from "../run/evaluationText.ts";
import { checkpointOf } from "../run/folder.ts";
import { datasetNames } from "../run/names.ts";
import { loadData, loadNetwork } from "../run/network.ts";

const options = {
  checkpoint: {
    type: "text",
    value: "FILE",
    defaultText: "last.safetensors of the run",
    help: "another checkpoint",
  },
  "runs-dir": { type: "text", value: "FOLDER", default: "runs", help: "folder of the runs" },
  data: {
    type: "choice",
    choices: datasetNames,
    defaultText: "what it was trained on",
    help: "data set whose test part is used",
  },
  backend: {
    type: "choice",
    choices: ["auto", "wasm", "reference"],
    default: "auto",
    help: "what computes",
  },
  threads: {
    type: "integer",
    value: "N",
    min: 1,
    max: 256,
    defaultText: "all cores",
    help: "threads that compute",
  },
  json: { type: "flag", help: "the results as one JSON object" },
} as const satisfies OptionSpecs;

export const evaluateCommand = defineCommand({
  name: "evaluate",
  description: "Tests a trained network on images it was not trained on.",
  positionals: [{ name: "RUN", help: "name of the run (default: the latest)", required: false }],
  options,
  examples: ["fovea evaluate", "fovea evaluate lenet --checkpoint runs/lenet/best.safetensors"],

  async run(values, [name], { terminal }) {
    setBackend(values.backend, values.threads === undefined ? {} : { threads: values.threads });
    const { path, run } = checkpointOf(values["runs-dir"], name, values.checkpoint);
    const { net } = await loadNetwork(path);
    const dataName = values.data ?? run?.settings.data ?? "fashion-mnist";
    const splits = await loadData(dataName, {
      sampleIfMissing: true,
      onProgress: (message) => terminal.note(message),
    });
    if (splits.origin === "sample" && !dataName.endsWith("sample")) {
      terminal.note(
        `${dataName} is not to be had: tested on the small sample that ships with Fovea`,
      );
    }
    const startedAt = performance.now();
    const evaluation = await train.evaluate(net, splits.test);
    const seconds = (performance.now() - startedAt) / 1000;
    if (values.json) {
      terminal.line(
        JSON.stringify({ checkpoint: path, data: splits.test.name, ...evaluation, seconds }),
      );
    } else {
      terminal.line(terminal.style(`${path} on ${splits.test.name}`, "bold"));
      for (const line of evaluationLines(evaluation, terminal)) terminal.line(line);
    }
    return 0;
  },
});
