// Pictures of another size, by the formulas of PyTorch.
import { cubicTaps, linearTaps, nearestTaps, type Taps } from "../../../ops/taps.ts";
import { OptionError } from "../../../tensor/errors.ts";
import type { Picture } from "../../picture.ts";
import { checkBoolean, checkChoice, checkPair, checkWhole } from "../checks.ts";
import { withDefaults } from "../transform.ts";
import { resample } from "./resample.ts";
import { type Box, takeWindow } from "./window.ts";

/** How pixels between pixels are found. */
export type ResizeInterpolation = "nearest" | "nearest-exact" | "bilinear" | "bicubic";

const interpolations: readonly ResizeInterpolation[] = [
  "nearest",
  "nearest-exact",
  "bilinear",
  "bicubic",
];

export interface SamplingOptions {
  /** "bilinear" unless given. */
  readonly interpolation?: ResizeInterpolation;
  /** Average over all pixels that go into one, where they become fewer (default true). */
  readonly antialias?: boolean;
}

export interface ResizeOptions extends SamplingOptions {
  /** The longer side becomes no longer than this; only where the size is one number. */
  readonly maxSize?: number | null;
}

export const samplingDefaults: Required<SamplingOptions> = {
  interpolation: "bilinear",
  antialias: true,
};

export const resizeDefaults: Required<ResizeOptions> = { ...samplingDefaults, maxSize: null };

/**
 * A picture of another size, as `torchvision.transforms.functional.resize` on a tensor of bytes: what
 * `torch.nn.functional.interpolate` gives, rounded to the nearest byte (half to even).
 * @param size    `[height, width]`, or a number for the shorter side, which keeps the proportions
 * @param options interpolation; antialias, for "bilinear" and "bicubic"; maxSize
 * @throws OptionError for impossible or unknown options
 * @example
 * resize({ channels: 1, height: 2, width: 4, data: new Uint8Array(8) }, 1).width // 2
 * @see Keys 1981, "Cubic convolution interpolation for digital image processing"
 */
export function resize(
  picture: Picture,
  size: number | readonly [number, number],
  options: ResizeOptions = {},
): Picture {
  const { maxSize, ...sampling } = checkResize("resize", size, options);
  return resizeBox(picture, wholeOf(picture), sidesOf(picture, size, maxSize), sampling);
}

/**
 * A part of a picture, resized: {@link crop} and {@link resize} in one.
 * @param size `[height, width]`, or a number for both
 * @throws OptionError for a part that is not within the picture, or impossible or unknown options
 * @example
 * [...resizedCrop({ channels: 1, height: 1, width: 4, data: Uint8Array.of(9, 2, 4, 9) }, 0, 1, 1, 2, 1).data] // [3]
 */
export function resizedCrop(
  picture: Picture,
  top: number,
  left: number,
  height: number,
  width: number,
  size: number | readonly [number, number],
  options: SamplingOptions = {},
): Picture {
  const sampling = checkSampling("resizedCrop", options);
  checkWhole("resizedCrop", "top", top, { least: 0, most: picture.height - 1 });
  checkWhole("resizedCrop", "left", left, { least: 0, most: picture.width - 1 });
  checkWhole("resizedCrop", "height", height, { least: 1, most: picture.height - top });
  checkWhole("resizedCrop", "width", width, { least: 1, most: picture.width - left });
  const target = checkPair("resizedCrop", "size", size);
  return resizeBox(picture, { top, left, height, width }, target, sampling);
}

/** The options of sampling, complete and checked. */
export function checkSampling(where: string, options: SamplingOptions): Required<SamplingOptions> {
  const sampling = withDefaults<Required<SamplingOptions>>(where, options, samplingDefaults);
  checkSamplingValues(where, sampling);
  return sampling;
}

/** Throws for an impossible way of sampling. */
export function checkSamplingValues(
  where: string,
  { interpolation, antialias }: Required<SamplingOptions>,
): void {
  checkChoice(where, "interpolation", interpolation, interpolations);
  checkBoolean(where, "antialias", antialias);
}

/** The options of resizing to `size`, complete and checked. */
export function checkResize(
  where: string,
  size: unknown,
  options: ResizeOptions,
): Required<ResizeOptions> {
  const complete = withDefaults<Required<ResizeOptions>>(where, options, resizeDefaults);
  checkSamplingValues(where, complete);
  checkPair(where, "size", size);
  if (complete.maxSize === null) return complete;
  if (typeof size !== "number")
    throw new OptionError(`${where}: maxSize goes with a size that is one number`);
  checkWhole(where, "maxSize", complete.maxSize, { least: size });
  return complete;
}

/** Height and width of the result. */
export function sidesOf(
  { height, width }: Picture,
  size: number | readonly [number, number],
  maxSize: number | null = null,
): readonly [number, number] {
  if (typeof size !== "number") return size;
  const [short, long] = height <= width ? [height, width] : [width, height];
  let [newShort, newLong] = [size, Math.floor((size * long) / short)];
  if (maxSize !== null && newLong > maxSize)
    [newShort, newLong] = [Math.max(1, Math.floor((maxSize * newShort) / newLong)), maxSize];
  return height <= width ? [newShort, newLong] : [newLong, newShort];
}

export function wholeOf({ height, width }: Picture): Box {
  return { top: 0, left: 0, height, width };
}

/** A box within the picture as a picture of this height and width. */
export function resizeBox(
  picture: Picture,
  box: Box,
  [height, width]: readonly [number, number],
  sampling: Required<SamplingOptions>,
): Picture {
  if (box.height === height && box.width === width) return takeWindow(picture, box);
  const rows = tapsOf(box.height, height, sampling);
  const columns =
    box.height === box.width && height === width ? rows : tapsOf(box.width, width, sampling);
  return resample(picture, box, rows, columns);
}

/** Weights by kind and sizes: most pictures of a data set share them. */
const known = new Map<string, Taps>();
const mostKnown = 512;

function tapsOf(
  from: number,
  to: number,
  { interpolation, antialias }: Required<SamplingOptions>,
): Taps {
  const key = `${interpolation} ${antialias} ${from} ${to}`;
  let taps = known.get(key);
  if (taps === undefined) {
    taps = computeTaps(from, to, interpolation, antialias);
    if (known.size >= mostKnown) known.clear();
    known.set(key, taps);
  }
  return taps;
}

function computeTaps(
  from: number,
  to: number,
  interpolation: ResizeInterpolation,
  antialias: boolean,
): Taps {
  switch (interpolation) {
    case "bilinear":
      return linearTaps(from, to, { antialias });
    case "bicubic":
      return cubicTaps(from, to, { antialias });
    default:
      return nearestTaps(from, to, {}, interpolation === "nearest-exact");
  }
}
