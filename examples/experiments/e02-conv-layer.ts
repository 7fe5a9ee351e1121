// E2: a layer holds a kernel and adds one number to every output.
import { nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E2",
  title: "a convolution layer: cross-correlation plus a bias",
  async run() {
    const x = Tensor.arange(1, 10).reshape(1, 1, 3, 3);
    const layer = new nn.Conv2d(1, 1, 2);
    layer.weight.assign(
      Tensor.from([
        [
          [
            [0, 1],
            [2, 3],
          ],
        ],
      ]),
    );
    layer.bias?.assign(Tensor.zeros([1]));
    const without = await layer.forward(x).array();
    layer.bias?.assign(Tensor.ones([1]));
    const withOne = await layer.forward(x).array();
    return {
      checks: [
        equal("bias 0", without, [
          [
            [
              [25, 31],
              [43, 49],
            ],
          ],
        ]),
        equal("bias 1", withOne, [
          [
            [
              [26, 32],
              [44, 50],
            ],
          ],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
