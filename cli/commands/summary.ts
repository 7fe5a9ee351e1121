// `fovea summary`: the layers of a network, their shapes, parameters, work, memory and receptive fields.
import { inspect, models, nn } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpecs, OptionValues } from "../options.ts";
import { memoryReport } from "../run/memory.ts";
import { optimizerNames } from "../run/names.ts";
import { imageShapeOf, loadNetwork } from "../run/network.ts";
import { modelHelp, namedModel, ownModel } from "../run/networkFile.ts";

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
    help: "height and width of the images; 28 for a network as text",
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
  positionals: [{ name: "MODEL", help: `${modelHelp}, or a checkpoint`, required: true }],
  options,
  examples: [
    "fovea summary lenet",
    "fovea summary resnet50 --model.form torchvision --batch 32",
    "fovea summary mine.ts --input-size 32",
    "fovea summary vgg11 --memory --batch 64",
  ],

  async run(values, [word = ""], { terminal }) {
    const { batch, json } = values;
    const { net, title, imageShape } = await shown(word, values);
    if (values.memory) {
      const { optimizer } = values;
      return memoryReport({ net, model: title, batch, imageShape, optimizer, json }, terminal);
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

interface Shown {
  readonly net: nn.Module;
  readonly title: string;
  readonly imageShape: readonly [number, number, number];
}

/** The network that is meant, and the images it is for. */
async function shown(word: string, values: OptionValues<typeof options>): Promise<Shown> {
  if (word.endsWith(".safetensors")) {
    const { net, checkpoint } = await loadNetwork(word);
    return { net, title: checkpoint.model.name, imageShape: imageShapeOf(checkpoint.model) };
  }
  const { model, options: own, title } = await namedModel(word);
  const { "input-size": inputSize, "num-classes": numClasses } = values;
  const sized = inputSize === undefined || model === ownModel ? {} : { inputSize };
  const net = models.createModel(model, { numClasses, ...values.model, ...own, ...sized });
  const [channels, ...size] = models.models[model]?.inputShape ?? [channelsOf(net), 28, 28];
  const { inChannels = channels } = values.model;
  const [height, width] = inputSize === undefined ? size : [inputSize, inputSize];
  return { net, title, imageShape: [Number(inChannels), height, width] };
}

/** Channels of the images that a network of one's own is for: those that its first convolution takes. */
function channelsOf(net: nn.Module): number {
  for (const module of net.modules()) if (module instanceof nn.Conv2d) return module.inChannels;
  return 1;
}
