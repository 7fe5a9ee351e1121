// E23: the edge moves within a window, and the pooled response stays.
import { corr2d, nn, Tensor } from "../../src/index.ts";
import { type Experiment, equal, shades, show } from "./experiment.ts";

/** Where a bright area of so many columns ends, and what pooling makes of it. */
async function response(bright: number): Promise<{ edges: number[][]; pooled: number[][] }> {
  const image = Tensor.arange(9).lt(bright).float().expand(4, 9);
  const edges = corr2d(image, Tensor.from([[1, -1]]));
  const pooled = new nn.MaxPool2d(2).forward(edges.unsqueeze(0)).squeeze(0);
  return { edges: await edges.array(), pooled: await pooled.array() };
}

export const experiment: Experiment = {
  id: "E23",
  title: "pooling forgives a shift of one pixel",
  async run() {
    const [here, shifted] = [await response(3), await response(4)];
    return {
      checks: [
        equal("edge", here.edges[0] ?? [], [0, 0, 1, 0, 0, 0, 0, 0]),
        equal("edge, shifted", shifted.edges[0] ?? [], [0, 0, 0, 1, 0, 0, 0, 0]),
        equal("pooled", here.pooled, [
          [0, 1, 0, 0],
          [0, 1, 0, 0],
        ]),
        equal("pooled, shifted", shifted.pooled, here.pooled),
      ],
      picture: [
        "edges",
        ...shades(here.edges),
        "edges, shifted",
        ...shades(shifted.edges),
        "pooled: both times",
        ...shades(shifted.pooled),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
