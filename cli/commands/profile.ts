// `fovea profile`: where the time of a step goes, kernel by kernel.
import { inspect, interop, pictures } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpecs } from "../options.ts";
import { backendOptions, computeAsAsked } from "../run/backend.ts";
import { checkModelName, modelNames } from "../run/names.ts";
import { profiledStep } from "../run/profiledStep.ts";

const options = {
  "batch-size": {
    ...{ type: "integer", value: "N", min: 1, max: 65_536, default: 16 },
    help: "images in a step",
  },
  infer: { type: "flag", help: "only the forward pass, as for predictions" },
  "input-size": {
    ...{ type: "integer", value: "N", min: 1, max: 4096, defaultText: "what it is made for" },
    help: "height and width of the images",
  },
  "num-classes": {
    ...{ type: "integer", value: "N", min: 1, max: 1_000_000, default: 10 },
    help: "classes to tell apart",
  },
  model: {
    ...{ type: "group", value: "VALUE" },
    help: "option of the network, as for train: --model.width 0.5",
  },
  runs: {
    ...{ type: "integer", value: "N", min: 1, max: 10_000, default: 20 },
    help: "steps that are timed",
  },
  rows: {
    ...{ type: "integer", value: "N", min: 1, max: 10_000, default: 20 },
    help: "kernels that are listed, those that take longest",
  },
  ...backendOptions,
  svg: { type: "text", value: "FILE", help: "also draw it: step, modules, kernels" },
  json: { type: "flag", help: "the profile as one JSON object" },
} as const satisfies OptionSpecs;

export const profileCommand = defineCommand({
  name: "profile",
  description:
    "Times a training step of a new network on made-up images: each kernel with what was fused in\n" +
    "it, its rates, and what the processor could reach; totals by kind of work; the rest of the step.",
  positionals: [{ name: "MODEL", help: modelNames.join(", "), required: true }],
  options,
  examples: [
    "fovea profile lenet --batch-size 256 --svg lenet.svg",
    "fovea profile resnet18 --input-size 96 --infer",
  ],

  async run(values, [model = ""], { terminal }) {
    checkModelName(model);
    const { runs, rows, infer, json, svg } = values;
    await computeAsAsked(values);
    const { step, inputShape } = profiledStep(model, values);
    const profile = await inspect.profile(step, { runs, warmup: Math.min(10, runs) });
    const what = `${model}, ${infer ? "forward pass" : "training step"}, ${inputShape.join(" x ")}`;
    if (svg !== undefined) await interop.atomicWrite(svg, pictures.flame(profile, { title: what }));
    if (json) {
      terminal.line(JSON.stringify({ model, infer, inputShape, ...profile }));
      return 0;
    }
    terminal.line(terminal.style(what, "bold"));
    // A file or another program gets whole lines.
    const limit = terminal.isLive ? { columns: terminal.columns() } : {};
    terminal.line(inspect.formatProfile(profile, { rows, ...limit }));
    return 0;
  },
});
