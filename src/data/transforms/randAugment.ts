// randAugment and trivialAugmentWide: random changes without a search for the best.
import { augment, type Strongest } from "./augmentations.ts";
import { checkChoice, checkFill, checkWhole, type Fill } from "./checks.ts";
import { type AffineInterpolation, affineInterpolations } from "./functional/affine.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

export interface TrivialAugmentWideOptions {
  /** Strengths to choose from, evenly spread from none to the strongest (default 31). */
  readonly numMagnitudeBins?: number;
  /** How turned, moved and sheared pictures are sampled: "nearest" unless given. */
  readonly interpolation?: AffineInterpolation;
  /** What comes in from beyond the edges: a byte, or one for each channel (default 0). */
  readonly fill?: Fill;
}

export interface RandAugmentOptions extends TrivialAugmentWideOptions {
  /** Changes made to each picture (default 2). */
  readonly numOps?: number;
  /** Strength, 0 to numMagnitudeBins − 1 (default 9). */
  readonly magnitude?: number;
}

const trivialDefaults: Required<TrivialAugmentWideOptions> = {
  numMagnitudeBins: 31,
  interpolation: "nearest",
  fill: 0,
};

const randDefaults: Required<RandAugmentOptions> = { numOps: 2, magnitude: 9, ...trivialDefaults };

const randStrongest: Strongest = {
  shear: 0.3,
  translate: (size) => (150 / 331) * size,
  degrees: 30,
  factor: 0.9,
  bits: 4,
};

const wideStrongest: Strongest = {
  shear: 0.99,
  translate: () => 32,
  degrees: 135,
  factor: 0.99,
  bits: 6,
};

/**
 * A few random changes of one strength, as `torchvision.transforms.RandAugment`: none, shears, moves, turns,
 * brightness, colour, contrast, sharpness, fewer shades, solarize, autocontrast or equalize.
 * @param options numOps; magnitude; numMagnitudeBins; interpolation; fill
 * @throws OptionError for impossible or unknown options
 * @example String(randAugment({ magnitude: 5 })) // "RandAugment(magnitude 5)"
 * @see Cubuk et al. 2020, "RandAugment: practical automated data augmentation with a reduced search space"
 */
export function randAugment(options: RandAugmentOptions = {}): Transform {
  const where = "randAugment";
  const complete = withDefaults<Required<RandAugmentOptions>>(where, options, randDefaults);
  const { numOps, magnitude, numMagnitudeBins } = complete;
  checkCommon(where, complete);
  checkWhole(where, "numOps", numOps, { least: 0 });
  checkWhole(where, "magnitude", magnitude, { least: 0, most: numMagnitudeBins - 1 });
  const strength = () => magnitude / (numMagnitudeBins - 1);
  const { interpolation, fill } = complete;
  return transform(where, options, randDefaults, (picture, random) => {
    let changed = picture;
    for (let i = 0; i < numOps; i++)
      changed = augment(changed, strength, randStrongest, { interpolation, fill }, random);
    return changed;
  });
}

/**
 * One random change of random strength, as `torchvision.transforms.TrivialAugmentWide`; see {@link randAugment}.
 * @param options numMagnitudeBins; interpolation; fill
 * @throws OptionError for impossible or unknown options
 * @example String(trivialAugmentWide()) // "TrivialAugmentWide()"
 * @see Müller & Hutter 2021, "TrivialAugment: tuning-free yet state-of-the-art data augmentation"
 */
export function trivialAugmentWide(options: TrivialAugmentWideOptions = {}): Transform {
  const where = "trivialAugmentWide";
  const complete = withDefaults<Required<TrivialAugmentWideOptions>>(
    where,
    options,
    trivialDefaults,
  );
  const { numMagnitudeBins, interpolation, fill } = complete;
  checkCommon(where, complete);
  return transform(where, options, trivialDefaults, (picture, random) =>
    augment(
      picture,
      (draw) => draw.integer(numMagnitudeBins) / (numMagnitudeBins - 1),
      wideStrongest,
      { interpolation, fill },
      random,
    ),
  );
}

function checkCommon(where: string, options: Required<TrivialAugmentWideOptions>): void {
  checkWhole(where, "numMagnitudeBins", options.numMagnitudeBins, { least: 2 });
  checkChoice(where, "interpolation", options.interpolation, affineInterpolations);
  checkFill(where, "fill", options.fill);
}
