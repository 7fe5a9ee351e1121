// gaussianBlur as a transform: the width is drawn anew for each picture.
import { checkNumber, checkRange, type IntervalLike } from "./checks.ts";
import { between } from "./draw.ts";
import { gaussianBlur as blur, checkKernel } from "./functional/gaussianBlur.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

export interface GaussianBlurOptions {
  /** Width in pixels, above 0: a number, or the lowest and the highest (default `[0.1, 2]`). */
  readonly sigma?: IntervalLike;
}

const defaults: Required<GaussianBlurOptions> = { sigma: [0.1, 2] };

/**
 * Blurs each picture by a random width, as `torchvision.transforms.GaussianBlur`.
 * @param kernelSize odd: a number, or `[vertical, horizontal]` (torchvision begins with the horizontal)
 * @param options    sigma
 * @throws OptionError for impossible or unknown options
 * @example String(gaussianBlur(5, { sigma: 1 })) // "GaussianBlur(kernel size 5, sigma 1)"
 */
export function gaussianBlur(
  kernelSize: number | readonly [number, number],
  options: GaussianBlurOptions = {},
): Transform {
  const where = "gaussianBlur";
  const { sigma } = withDefaults<Required<GaussianBlurOptions>>(where, options, defaults);
  checkKernel(where, kernelSize);
  const above = { least: Number.MIN_VALUE };
  if (typeof sigma === "number") checkNumber(where, "sigma", sigma, above);
  const range = checkRange(
    where,
    "sigma",
    typeof sigma === "number" ? [sigma, sigma] : sigma,
    above,
  );
  return transform(where, { kernelSize, ...options }, defaults, (picture, random) =>
    blur(picture, kernelSize, between(random, range)),
  );
}
