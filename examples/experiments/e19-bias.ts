// E19: not one for each pair of channels.
import { nn } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E19",
  title: "a layer has one bias for each output channel",
  async run() {
    const layer = new nn.Conv2d(3, 5, 2);
    return {
      checks: [
        equal("weight", layer.weight.shape, [5, 3, 2, 2]),
        equal("bias", layer.bias?.shape ?? [], [5]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
