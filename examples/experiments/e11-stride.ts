// E11: floor((n - k + p + s) / s) rows and columns.
import { nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E11",
  title: "strides make the output smaller",
  async run() {
    const x = Tensor.zeros([1, 1, 8, 8]);
    const halved = new nn.Conv2d(1, 1, 3, { padding: 1, stride: 2 });
    const uneven = new nn.Conv2d(1, 1, [3, 5], { padding: [0, 1], stride: [3, 4] });
    return {
      checks: [
        equal("kernel 3, padding 1, stride 2", halved.forward(x).shape.slice(2), [4, 4]),
        equal(
          "kernel (3, 5), padding (0, 1), stride (3, 4)",
          uneven.forward(x).shape.slice(2),
          [2, 2],
        ),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
