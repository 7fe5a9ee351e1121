// randomRotation and randomAffine: pictures turned, moved, scaled and sheared at random.
import { OptionError } from "../../tensor/errors.ts";
import {
  checkBoolean,
  checkChoice,
  checkFill,
  checkNumber,
  checkRange,
  type Fill,
  type Interval,
  type IntervalLike,
} from "./checks.ts";
import { between } from "./draw.ts";
import {
  type AffineInterpolation,
  affine,
  affineInterpolations,
  rotate,
} from "./functional/affine.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

export interface RandomRotationOptions {
  /** "nearest" unless given. */
  readonly interpolation?: AffineInterpolation;
  /** Make the picture as large as the turned one needs it (default false: the size is kept). */
  readonly expand?: boolean;
  /** What is turned around, `[x, y]` in pixels from the upper left corner; the middle unless given. */
  readonly center?: readonly [number, number] | null;
  /** What comes in from beyond the edges: a byte, or one for each channel (default 0). */
  readonly fill?: Fill;
}

export interface RandomAffineOptions {
  /** Largest move as a share of width and height, `[x, y]`, each 0 to 1 (default none). */
  readonly translate?: readonly [number, number] | null;
  /** Lowest and highest scale (default none). */
  readonly scale?: Interval | null;
  /**
   * Degrees along x, a number for −n to n or the lowest and the highest; four numbers: those along x, then
   * those along y (default none).
   */
  readonly shear?: number | readonly number[] | null;
  /** "nearest" unless given. */
  readonly interpolation?: AffineInterpolation;
  /** What comes in from beyond the edges: a byte, or one for each channel (default 0). */
  readonly fill?: Fill;
  /** What stays in its place, `[x, y]` in pixels from the upper left corner; the middle unless given. */
  readonly center?: readonly [number, number] | null;
}

const rotationDefaults: Required<RandomRotationOptions> = {
  interpolation: "nearest",
  expand: false,
  center: null,
  fill: 0,
};

const affineDefaults: Required<RandomAffineOptions> = {
  translate: null,
  scale: null,
  shear: null,
  interpolation: "nearest",
  fill: 0,
  center: null,
};

/**
 * Turns each picture by a random angle, as `torchvision.transforms.RandomRotation`.
 * @param degrees a number for −n to n, or the lowest and the highest, counter-clockwise
 * @param options interpolation; expand; center; fill
 * @throws OptionError for impossible or unknown options
 * @example String(randomRotation(15)) // "RandomRotation(degrees 15)"
 */
export function randomRotation(
  degrees: IntervalLike,
  options: RandomRotationOptions = {},
): Transform {
  const where = "randomRotation";
  const complete = withDefaults<Required<RandomRotationOptions>>(where, options, rotationDefaults);
  const range = aroundZero(where, "degrees", degrees);
  checkSampling(where, complete);
  checkBoolean(where, "expand", complete.expand);
  if (complete.expand && complete.center !== null)
    throw new OptionError(`${where}: expand turns around the middle`, { hint: "leave center out" });
  return transform(where, { degrees, ...options }, rotationDefaults, (picture, random) =>
    rotate(picture, between(random, range), complete),
  );
}

/**
 * Turns, moves, scales and shears each picture at random, as `torchvision.transforms.RandomAffine`.
 * @param degrees a number for −n to n, or the lowest and the highest, clockwise
 * @param options translate; scale; shear; interpolation; fill; center
 * @throws OptionError for impossible or unknown options
 * @example
 * String(randomAffine(10, { translate: [0.1, 0.1] })) // "RandomAffine(degrees 10, translate [0.1, 0.1])"
 */
export function randomAffine(degrees: IntervalLike, options: RandomAffineOptions = {}): Transform {
  const where = "randomAffine";
  const complete = withDefaults<Required<RandomAffineOptions>>(where, options, affineDefaults);
  const { interpolation, fill, center } = complete;
  const angles = aroundZero(where, "degrees", degrees);
  const [moveX, moveY] = checkTranslate(where, complete.translate);
  const scale = checkRange(where, "scale", complete.scale ?? [1, 1], { least: Number.MIN_VALUE });
  const [shearX, shearY] = checkShear(where, complete.shear);
  checkSampling(where, complete);
  return transform(where, { degrees, ...options }, affineDefaults, (picture, random) => {
    const angle = between(random, angles);
    const [x, y] = [moveX * picture.width, moveY * picture.height];
    const translate = [
      Math.round(between(random, [-x, x])),
      Math.round(between(random, [-y, y])),
    ] as const;
    const size = between(random, scale);
    const shear = [between(random, shearX), between(random, shearY)] as const;
    return affine(picture, { angle, translate, scale: size, shear, interpolation, center, fill });
  });
}

/** A number n as −n to n. */
function aroundZero(where: string, name: string, value: unknown): Interval {
  if (typeof value !== "number") return checkRange(where, name, value, {});
  checkNumber(where, name, value, { least: 0 });
  return [-value, value];
}

function checkTranslate(where: string, translate: unknown): Interval {
  if (translate === null) return [0, 0];
  if (
    Array.isArray(translate) &&
    translate.length === 2 &&
    translate.every((n) => Number.isFinite(n) && n >= 0 && n <= 1)
  )
    return translate as unknown as Interval;
  throw new OptionError(`${where}: translate is ${JSON.stringify(translate)}`, {
    hint: "give [x, y], shares of width and height from 0 to 1",
  });
}

function checkShear(where: string, shear: unknown): readonly [Interval, Interval] {
  if (shear === null)
    return [
      [0, 0],
      [0, 0],
    ];
  if (Array.isArray(shear) && shear.length === 4) {
    return [
      checkRange(where, "shear", shear.slice(0, 2), { least: -89, most: 89 }),
      checkRange(where, "shear", shear.slice(2), { least: -89, most: 89 }),
    ];
  }
  const along = aroundZero(where, "shear", shear);
  return [checkRange(where, "shear", along, { least: -89, most: 89 }), [0, 0]];
}

function checkSampling(
  where: string,
  {
    interpolation,
    fill,
    center,
  }: {
    readonly interpolation: AffineInterpolation;
    readonly fill: Fill;
    readonly center: unknown;
  },
): void {
  checkChoice(where, "interpolation", interpolation, affineInterpolations);
  checkFill(where, "fill", fill);
  if (center === null) return;
  if (Array.isArray(center) && center.length === 2 && center.every(Number.isFinite)) return;
  throw new OptionError(`${where}: center is ${JSON.stringify(center)}`, { hint: "give [x, y]" });
}
