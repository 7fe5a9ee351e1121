// normalize: a description that stays with the data set, since bytes cannot hold what it gives.
import { OptionError } from "../../tensor/errors.ts";
import { type Transform, transform } from "./transform.ts";

/** Mean and standard deviation, one number for all channels or one for each. */
export interface Normalization {
  /** On the scale of 0 to 1. */
  readonly mean: number | readonly number[];
  /** On the scale of 0 to 1, above 0. */
  readonly std: number | readonly number[];
}

/**
 * Centres and scales the channels of a batch, as `torchvision.transforms.Normalize`:
 *
 *     y[c] = (x[c] / 255 − mean[c]) / std[c]
 *
 * Pixels travel as bytes, so this happens in the engine, fused into the first layer. As a transform it
 * only says so: applied to a picture it returns the picture. It stands last in a list.
 * @param mean of pixels from 0 to 1: one number, or one for each channel
 * @param std  above 0, likewise
 * @throws OptionError for other numbers
 * @example String(normalize(0.5, 0.25)) // "Normalize(mean 0.5, std 0.25)"
 */
export function normalize(mean: Normalization["mean"], std: Normalization["std"]): Transform {
  check("mean", mean, Number.isFinite, "give a number, or one for each channel");
  check("std", std, (n) => n > 0 && n < Infinity, "give a number above 0, or one for each channel");
  const [means, stds] = [[mean].flat().length, [std].flat().length];
  if (means !== stds && means !== 1 && stds !== 1)
    throw new OptionError(`normalize: ${means} means for ${stds} deviations`);
  return transform("normalize", { mean, std }, {}, (picture) => picture);
}

function check(
  name: string,
  value: unknown,
  isAllowed: (n: number) => boolean,
  hint: string,
): void {
  const numbers: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isNumber = (n: unknown) => typeof n === "number" && isAllowed(n);
  if ([1, 3].includes(numbers.length) && numbers.every(isNumber)) return;
  throw new OptionError(`normalize: ${name} is ${JSON.stringify(value) ?? String(value)}`, {
    hint,
  });
}

/** A list of transforms: those of bytes, and what the engine does. */
export interface SplitTransforms {
  /** What is applied to pictures, without `normalize`. */
  readonly pictures: readonly Transform[];
  /** null where there is no `normalize`. */
  readonly normalize: Normalization | null;
}

/**
 * Takes `normalize` out of a list of transforms, since it stays with the data set. A `compose` counts as what it holds.
 * @throws OptionError if `normalize` is not the last
 * @example
 * const { randomHorizontalFlip } = data.transforms;
 * splitNormalize([randomHorizontalFlip(), normalize(0.5, 0.25)]).normalize // {"mean":0.5,"std":0.25}
 */
export function splitNormalize(transforms: readonly Transform[]): SplitTransforms {
  const steps = transforms.flatMap(opened);
  const place = steps.findIndex(({ name }) => name === "normalize");
  if (place < 0) return { pictures: steps, normalize: null };
  if (place < steps.length - 1)
    throw new OptionError("normalize: must be the last transform", {
      facts: [{ name: "after it", value: steps.slice(place + 1).join(", ") }],
      hint: "pictures are bytes; they are normalised in the engine, after all other transforms",
    });
  const { mean, std } = (steps[place] as Transform).options as unknown as Normalization;
  return { pictures: steps.slice(0, place), normalize: { mean, std } };
}

function opened(step: Transform): readonly Transform[] {
  return step.name === "compose" ? (step.transforms ?? []).flatMap(opened) : [step];
}
