// `fovea summary`: the layers of a network, their shapes, parameters, work, memory and receptive fields.
import { inspect, models } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import { type OptionSpecs, UsageError } from "../options.ts";
import { modelNames } from "../run/names.ts";

const options = {
  batch: {
    type: "integer",
    value: "N",
    min: 1,
    max: 65_536,
    default: 1,
    help: "images in the input",
  },
  "num-classes": {
    type: "integer",
    value: "N",
    min: 1,
    max: 1_000_000,
    default: 10,
    help: "classes to tell apart",
  },
  json: { type: "flag", help: "the summary as one JSON object" },
} as const satisfies OptionSpecs;

export const summaryCommand = defineCommand({
  name: "summary",
  description:
    "Shows each layer of a network: output shape, parameters, multiply-adds, memory, receptive field.",
  positionals: [{ name: "MODEL", help: modelNames.join(", "), required: true }],
  options,
  examples: ["fovea summary lenet"],

  async run({ batch, "num-classes": numClasses, json }, [model = ""], { terminal }) {
    const entry = modelNames.includes(model) ? models.models[model] : undefined;
    if (entry === undefined) {
      throw new UsageError(
        `unknown model ${model} (known: ${modelNames.join(", ")})`,
        model,
        modelNames,
      );
    }
    const net = models.createModel(model, { numClasses });
    const summary = inspect.summary(net, [batch, ...entry.inputShape]);
    if (json) terminal.line(JSON.stringify(summary));
    // A file or another program gets whole lines.
    else {
      const limit = terminal.isLive ? { columns: terminal.columns() } : {};
      terminal.line(inspect.formatSummary(summary, limit));
    }
    return 0;
  },
});
