// E20: the largest, or the mean, of each window.
import { nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E20",
  title: "maximum and average pooling",
  async run() {
    const x = Tensor.arange(9).reshape(1, 1, 3, 3).float();
    const largest = new nn.MaxPool2d(2, { stride: 1 });
    const mean = new nn.AvgPool2d(2, { stride: 1 });
    return {
      checks: [
        equal("MaxPool2d", await largest.forward(x).array(), [
          [
            [
              [4, 5],
              [7, 8],
            ],
          ],
        ]),
        equal("AvgPool2d", await mean.forward(x).array(), [
          [
            [
              [2, 3],
              [5, 6],
            ],
          ],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
