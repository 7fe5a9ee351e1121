// Transforms that do one fixed thing, or nothing: flips, negatives and the like.
import type { Picture } from "../picture.ts";
import { checkChannels, checkNumber, checkProbability, checkWhole } from "./checks.ts";
import { chance } from "./draw.ts";
import { adjustSharpness } from "./functional/enhance.ts";
import { hflip, vflip } from "./functional/flip.ts";
import { rgbToGrayscale } from "./functional/grayscale.ts";
import { autocontrast, equalize, invert, posterize, solarize } from "./functional/lookup.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

export interface ProbabilityOptions {
  /** How often it happens, 0 to 1 (default 0.5). */
  readonly p?: number;
}

function sometimes(
  name: string,
  p: number,
  change: (picture: Picture) => Picture,
  options: object = {},
  usual = 0.5,
): Transform {
  checkProbability(name, p);
  return transform(name, { ...options, p }, { p: usual }, (picture, random) =>
    chance(random, p) ? change(picture) : picture,
  );
}

function probabilityOf(where: string, options: ProbabilityOptions): number {
  return withDefaults<Required<ProbabilityOptions>>(where, options, { p: 0.5 }).p;
}

/**
 * Exchanges left and right with probability `p`, as `torchvision.transforms.RandomHorizontalFlip`.
 * @throws OptionError unless p is from 0 to 1
 * @example String(randomHorizontalFlip()) // "RandomHorizontalFlip()"
 */
export function randomHorizontalFlip(p = 0.5): Transform {
  return sometimes("randomHorizontalFlip", p, hflip);
}

/**
 * Exchanges top and bottom with probability `p`, as `torchvision.transforms.RandomVerticalFlip`.
 * @throws OptionError unless p is from 0 to 1
 * @example String(randomVerticalFlip(0.2)) // "RandomVerticalFlip(p 0.2)"
 */
export function randomVerticalFlip(p = 0.5): Transform {
  return sometimes("randomVerticalFlip", p, vflip);
}

/**
 * Takes the colour away with probability `p` and keeps the number of channels, as
 * `torchvision.transforms.RandomGrayscale`.
 * @throws OptionError unless p is from 0 to 1
 * @example String(randomGrayscale(0.2)) // "RandomGrayscale(p 0.2)"
 */
export function randomGrayscale(p = 0.1): Transform {
  const grey = (picture: Picture) =>
    picture.channels === 1 ? picture : rgbToGrayscale(picture, picture.channels);
  return sometimes("randomGrayscale", p, grey, {}, 0.1);
}

/**
 * Every picture grey, as `torchvision.transforms.Grayscale`.
 * @param numOutputChannels 1 (the default), or 3 for the same grey in red, green and blue
 * @throws OptionError for another number of channels
 * @example String(grayscale(3)) // "Grayscale(num output channels 3)"
 */
export function grayscale(numOutputChannels: 1 | 3 = 1): Transform {
  checkChannels("grayscale", numOutputChannels);
  return transform("grayscale", { numOutputChannels }, { numOutputChannels: 1 }, (picture) =>
    rgbToGrayscale(picture, numOutputChannels),
  );
}

/**
 * The negative with probability `p`, as `torchvision.transforms.RandomInvert`.
 * @throws OptionError unless p is from 0 to 1
 * @example String(randomInvert(0.2)) // "RandomInvert(p 0.2)"
 */
export function randomInvert(p = 0.5): Transform {
  return sometimes("randomInvert", p, invert);
}

/**
 * Stretches each channel over all of 0 to 255 with probability `p`, as
 * `torchvision.transforms.RandomAutocontrast`.
 * @throws OptionError unless p is from 0 to 1
 * @example String(randomAutocontrast(1)) // "RandomAutocontrast(p 1)"
 */
export function randomAutocontrast(p = 0.5): Transform {
  return sometimes("randomAutocontrast", p, autocontrast);
}

/**
 * Spreads the values of each channel with probability `p`, as `torchvision.transforms.RandomEqualize`.
 * @throws OptionError unless p is from 0 to 1
 * @example String(randomEqualize(1)) // "RandomEqualize(p 1)"
 */
export function randomEqualize(p = 0.5): Transform {
  return sometimes("randomEqualize", p, equalize);
}

/**
 * Keeps the first bits of each byte with probability `p`, as `torchvision.transforms.RandomPosterize`.
 * @param bits    0 to 8
 * @param options p: 0.5 unless given
 * @throws OptionError for impossible or unknown options
 * @example String(randomPosterize(4)) // "RandomPosterize(bits 4)"
 */
export function randomPosterize(bits: number, options: ProbabilityOptions = {}): Transform {
  const p = probabilityOf("randomPosterize", options);
  checkWhole("randomPosterize", "bits", bits, { least: 0, most: 8 });
  return sometimes("randomPosterize", p, (picture) => posterize(picture, bits), { bits });
}

/**
 * Inverts bytes from `threshold` on with probability `p`, as `torchvision.transforms.RandomSolarize`.
 * @param threshold 0 to 255
 * @param options   p: 0.5 unless given
 * @throws OptionError for impossible or unknown options
 * @example String(randomSolarize(128, { p: 1 })) // "RandomSolarize(threshold 128, p 1)"
 */
export function randomSolarize(threshold: number, options: ProbabilityOptions = {}): Transform {
  const p = probabilityOf("randomSolarize", options);
  checkNumber("randomSolarize", "threshold", threshold, { least: 0, most: 255 });
  return sometimes("randomSolarize", p, (picture) => solarize(picture, threshold), { threshold });
}

/**
 * Sharpens or smooths with probability `p`, as `torchvision.transforms.RandomAdjustSharpness`.
 * @param sharpnessFactor 0 is smooth, 1 the picture, 2 sharpened
 * @param options         p: 0.5 unless given
 * @throws OptionError for impossible or unknown options
 * @example String(randomAdjustSharpness(2)) // "RandomAdjustSharpness(sharpness factor 2)"
 */
export function randomAdjustSharpness(
  sharpnessFactor: number,
  options: ProbabilityOptions = {},
): Transform {
  const p = probabilityOf("randomAdjustSharpness", options);
  checkNumber("randomAdjustSharpness", "sharpnessFactor", sharpnessFactor, { least: 0 });
  return sometimes(
    "randomAdjustSharpness",
    p,
    (picture) => adjustSharpness(picture, sharpnessFactor),
    { sharpnessFactor },
  );
}
