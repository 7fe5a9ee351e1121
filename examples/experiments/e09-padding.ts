// E9: k - 1 rows and columns of zeros in all keep the size.
import { nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E9",
  title: "padding keeps the size",
  async run() {
    const x = Tensor.zeros([1, 1, 8, 8]);
    const square = new nn.Conv2d(1, 1, 3, { padding: 1 });
    const tall = new nn.Conv2d(1, 1, [5, 3], { padding: [2, 1] });
    return {
      checks: [
        equal("kernel 3, padding 1", square.forward(x).shape.slice(2), [8, 8]),
        equal("kernel (5, 3), padding (2, 1)", tall.forward(x).shape.slice(2), [8, 8]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
