// E13: each 5×5 layer takes four rows and columns.
import { nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E13",
  title: "without padding, depth eats the image",
  async run() {
    const tenLayers = new nn.Sequential(
      ...Array.from({ length: 10 }, () => new nn.Conv2d(1, 1, 5)),
    );
    const layer = new nn.Conv2d(1, 1, 5);
    let x = Tensor.zeros([1, 1, 224, 224]);
    let layers = 0;
    for (; (x.shape[2] as number) > 4; layers++) x = layer.forward(x);
    return {
      checks: [
        equal(
          "240×240 after ten 5×5 layers",
          tenLayers.forward(Tensor.zeros([1, 1, 240, 240])).shape.slice(2),
          [200, 200],
        ),
        equal("5×5 layers from 224×224 to 4×4", layers, 55),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
