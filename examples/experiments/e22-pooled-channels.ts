// E22: as many channels come out as went in.
import { concat, nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E22",
  title: "pooling leaves channels apart",
  async run() {
    const x = Tensor.arange(16).reshape(1, 1, 4, 4).float();
    const pool = new nn.MaxPool2d(3, { padding: 1, stride: 2 });
    const channels = await pool.forward(concat([x, x.add(1)], 1)).array();
    const batch = await pool.forward(concat([x, x.add(4)], 0)).array();
    return {
      checks: [
        equal("x and x + 1 as channels", channels, [
          [
            [
              [5, 7],
              [13, 15],
            ],
            [
              [6, 8],
              [14, 16],
            ],
          ],
        ]),
        equal("x and x + 4 as a batch", batch, [
          [
            [
              [5, 7],
              [13, 15],
            ],
          ],
          [
            [
              [9, 11],
              [17, 19],
            ],
          ],
        ]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
