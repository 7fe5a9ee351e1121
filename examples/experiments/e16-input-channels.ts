// E16: each channel has its own kernel, and the results are added.
import { conv2d, corr2d, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E16",
  title: "several input channels",
  async run() {
    const x = Tensor.stack([Tensor.arange(9).reshape(3, 3), Tensor.arange(1, 10).reshape(3, 3)]);
    const kernels = Tensor.from([
      [
        [0, 1],
        [2, 3],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    const y = conv2d(x, kernels.unsqueeze(0)).squeeze(0);
    const parts = [0, 1].map((c) => corr2d(x.select(0, c), kernels.select(0, c)));
    return {
      checks: [
        equal("two channels", await y.array(), [
          [56, 72],
          [104, 120],
        ]),
        equal("sum of corr2d", await Tensor.stack(parts).sum(0).array(), [
          [56, 72],
          [104, 120],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
