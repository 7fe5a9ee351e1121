// randomResizedCrop: a part of random size and proportions, resized.
import type { Generator } from "../../tensor/random.ts";
import type { Picture } from "../picture.ts";
import { checkPair, checkRange, type Interval } from "./checks.ts";
import { between, ratioBetween, roundEven, wholeUpTo } from "./draw.ts";
import {
  checkSamplingValues,
  resizeBox,
  type SamplingOptions,
  samplingDefaults,
} from "./functional/resize.ts";
import type { Box } from "./functional/window.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

export interface RandomResizedCropOptions extends SamplingOptions {
  /** Lowest and highest share of the picture's area (default `[0.08, 1]`). */
  readonly scale?: Interval;
  /** Lowest and highest width : height (default `[3 / 4, 4 / 3]`). */
  readonly ratio?: Interval;
}

const defaults: Required<RandomResizedCropOptions> = {
  scale: [0.08, 1],
  ratio: [3 / 4, 4 / 3],
  ...samplingDefaults,
};

/**
 * A part of each picture of random area, proportions and place, resized, as
 * `torchvision.transforms.RandomResizedCrop`. If ten draws do not fit into the picture, its middle is taken.
 * @param size    `[height, width]` of the result, or a number for both
 * @param options scale; ratio; interpolation: "bilinear" unless given; antialias: true unless given
 * @throws OptionError for impossible or unknown options
 * @example String(randomResizedCrop(224, { scale: [0.5, 1] })) // "RandomResizedCrop(224, scale [0.5, 1])"
 * @see Szegedy et al. 2015, "Going deeper with convolutions"
 */
export function randomResizedCrop(
  size: number | readonly [number, number],
  options: RandomResizedCropOptions = {},
): Transform {
  const where = "randomResizedCrop";
  const complete = withDefaults<Required<RandomResizedCropOptions>>(where, options, defaults);
  const target = checkPair(where, "size", size);
  const scale = checkRange(where, "scale", complete.scale, { least: 0, most: 1 });
  const ratio = checkRange(where, "ratio", complete.ratio, { least: Number.MIN_VALUE });
  checkSamplingValues(where, complete);
  return transform(where, { size, ...options }, defaults, (picture, random) =>
    resizeBox(picture, drawBox(picture, scale, ratio, random), target, complete),
  );
}

function drawBox(
  { height: rows, width: columns }: Picture,
  scale: Interval,
  ratio: Interval,
  random: Generator,
): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = rows * columns * between(random, scale);
    const aspect = ratioBetween(random, ratio);
    const width = roundEven(Math.sqrt(area * aspect));
    const height = roundEven(Math.sqrt(area / aspect));
    if (width < 1 || width > columns || height < 1 || height > rows) continue;
    const top = wholeUpTo(random, rows - height);
    return { top, left: wholeUpTo(random, columns - width), height, width };
  }
  return middleBox(rows, columns, ratio);
}

/** The largest box in the middle whose proportions are allowed. */
function middleBox(rows: number, columns: number, [narrow, wide]: Interval): Box {
  let [height, width] = [rows, columns];
  if (columns / rows < narrow) height = Math.min(rows, Math.max(1, roundEven(columns / narrow)));
  else if (columns / rows > wide) width = Math.min(columns, Math.max(1, roundEven(rows * wide)));
  return { top: (rows - height) >> 1, left: (columns - width) >> 1, height, width };
}
