// Transforms by name: makes a transform again from its data, in another thread or from a file.
import { checkOptions, nearest, OptionError } from "../../tensor/errors.ts";
import { centerCrop } from "./centerCrop.ts";
import { colorJitter } from "./colorJitter.ts";
import { compose, randomApply, randomChoice, randomOrder } from "./compose.ts";
import { gaussianBlur } from "./gaussianBlur.ts";
import { normalize } from "./normalize.ts";
import { pad } from "./pad.ts";
import { randAugment, trivialAugmentWide } from "./randAugment.ts";
import { randomAffine, randomRotation } from "./randomAffine.ts";
import { randomCrop } from "./randomCrop.ts";
import { randomErasing } from "./randomErasing.ts";
import { randomResizedCrop } from "./randomResizedCrop.ts";
import { resize } from "./resize.ts";
import {
  grayscale,
  randomAdjustSharpness,
  randomAutocontrast,
  randomEqualize,
  randomGrayscale,
  randomHorizontalFlip,
  randomInvert,
  randomPosterize,
  randomSolarize,
  randomVerticalFlip,
} from "./sometimes.ts";
import type { Transform, TransformSpec } from "./transform.ts";

/** A function that makes a transform, and how its arguments are named. */
interface Kind {
  readonly make: (...args: never[]) => Transform;
  /** Arguments by position that must be given. */
  readonly needed: readonly string[];
  /** Arguments by position that have a default; where there are any, no options follow. */
  readonly optional: readonly string[];
}

function kind(make: Kind["make"], needed: string[] = [], optional: string[] = []): Kind {
  return { make, needed, optional };
}

const kinds: Readonly<Record<string, Kind>> = {
  centerCrop: kind(centerCrop, ["size"]),
  colorJitter: kind(colorJitter),
  compose: kind(compose, ["transforms"]),
  gaussianBlur: kind(gaussianBlur, ["kernelSize"]),
  grayscale: kind(grayscale, [], ["numOutputChannels"]),
  normalize: kind(normalize, ["mean", "std"]),
  pad: kind(pad, ["padding"]),
  randAugment: kind(randAugment),
  randomAdjustSharpness: kind(randomAdjustSharpness, ["sharpnessFactor"]),
  randomAffine: kind(randomAffine, ["degrees"]),
  randomApply: kind(randomApply, ["transforms"]),
  randomAutocontrast: kind(randomAutocontrast, [], ["p"]),
  randomChoice: kind(randomChoice, ["transforms"]),
  randomCrop: kind(randomCrop, ["size"]),
  randomEqualize: kind(randomEqualize, [], ["p"]),
  randomErasing: kind(randomErasing),
  randomGrayscale: kind(randomGrayscale, [], ["p"]),
  randomHorizontalFlip: kind(randomHorizontalFlip, [], ["p"]),
  randomInvert: kind(randomInvert, [], ["p"]),
  randomOrder: kind(randomOrder, ["transforms"]),
  randomPosterize: kind(randomPosterize, ["bits"]),
  randomResizedCrop: kind(randomResizedCrop, ["size"]),
  randomRotation: kind(randomRotation, ["degrees"]),
  randomSolarize: kind(randomSolarize, ["threshold"]),
  randomVerticalFlip: kind(randomVerticalFlip, [], ["p"]),
  resize: kind(resize, ["size"]),
  trivialAugmentWide: kind(trivialAugmentWide),
};

/** The functions that take nothing after their arguments by position. */
const closed = new Set(["centerCrop", "compose", "normalize", "randomOrder"]);

/** Names of all transforms. */
export const transformNames: readonly string[] = Object.keys(kinds);

/**
 * Makes a transform from its data. The data may come from a file: everything in it is checked.
 * @param spec name, and options with all arguments by their names
 * @throws OptionError for names that do not exist, with the nearest one, and for impossible options
 * @example String(fromSpec({ name: "randomCrop", options: { size: 28, padding: 4 } })) // "RandomCrop(28, padding 4)"
 */
export function fromSpec(spec: TransformSpec): Transform {
  const { name, options } = checkSpec(spec);
  const { make, needed, optional } = kinds[name] as Kind;
  const { transforms, ...plain } = options;
  const values: Readonly<Record<string, unknown>> =
    needed.includes("transforms") && Array.isArray(transforms)
      ? { ...plain, transforms: transforms.map(fromSpec) }
      : options;
  for (const argument of needed) {
    if (values[argument] !== undefined) continue;
    throw new OptionError(`${name}: ${argument} is missing`);
  }
  const positional = [...needed, ...optional];
  if (optional.length > 0 || closed.has(name)) checkOptions(name, values, positional);
  const rest = Object.entries(values).filter(([key]) => !positional.includes(key));
  const args = [...positional.map((key) => values[key]), Object.fromEntries(rest)];
  return (make as (...args: unknown[]) => Transform)(...args);
}

function checkSpec(spec: unknown): TransformSpec {
  const { name, options = {} } = (spec ?? {}) as Partial<TransformSpec>;
  if (typeof name !== "string" || !Object.hasOwn(kinds, name)) {
    const near = nearest(String(name), transformNames);
    throw new OptionError(`there is no transform ${JSON.stringify(name) ?? "without a name"}`, {
      facts: [{ name: "known", value: transformNames.join(", ") }],
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  if (typeof options === "object" && options !== null && !Array.isArray(options))
    return { name, options };
  throw new OptionError(`${name}: the options are ${JSON.stringify(options)}`, {
    hint: "give an object with the arguments by their names",
  });
}
