// E18: it mixes the channels of each pixel, and looks at no neighbour.
import { conv2d, normal } from "../../src/index.ts";
import { type Experiment, holds, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E18",
  title: "a 1×1 convolution is a dense layer over channels",
  async run() {
    const x = normal([3, 3, 3], [0, 1]);
    const weight = normal([2, 3, 1, 1], [0, 2]);
    const convolved = conv2d(x, weight);
    const multiplied = weight.reshape(2, 3).matmul(x.reshape(3, 9)).reshape(2, 3, 3);
    const difference = await convolved.sub(multiplied).abs().amax().item();
    return { checks: [holds("largest difference", difference, "below 1e-6", difference < 1e-6)] };
  },
};

if (import.meta.main) await show(experiment);
