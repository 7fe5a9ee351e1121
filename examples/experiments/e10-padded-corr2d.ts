// E10: zeros around the image, and steps of several pixels.
import { conv2d, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E10",
  title: "padding and stride on the 3×3 image",
  async run() {
    const x = Tensor.arange(9).reshape(1, 3, 3);
    const kernel = Tensor.from([
      [
        [
          [0, 1],
          [2, 3],
        ],
      ],
    ]);
    const padded = conv2d(x, kernel, null, { padding: 1 });
    const strided = conv2d(x, kernel, null, { padding: 1, stride: [3, 2] });
    return {
      checks: [
        equal("padding 1", await padded.squeeze(0).array(), [
          [0, 3, 8, 4],
          [9, 19, 25, 10],
          [21, 37, 43, 16],
          [6, 7, 8, 0],
        ]),
        equal("padding 1, stride (3, 2)", await strided.squeeze(0).array(), [
          [0, 8],
          [6, 8],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
