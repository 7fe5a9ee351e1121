// E14: a 3×3 kernel for vertical edges, without and with padding.
import { corr2d, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E14",
  title: "a 5×5 image worked by hand",
  async run() {
    const x = Tensor.from([
      [0, 2, 4, 1, 0],
      [3, 1, 1, 0, 1],
      [2, 4, 1, 0, 1],
      [2, 0, 5, 2, 2],
      [0, 1, 3, 2, 1],
    ]);
    const kernel = Tensor.from([
      [1, 0, -1],
      [1, 0, -1],
      [1, 0, -1],
    ]);
    return {
      checks: [
        equal("no padding", await corr2d(x, kernel).array(), [
          [-1, 6, 4],
          [0, 3, 3],
          [-5, 1, 5],
        ]),
        equal("padding 1", await corr2d(x.pad([1, 1, 1, 1]), kernel).array(), [
          [-3, -2, 2, 4, 1],
          [-7, -1, 6, 4, 1],
          [-5, 0, 3, 3, 2],
          [-5, -5, 1, 5, 4],
          [-1, -6, -3, 5, 4],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
