// From settings to what is trained: the network, its optimizer, and the schedule of its learning rate.
import { inspect, manualSeed, models, nn, optim, type train } from "../../../../src/index.ts";
import { StudioError } from "../studioError.ts";
import type { RunSettings } from "./types.ts";

/**
 * A new network with the seed's weights.
 * @throws NetworkTextError or ShapeError for what does not fit, StudioError if it does not end in one number for each class
 */
export function makeNetwork(settings: RunSettings, classes: number): nn.Module {
  const { model, network, inputShape, seed } = settings;
  manualSeed(seed);
  const net =
    model === undefined
      ? models.buildNetwork(network).net
      : models.createModel(model.name, model.options);
  if (settings.start === "xavier") startWithXavier(net);
  const output = inspect.summary(net, [1, ...inputShape]).layers.at(-1)?.outputShape ?? [];
  if (output.length !== 2 || output[1] !== classes) {
    const end = `new nn.Flatten(), new nn.Linear(…, ${classes})`;
    throw new StudioError(
      {
        en: "the network does not end in one number for each class",
        zh: "网络的输出不是每个类别一个数",
      },
      {
        facts: [
          [{ en: "its output", zh: "其输出" }, `[${output.join(", ")}]`],
          [{ en: "needed", zh: "需要" }, `[batch, ${classes}]`],
        ],
        hint: { en: `end with ${end}`, zh: `以 ${end} 结尾` },
      },
    );
  }
  return net;
}

/** Weights uniform on ±√(6 / (fan in + fan out)), biases as they are: Glorot & Bengio 2010. */
function startWithXavier(net: nn.Module): void {
  for (const module of net.modules()) {
    if (module instanceof nn.Conv2d || module instanceof nn.Linear)
      nn.init.xavierUniform_(module.weight);
  }
}

export function makeOptimizer(settings: RunSettings, net: nn.Module): optim.Optimizer {
  const { optimizer, lr, momentum, weightDecay } = settings;
  const parameters = net.parameters();
  // Each by its name: by a name that is only known later, a page would carry all of the library's.
  switch (optimizer) {
    case "sgd":
      return new optim.SGD(parameters, { lr, momentum, weightDecay });
    case "rmsprop":
      return new optim.RMSprop(parameters, { lr, momentum, weightDecay });
    case "adam":
      return new optim.Adam(parameters, { lr, weightDecay });
    case "adamw":
      return new optim.AdamW(parameters, { lr, weightDecay });
  }
}

/** How the learning rate goes, for `fit`. */
export function makeSchedule(
  { schedule, epochs, lr, optimizer, momentum }: RunSettings,
  stepsPerEpoch: number,
): Pick<train.FitOptions, "schedule"> {
  switch (schedule) {
    case "none":
      return {};
    case "cosine":
      return { schedule: (own) => new optim.CosineAnnealingLR(own, epochs) };
    case "step": {
      const third = Math.max(1, Math.ceil(epochs / 3));
      return { schedule: (own) => new optim.StepLR(own, third) };
    }
    case "one-cycle": {
      const totalSteps = epochs * stepsPerEpoch;
      const cycleMomentum = momentum > 0 || optimizer.startsWith("adam");
      return { schedule: (own) => new optim.OneCycleLR(own, lr, { totalSteps, cycleMomentum }) };
    }
  }
}
