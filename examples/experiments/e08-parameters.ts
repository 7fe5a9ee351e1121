// E8: a convolution's parameters do not grow with the image.
import { nn } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E8",
  title: "parameters: a dense layer and a convolution on a megapixel",
  async run() {
    const dense = new nn.Linear(8 * 8, 10, { bias: false });
    const perPixelAndUnit = dense.weight.numel / (8 * 8 * 10);
    const conv = new nn.Conv2d(3, 16, 5, { bias: false });
    return {
      checks: [
        equal("dense layer, 8×8 to 10", dense.weight.numel, 640),
        equal("dense layer, a megapixel to 1,000", perPixelAndUnit * 1e6 * 1000, 1e9),
        equal("convolution 3 to 16, 5×5, any image", conv.weight.numel, 3 * 16 * 5 * 5),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
