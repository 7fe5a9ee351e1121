// E3: a kernel that takes the difference of neighbours finds vertical edges, and no others.
import { corr2d, Tensor } from "../../src/index.ts";
import { type Experiment, equal, shades, show } from "./experiment.ts";

export const experiment: Experiment = {
  id: "E3",
  title: "edge detection with the kernel [1, -1]",
  async run() {
    const row = Tensor.from([1, 1, 0, 0, 0, 0, 1, 1]);
    const image = row.expand(6, 8);
    const kernel = Tensor.from([[1, -1]]);
    const edges = await corr2d(image, kernel).array();
    const turned = await corr2d(image.t(), kernel).array();
    const expected = Array.from({ length: 6 }, () => [0, 1, 0, 0, 0, -1, 0]);
    return {
      checks: [
        equal("edges", edges, expected),
        equal(
          "edges of the image on its side",
          turned,
          Array.from({ length: 8 }, () => [0, 0, 0, 0, 0]),
        ),
      ],
      picture: ["image", ...shades(await image.array()), "edges", ...shades(edges)],
    };
  },
};

if (import.meta.main) await show(experiment);
