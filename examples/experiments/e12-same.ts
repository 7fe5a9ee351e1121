// E12: an even kernel needs an odd number of zeros: one more on top than below.
import { nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E12",
  title: "the same size for every kernel, even ones too",
  async run() {
    const x = Tensor.zeros([1, 1, 8, 8]);
    const sizes = [1, 2, 3, 4, 5, 6, 7];
    const heights = sizes.map((k) => {
      const [before, after] = [Math.ceil((k - 1) / 2), Math.floor((k - 1) / 2)];
      const layer = new nn.Conv2d(1, 1, k, { padding: [before, after, before, after] });
      return layer.forward(x).shape[2] as number;
    });
    // "same" puts the odd pixel below and to the right, as PyTorch does.
    const named = sizes.map(
      (k) => new nn.Conv2d(1, 1, k, { padding: "same" }).forward(x).shape[3] as number,
    );
    return {
      checks: [
        equal(
          "padding by hand, kernels 1 to 7",
          heights,
          sizes.map(() => 8),
        ),
        equal(
          'padding "same"',
          named,
          sizes.map(() => 8),
        ),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
