// E6: a deeper layer sees more of the image.
import { concat, inspect, models, nn, type Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

class Branched extends nn.Module {
  readonly narrow = new nn.Conv2d(1, 2, 1);
  readonly wide = new nn.Conv2d(1, 2, 5, { padding: 2 });
  readonly joined = new nn.ReLU();
  override forward(x: Tensor): Tensor {
    return this.joined.forward(concat([this.narrow.forward(x), this.wide.forward(x)], 1));
  }
}

/** Height of the field after each layer. */
const heights = (net: nn.Module, side: number) =>
  inspect.receptiveField(net, [1, 1, side, side]).map(({ size }) => size[0]);

export const experiment: Experiment = {
  id: "E6",
  title: "receptive fields grow with depth",
  async run() {
    const stacked = new nn.Sequential(new nn.Conv2d(1, 1, 2), new nn.Conv2d(1, 1, 2));
    return {
      checks: [
        equal("two 2×2 layers", heights(stacked, 8), [2, 3]),
        equal(
          "LeNet up to its dense layers",
          heights(models.lenet(), 28).slice(0, 6),
          [5, 5, 6, 14, 14, 16],
        ),
        equal("branches of 1×1 and 5×5, joined", heights(new Branched(), 8), [1, 5, 5]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
