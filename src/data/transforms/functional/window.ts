// Windows: rectangles cut out of a picture, which may reach beyond its edges. Crops and pads are windows.
import { OptionError } from "../../../tensor/errors.ts";
import type { Picture } from "../../picture.ts";
import { checkBorder, checkChoice, checkPair, checkWhole, type Fill, fillOf } from "../checks.ts";
import { roundEven } from "../draw.ts";
import { withDefaults } from "../transform.ts";

/**
 * What lies beyond the edges: the fill, the edge itself, or the mirrored picture, without its edge
 * ("reflect") or with it ("symmetric").
 */
export type PaddingMode = "constant" | "edge" | "reflect" | "symmetric";

export const paddingModes: readonly PaddingMode[] = ["constant", "edge", "reflect", "symmetric"];

export interface PadOptions {
  /** A byte, or one for each channel (default 0); for the mode "constant". */
  readonly fill?: Fill;
  /** What is added (default "constant"). */
  readonly paddingMode?: PaddingMode;
}

/** A rectangle in pixels of a picture; it may reach beyond its edges. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A rectangle of a picture, as `torchvision.transforms.functional.crop`. Beyond the edges it is black.
 * @throws OptionError for sizes and places that are no whole numbers
 * @example
 * [...crop({ channels: 1, height: 1, width: 3, data: Uint8Array.of(1, 2, 3) }, 0, 1, 1, 2).data] // [2, 3]
 */
export function crop(
  picture: Picture,
  top: number,
  left: number,
  height: number,
  width: number,
): Picture {
  checkWhole("crop", "top", top, {});
  checkWhole("crop", "left", left, {});
  checkPair("crop", "size", [height, width]);
  return takeWindow(picture, { top, left, height, width });
}

/**
 * The middle of a picture, as `torchvision.transforms.functional.center_crop`. Where the picture is
 * smaller, black is added on both sides.
 * @param size `[height, width]`, or a number for both
 * @throws OptionError for an impossible size
 * @example
 * [...centerCrop({ channels: 1, height: 1, width: 3, data: Uint8Array.of(1, 2, 3) }, 1).data] // [2]
 */
export function centerCrop(picture: Picture, size: number | readonly [number, number]): Picture {
  const [height, width] = checkPair("centerCrop", "size", size);
  return takeWindow(picture, {
    top: middle(picture.height, height),
    left: middle(picture.width, width),
    height,
    width,
  });
}

/** Where a window begins that shares its middle with the picture. */
function middle(size: number, window: number): number {
  return window > size ? -Math.floor((window - size) / 2) : roundEven((size - window) / 2);
}

/**
 * A picture with a border, as `torchvision.transforms.functional.pad`.
 * @param padding a number, `[vertical, horizontal]` or `[top, bottom, left, right]`: the order of this
 *   library, not of torchvision, which begins with the left
 * @param options fill; paddingMode
 * @throws OptionError for impossible or unknown options
 * @example
 * [...pad({ channels: 1, height: 1, width: 2, data: Uint8Array.of(1, 2) }, [0, 0, 1, 1]).data] // [0, 1, 2, 0]
 */
export function pad(
  picture: Picture,
  padding: number | readonly number[],
  options: PadOptions = {},
): Picture {
  const { fill, paddingMode } = withDefaults<Required<PadOptions>>("pad", options, padDefaults);
  checkChoice("pad", "paddingMode", paddingMode, paddingModes);
  const [top, bottom, left, right] = checkBorder("pad", padding);
  const box = {
    top: -top,
    left: -left,
    height: picture.height + top + bottom,
    width: picture.width + left + right,
  };
  return takeWindow(picture, box, paddingMode, fillOf("pad", fill, picture.channels));
}

export const padDefaults: Required<PadOptions> = { fill: 0, paddingMode: "constant" };

/** The pixels of a box, whatever part of it lies beyond the picture. */
export function takeWindow(
  picture: Picture,
  { top, left, height, width }: Box,
  mode: PaddingMode = "constant",
  fill: readonly number[] = [0, 0, 0],
): Picture {
  const { channels, data } = picture;
  if (top === 0 && left === 0 && height === picture.height && width === picture.width)
    return picture;
  const rows = sources(top, height, picture.height, mode);
  const columns = sources(left, width, picture.width, mode);
  // Columns from `begin` to `end` lie side by side in the picture. A copy of many is one call.
  const begin = Math.min(Math.max(-left, 0), width);
  const end = Math.min(Math.max(picture.width - left, begin), width);
  const out = new Uint8Array(channels * height * width);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    const value = fill[c] as number;
    for (let y = 0; y < height; y++, at += width) {
      const row = rows[y] as number;
      if (row < 0) {
        out.fill(value, at, at + width);
        continue;
      }
      const from = (c * picture.height + row) * picture.width;
      for (let x = 0; x < begin; x++) {
        const column = columns[x] as number;
        out[at + x] = column < 0 ? value : (data[from + column] as number);
      }
      if (end - begin >= 64)
        out.set(data.subarray(from + left + begin, from + left + end), at + begin);
      else for (let x = begin; x < end; x++) out[at + x] = data[from + left + x] as number;
      for (let x = end; x < width; x++) {
        const column = columns[x] as number;
        out[at + x] = column < 0 ? value : (data[from + column] as number);
      }
    }
  }
  return { channels, height, width, data: out };
}

/** For each place of a window the pixel that is shown there, or -1 for the fill. */
export function sources(first: number, count: number, size: number, mode: PaddingMode): Int32Array {
  if (size < 1) throw new OptionError("a picture without pixels");
  const out = new Int32Array(count);
  for (let i = 0; i < count; i++) out[i] = sourceOf(first + i, size, mode);
  return out;
}

function sourceOf(i: number, size: number, mode: PaddingMode): number {
  if (i >= 0 && i < size) return i;
  if (mode === "constant") return -1;
  if (mode === "edge" || size === 1) return i < 0 ? 0 : size - 1;
  // Mirrored again and again: forth and back is one period.
  const period = mode === "reflect" ? 2 * size - 2 : 2 * size;
  const place = ((i % period) + period) % period;
  if (place < size) return place;
  return mode === "reflect" ? period - place : period - 1 - place;
}
