// E21: a pooling layer moves by its own size unless told otherwise.
import { nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

type Size = number | [number, number];

export const experiment: Experiment = {
  id: "E21",
  title: "padding and stride of pooling",
  async run() {
    const x = Tensor.arange(16).reshape(1, 4, 4).float();
    const pooled = async (size: Size, stride: Size = size, padding: Size = 0) =>
      new nn.MaxPool2d(size, { stride, padding }).forward(x).squeeze(0).array();
    return {
      checks: [
        equal("3", await pooled(3), [[10]]),
        equal("3, padding 1, stride 2", await pooled(3, 2, 1), [
          [5, 7],
          [13, 15],
        ]),
        equal("(2, 3), padding (1, 1)", await pooled([2, 3], [2, 3], [1, 1]), [
          [1, 3],
          [9, 11],
          [13, 15],
        ]),
        equal("(2, 3), padding (0, 1)", await pooled([2, 3], [2, 3], [0, 1]), [
          [5, 7],
          [13, 15],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
