// resize as a transform.
import * as functional from "./functional/resize.ts";
import { type Transform, transform } from "./transform.ts";

/**
 * Every picture of one size, as `torchvision.transforms.Resize`; the arithmetic is that of `functional.resize`.
 * @param size    `[height, width]`, or a number for the shorter side, which keeps the proportions: then
 *                pictures of different proportions keep different sizes
 * @param options interpolation: "bilinear" unless given; antialias: true unless given; maxSize of the longer side
 * @throws OptionError for impossible or unknown options
 * @example String(resize([96, 128], { antialias: false })) // "Resize(96x128, antialias false)"
 */
export function resize(
  size: number | readonly [number, number],
  options: functional.ResizeOptions = {},
): Transform {
  const { maxSize, ...sampling } = functional.checkResize("resize", size, options);
  return transform("resize", { size, ...options }, functional.resizeDefaults, (picture) =>
    functional.resizeBox(
      picture,
      functional.wholeOf(picture),
      functional.sidesOf(picture, size, maxSize),
      sampling,
    ),
  );
}
