// E7: the response peaks where the template is, and moves with it.
import { corr2d, Tensor, uniform } from "../../src/index.ts";
import { type Experiment, equal, shades, show } from "./experiment.ts";

const [height, width] = [16, 26];

/** Waldo in a crowd, at a row and column. */
function picture(waldo: Tensor, top: number, left: number): Tensor {
  const crowd = uniform([height, width], [7, 0]).mul(0.6);
  return crowd.add(waldo.pad([left, width - 4 - left, top, height - 5 - top]));
}

/** Row and column of the largest response. */
async function peak(response: Tensor): Promise<number[]> {
  const at = await response.flatten().argmax().item();
  const columns = response.shape[1] as number;
  return [Math.floor(at / columns), at % columns];
}

export const experiment: Experiment = {
  id: "E7",
  title: "where is Waldo? A template slides over a picture",
  async run() {
    const waldo = Tensor.from([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ]);
    // Without its mean the template answers to stripes, not to bright places.
    const template = waldo.sub(waldo.mean());
    const photo = picture(waldo, 3, 17);
    const here = corr2d(photo, template);
    const there = corr2d(picture(waldo, 8, 5), template);
    return {
      checks: [
        equal("peak with Waldo at [3, 17]", await peak(here), [3, 17]),
        equal("peak with Waldo at [8, 5]", await peak(there), [8, 5]),
      ],
      picture: [
        "picture",
        ...shades(await photo.array()),
        "heat map",
        ...shades(await here.array()),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
