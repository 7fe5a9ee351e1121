// What randAugment and trivialAugmentWide choose from: fourteen changes, each with a strength.
import type { Generator } from "../../tensor/random.ts";
import type { Picture } from "../picture.ts";
import type { Fill } from "./checks.ts";
import { chance, roundEven } from "./draw.ts";
import { type AffineInterpolation, affine, rotate } from "./functional/affine.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
} from "./functional/enhance.ts";
import { autocontrast, equalize, posterize, solarize } from "./functional/lookup.ts";

/** What each change is at full strength. */
export interface Strongest {
  /** Tangent of the shear. */
  readonly shear: number;
  /** Pixels, of an axis of this size. */
  readonly translate: (size: number) => number;
  readonly degrees: number;
  /** How far the factors of brightness, colour, contrast and sharpness are from 1. */
  readonly factor: number;
  /** Bits that posterize takes away. */
  readonly bits: number;
}

/** How pixels are sampled where a picture is moved. */
export interface Sampling {
  readonly interpolation: AffineInterpolation;
  readonly fill: Fill;
}

interface Augmentation {
  /** Does it go in two directions? */
  readonly isSigned: boolean;
  /** `strength` is from 0 to 1, with a sign if it goes in two directions. */
  apply(picture: Picture, strength: number, strongest: Strongest, sampling: Sampling): Picture;
}

type Factor = (picture: Picture, factor: number) => Picture;

const factorOf = (change: Factor): Augmentation => ({
  isSigned: true,
  apply: (picture, strength, { factor }) => change(picture, 1 + strength * factor),
});

const degreesOf = (tangent: number): number => (Math.atan(tangent) * 180) / Math.PI;

/** In the order of torchvision. */
const augmentations: readonly Augmentation[] = [
  { isSigned: false, apply: (picture) => picture },
  {
    isSigned: true,
    apply: (picture, strength, { shear }, sampling) =>
      affine(picture, { shear: [degreesOf(strength * shear), 0], center: [0, 0], ...sampling }),
  },
  {
    isSigned: true,
    apply: (picture, strength, { shear }, sampling) =>
      affine(picture, { shear: [0, degreesOf(strength * shear)], center: [0, 0], ...sampling }),
  },
  {
    isSigned: true,
    apply: (picture, strength, { translate }, sampling) =>
      affine(picture, {
        translate: [Math.trunc(strength * translate(picture.width)), 0],
        ...sampling,
      }),
  },
  {
    isSigned: true,
    apply: (picture, strength, { translate }, sampling) =>
      affine(picture, {
        translate: [0, Math.trunc(strength * translate(picture.height))],
        ...sampling,
      }),
  },
  {
    isSigned: true,
    apply: (picture, strength, { degrees }, sampling) =>
      rotate(picture, strength * degrees, sampling),
  },
  factorOf(adjustBrightness),
  factorOf(adjustSaturation),
  factorOf(adjustContrast),
  factorOf(adjustSharpness),
  {
    isSigned: false,
    apply: (picture, strength, { bits }) => posterize(picture, 8 - roundEven(strength * bits)),
  },
  { isSigned: false, apply: (picture, strength) => solarize(picture, 255 * (1 - strength)) },
  { isSigned: false, apply: autocontrast },
  { isSigned: false, apply: equalize },
];

/** One of the changes, each equally likely, with this strength in a random direction. */
export function augment(
  picture: Picture,
  strength: (random: Generator) => number,
  strongest: Strongest,
  sampling: Sampling,
  random: Generator,
): Picture {
  const augmentation = augmentations[random.integer(augmentations.length)] as Augmentation;
  const size = strength(random);
  const signed = augmentation.isSigned && chance(random, 0.5) ? -size : size;
  return augmentation.apply(picture, signed, strongest, sampling);
}
