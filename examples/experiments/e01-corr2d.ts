// E1: the kernel slides over the image; each output is the sum of products under it.
import { corr2d, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E1",
  title: "cross-correlation of a 3×3 image with a 2×2 kernel",
  async run() {
    const x = Tensor.arange(9).reshape(3, 3);
    const kernel = Tensor.from([
      [0, 1],
      [2, 3],
    ]);
    const y = corr2d(x, kernel);
    return {
      checks: [
        equal("corr2d(x, kernel)", await y.array(), [
          [19, 25],
          [37, 43],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
