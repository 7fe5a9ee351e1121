// Transforms made of others: all in order, sometimes all, one of them, all in random order.
import { OptionError } from "../../tensor/errors.ts";
import { checkNumber, checkProbability } from "./checks.ts";
import { chance } from "./draw.ts";
import { type Transform, type TransformSpec, transform, withDefaults } from "./transform.ts";

export interface RandomApplyOptions {
  /** How often they are applied, 0 to 1 (default 0.5). */
  readonly p?: number;
}

export interface RandomChoiceOptions {
  /** How likely each one is, relative to the others; all equally unless given. */
  readonly p?: readonly number[] | null;
}

/**
 * One transform after the other, as `torchvision.transforms.Compose`.
 * @throws OptionError for something that is no transform
 * @example
 * const { randomCrop, randomHorizontalFlip } = data.transforms;
 * String(compose([randomCrop(28, { padding: 4 }), randomHorizontalFlip()])) // "Compose(RandomCrop(28, padding 4), RandomHorizontalFlip())"
 */
export function compose(transforms: readonly Transform[]): Transform {
  checkTransforms("compose", transforms);
  return transform("compose", {}, {}, inOrder(transforms), transforms);
}

/**
 * All of the transforms with probability `p`, otherwise none, as `torchvision.transforms.RandomApply`.
 * @param options p: 0.5 unless given
 * @throws OptionError for something that is no transform, impossible or unknown options
 * @example
 * const { gaussianBlur } = data.transforms;
 * String(randomApply([gaussianBlur(3)], { p: 0.1 })) // "RandomApply(GaussianBlur(kernel size 3), p 0.1)"
 */
export function randomApply(
  transforms: readonly Transform[],
  options: RandomApplyOptions = {},
): Transform {
  const defaults = { p: 0.5 };
  const { p } = withDefaults<Required<RandomApplyOptions>>("randomApply", options, defaults);
  checkProbability("randomApply", p);
  refuseNormalize("randomApply", transforms);
  const all = inOrder(transforms);
  const sometimes: Transform["apply"] = (picture, random) =>
    chance(random, p) ? all(picture, random) : picture;
  return transform("randomApply", options, defaults, sometimes, transforms);
}

function inOrder(transforms: readonly Transform[]): Transform["apply"] {
  return (picture, random) =>
    transforms.reduce((changed, step) => step.apply(changed, random), picture);
}

/**
 * One of the transforms, as `torchvision.transforms.RandomChoice`.
 * @param options p: how likely each one is
 * @throws OptionError for something that is no transform, none at all, impossible or unknown options
 * @example
 * const { randomInvert, randomEqualize } = data.transforms;
 * String(randomChoice([randomInvert(1), randomEqualize(1)])) // "RandomChoice(RandomInvert(p 1), RandomEqualize(p 1))"
 */
export function randomChoice(
  transforms: readonly Transform[],
  options: RandomChoiceOptions = {},
): Transform {
  const defaults: Required<RandomChoiceOptions> = { p: null };
  const { p } = withDefaults<Required<RandomChoiceOptions>>("randomChoice", options, defaults);
  refuseNormalize("randomChoice", transforms);
  const weights = weightsOf(p, transforms.length);
  const total = weights.reduce((a, b) => a + b, 0);
  const one: Transform["apply"] = (picture, random) => {
    let left = total * random.uniform();
    let chosen = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    // Rounding may leave nothing: then it is the last that can be chosen.
    if (chosen < 0) chosen = weights.findLastIndex((weight) => weight > 0);
    return (transforms[chosen] as Transform).apply(picture, random);
  };
  return transform("randomChoice", options, defaults, one, transforms);
}

/**
 * All of the transforms in random order, as `torchvision.transforms.RandomOrder`.
 * @throws OptionError for something that is no transform
 * @example
 * const { randomInvert, grayscale } = data.transforms;
 * String(randomOrder([randomInvert(), grayscale()])) // "RandomOrder(RandomInvert(), Grayscale())"
 */
export function randomOrder(transforms: readonly Transform[]): Transform {
  refuseNormalize("randomOrder", transforms);
  const shuffled: Transform["apply"] = (picture, random) => {
    let changed = picture;
    for (const step of random.permutation(transforms.length))
      changed = (transforms[step] as Transform).apply(changed, random);
    return changed;
  };
  return transform("randomOrder", {}, {}, shuffled, transforms);
}

function checkTransforms(where: string, transforms: unknown): void {
  const list: readonly unknown[] = Array.isArray(transforms) ? transforms : [transforms];
  for (const [i, item] of list.entries()) {
    if (typeof (item as Partial<Transform> | null)?.apply === "function") continue;
    throw new OptionError(`${where}: transform ${i} is no transform`, {
      facts: [{ name: "found", value: JSON.stringify(item) ?? String(item) }],
      hint: "give a list such as [randomCrop(28), randomHorizontalFlip()]",
    });
  }
  if (!Array.isArray(transforms))
    throw new OptionError(`${where}: the transforms are no list`, {
      hint: `write ${where}([…])`,
    });
}

function refuseNormalize(where: string, transforms: readonly Transform[]): void {
  checkTransforms(where, transforms);
  if (!transforms.some(holdsNormalize)) return;
  throw new OptionError(`${where}: normalize cannot be left to chance`, {
    hint: "put it at the end of the whole list",
  });
}

function holdsNormalize({ name, options }: TransformSpec): boolean {
  if (name === "normalize") return true;
  return ((options.transforms ?? []) as readonly TransformSpec[]).some(holdsNormalize);
}

function weightsOf(p: RandomChoiceOptions["p"], count: number): readonly number[] {
  if (count === 0) throw new OptionError("randomChoice: there is nothing to choose from");
  if (p === null || p === undefined) return new Array<number>(count).fill(1);
  if (!Array.isArray(p) || p.length !== count)
    throw new OptionError(`randomChoice: p needs one number for each of ${count} transforms`);
  for (const weight of p) checkNumber("randomChoice", "p", weight, { least: 0 });
  if (p.every((weight) => weight === 0))
    throw new OptionError("randomChoice: p leaves nothing to choose from");
  return p;
}
