// E15: three settings, three output sizes.
import { nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E15",
  title: "stride 1, stride 2 and padding 1 on a 5×5 image",
  async run() {
    const x = Tensor.zeros([1, 1, 5, 5]);
    return {
      checks: [
        equal("stride 1", new nn.Conv2d(1, 1, 3).forward(x).shape.slice(2), [3, 3]),
        equal("stride 2", new nn.Conv2d(1, 1, 3, { stride: 2 }).forward(x).shape.slice(2), [2, 2]),
        equal(
          "padding 1",
          new nn.Conv2d(1, 1, 3, { padding: 1 }).forward(x).shape.slice(2),
          [5, 5],
        ),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
