// randomErasing: a rectangle of each picture painted over.
import type { Generator } from "../../tensor/random.ts";
import type { Picture } from "../picture.ts";
import { checkFill, checkProbability, checkRange, type Fill, type Interval } from "./checks.ts";
import { between, chance, ratioBetween, roundEven, wholeUpTo } from "./draw.ts";
import { erase } from "./functional/erase.ts";
import type { Box } from "./functional/window.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

export interface RandomErasingOptions {
  /** How often it happens, 0 to 1 (default 0.5). */
  readonly p?: number;
  /** Lowest and highest share of the picture's area (default `[0.02, 0.33]`). */
  readonly scale?: Interval;
  /** Lowest and highest height : width (default `[0.3, 3.3]`). */
  readonly ratio?: Interval;
  /** A byte, or one for each channel (default 0); "random" is a random byte for each pixel and channel. */
  readonly value?: Fill | "random";
}

const defaults: Required<RandomErasingOptions> = {
  p: 0.5,
  scale: [0.02, 0.33],
  ratio: [0.3, 3.3],
  value: 0,
};

/**
 * Paints over a rectangle of random area, proportions and place, as `torchvision.transforms.RandomErasing`. If ten
 * draws do not fit into the picture, it stays as it is. This works on bytes, before normalisation: black is
 * 0, and "random" draws all bytes equally often.
 * @param options p; scale; ratio; value
 * @throws OptionError for impossible or unknown options
 * @example String(randomErasing({ value: "random" })) // "RandomErasing(value random)"
 * @see Zhong et al. 2020, "Random erasing data augmentation"
 */
export function randomErasing(options: RandomErasingOptions = {}): Transform {
  const where = "randomErasing";
  const complete = withDefaults<Required<RandomErasingOptions>>(where, options, defaults);
  const { value } = complete;
  const p = checkProbability(where, complete.p);
  const scale = checkRange(where, "scale", complete.scale, { least: 0, most: 1 });
  const ratio = checkRange(where, "ratio", complete.ratio, { least: Number.MIN_VALUE });
  if (value !== "random") checkFill(where, "value", value);
  return transform(where, options, defaults, (picture, random) => {
    if (!chance(random, p)) return picture;
    const box = drawBox(picture, scale, ratio, random);
    if (box === null) return picture;
    const { top, left, height, width } = box;
    if (value !== "random") return erase(picture, top, left, height, width, value);
    return noiseIn(picture, box, random);
  });
}

function drawBox(
  { height: rows, width: columns }: Picture,
  scale: Interval,
  ratio: Interval,
  random: Generator,
): Box | null {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = rows * columns * between(random, scale);
    const aspect = ratioBetween(random, ratio);
    const height = roundEven(Math.sqrt(area * aspect));
    const width = roundEven(Math.sqrt(area / aspect));
    if (height >= rows || width >= columns) continue;
    const top = wholeUpTo(random, rows - height);
    return { top, left: wholeUpTo(random, columns - width), height, width };
  }
  return null;
}

function noiseIn(picture: Picture, { top, left, height, width }: Box, random: Generator): Picture {
  const data = picture.data.slice();
  for (let c = 0; c < picture.channels; c++) {
    for (let y = top; y < top + height; y++) {
      const at = (c * picture.height + y) * picture.width + left;
      for (let x = 0; x < width; x++) data[at + x] = random.bits() >>> 24;
    }
  }
  return { ...picture, data };
}
