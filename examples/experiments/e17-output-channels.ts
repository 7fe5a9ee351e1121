// E17: one set of kernels for each output channel.
import { conv2d, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E17",
  title: "several output channels",
  async run() {
    const x = Tensor.stack([Tensor.arange(9).reshape(3, 3), Tensor.arange(1, 10).reshape(3, 3)]);
    const kernel = Tensor.from([
      [
        [0, 1],
        [2, 3],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    const weight = Tensor.stack([kernel, kernel.add(1), kernel.add(2)]);
    return {
      checks: [
        equal("weight", weight.shape, [3, 2, 2, 2]),
        equal("K, K + 1, K + 2", await conv2d(x, weight).array(), [
          [
            [56, 72],
            [104, 120],
          ],
          [
            [76, 100],
            [148, 172],
          ],
          [
            [96, 128],
            [192, 224],
          ],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
