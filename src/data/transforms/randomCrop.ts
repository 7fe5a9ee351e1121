// randomCrop: a rectangle of fixed size from a random place.
import { ShapeError } from "../../tensor/errors.ts";
import type { Picture } from "../picture.ts";
import {
  checkBoolean,
  checkBorder,
  checkChoice,
  checkFill,
  checkPair,
  type Fill,
  fillOf,
} from "./checks.ts";
import { wholeUpTo } from "./draw.ts";
import { type PaddingMode, paddingModes, takeWindow } from "./functional/window.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

export interface RandomCropOptions {
  /** A border added before: a number, `[vertical, horizontal]` or `[top, bottom, left, right]` (default none). */
  readonly padding?: number | readonly number[];
  /** Add a border to pictures that are too small, on both sides as much as is missing (default false). */
  readonly padIfNeeded?: boolean;
  /** A byte, or one for each channel (default 0); for the mode "constant". */
  readonly fill?: Fill;
  /** What the border shows: "constant" (the default), "edge", "reflect" or "symmetric". */
  readonly paddingMode?: PaddingMode;
}

const defaults: Required<RandomCropOptions> = {
  padding: 0,
  padIfNeeded: false,
  fill: 0,
  paddingMode: "constant",
};

/**
 * A part of each picture from a random place, as `torchvision.transforms.RandomCrop`. With a border of 4
 * around 28 × 28 pixels it is the usual small shift.
 * @param size    `[height, width]`, or a number for both
 * @param options padding; padIfNeeded; fill; paddingMode
 * @throws OptionError for impossible or unknown options; when applied, ShapeError for a picture that is too small
 * @example String(randomCrop(28, { padding: 4 })) // "RandomCrop(28, padding 4)"
 */
export function randomCrop(
  size: number | readonly [number, number],
  options: RandomCropOptions = {},
): Transform {
  const where = "randomCrop";
  const { padding, padIfNeeded, fill, paddingMode } = withDefaults<Required<RandomCropOptions>>(
    where,
    options,
    defaults,
  );
  const [height, width] = checkPair(where, "size", size);
  const [top, bottom, left, right] = checkBorder(where, padding);
  checkBoolean(where, "padIfNeeded", padIfNeeded);
  checkFill(where, "fill", fill);
  checkChoice(where, "paddingMode", paddingMode, paddingModes);
  return transform(where, { size, ...options }, defaults, (original, random) => {
    const fills = fillOf(where, fill, original.channels);
    let picture = original;
    // Where the crop begins, counted from the picture: a border is not made only to be cut off again.
    let [firstRow, firstColumn] = [-top, -left];
    let freeRows = picture.height + top + bottom - height;
    let freeColumns = picture.width + left + right - width;
    if (freeRows < 0 || freeColumns < 0) {
      if (!padIfNeeded) throw tooSmall(picture, [height, width], [freeRows, freeColumns]);
      const paddedHeight = picture.height + top + bottom;
      const paddedWidth = picture.width + left + right;
      const padded = { top: -top, left: -left, height: paddedHeight, width: paddedWidth };
      picture = takeWindow(picture, padded, paddingMode, fills);
      [firstRow, firstColumn] = [Math.min(freeRows, 0), Math.min(freeColumns, 0)];
      [freeRows, freeColumns] = [Math.abs(freeRows), Math.abs(freeColumns)];
    }
    const box = {
      top: firstRow + wholeUpTo(random, freeRows),
      left: firstColumn + wholeUpTo(random, freeColumns),
      height,
      width,
    };
    return takeWindow(picture, box, paddingMode, fills);
  });
}

function tooSmall(
  { height, width }: Picture,
  size: readonly [number, number],
  free: readonly [number, number],
): ShapeError {
  const missing = free.map((n) => Math.max(-n, 0));
  return new ShapeError("randomCrop: the picture is smaller than the crop", {
    facts: [
      { name: "picture", value: `${height} x ${width}` },
      { name: "crop", value: size.join(" x ") },
      { name: "missing", value: missing.join(" x "), remark: "after the padding" },
    ],
    hint: "pass padIfNeeded: true, or resize the pictures first",
  });
}
