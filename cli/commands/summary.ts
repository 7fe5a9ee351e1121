// `fovea summary`: the layers of a network, their shapes, parameters, work, memory and receptive fields.
import { inspect, models } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpecs } from "../options.ts";
import { memoryReport } from "../run/memory.ts";
import { checkModelName, modelNames, optimizerNames } from "../run/names.ts";

const options = {
  batch: {
    ...{ type: "integer", value: "N", min: 1, max: 65_536, default: 1 },
    help: "images in the input",
  },
  model: {
    ...{ type: "group", value: "VALUE" },
    help: "option of the network, as for train: --model.width 0.5",
  },
  "input-size": {
    ...{ type: "integer", value: "N", min: 1, max: 4096, defaultText: "what it is made for" },
    help: "height and width of the images",
  },
  "num-classes": {
    ...{ type: "integer", value: "N", min: 1, max: 1_000_000, default: 10 },
    help: "classes to tell apart",
  },
  memory: {
    ...{ type: "flag" },
    help: "instead, what a training step with --batch images keeps in memory, and when",
  },
  optimizer: {
    ...{ type: "choice", choices: optimizerNames, default: "sgd" },
    help: "for --memory: what learns",
  },
  json: { type: "flag", help: "the summary as one JSON object" },
} as const satisfies OptionSpecs;

export const summaryCommand = defineCommand({
  name: "summary",
  description:
    "Shows each layer of a network: output shape, parameters, multiply-adds, memory, receptive field.",
  positionals: [{ name: "MODEL", help: modelNames.join(", "), required: true }],
  options,
  examples: [
    "fovea summary lenet",
    "fovea summary resnet50 --model.form torchvision --batch 32",
    "fovea summary vgg11 --memory --batch 64",
  ],

  async run(values, [model = ""], { terminal }) {
    checkModelName(model);
    const { batch, json, "input-size": inputSize, "num-classes": numClasses } = values;
    const [channels, ...size] = (models.models[model] as models.ModelEntry).inputShape;
    const { inChannels = channels } = values.model;
    const sized = inputSize === undefined ? {} : { inputSize };
    const net = models.createModel(model, { numClasses, ...values.model, ...sized });
    const shape = inputSize === undefined ? size : [inputSize, inputSize];
    const imageShape = [Number(inChannels), ...shape] as const;
    if (values.memory) {
      const { optimizer } = values;
      return memoryReport({ net, model, batch, imageShape, optimizer, json }, terminal);
    }
    const summary = inspect.summary(net, [batch, ...imageShape]);
    if (json) terminal.line(JSON.stringify(summary));
    // A file or another program gets whole lines.
    else {
      const limit = terminal.isLive ? { columns: terminal.columns() } : {};
      terminal.line(inspect.formatSummary(summary, limit));
    }
    return 0;
  },
});
