// pad as a transform.
import { checkBorder, checkChoice, checkFill } from "./checks.ts";
import * as functional from "./functional/window.ts";
import { type Transform, transform, withDefaults } from "./transform.ts";

/**
 * A border around each picture, as `torchvision.transforms.Pad`.
 * @param padding a number, `[vertical, horizontal]` or `[top, bottom, left, right]`: the order of this
 *   library, not of torchvision, which begins with the left
 * @param options fill: a byte, or one for each channel; paddingMode: "constant", "edge", "reflect" or "symmetric"
 * @throws OptionError for impossible or unknown options
 * @example String(pad(4, { paddingMode: "reflect" })) // "Pad(padding 4, padding mode reflect)"
 */
export function pad(
  padding: number | readonly number[],
  options: functional.PadOptions = {},
): Transform {
  const { padDefaults, paddingModes } = functional;
  const complete = withDefaults<Required<functional.PadOptions>>("pad", options, padDefaults);
  checkBorder("pad", padding);
  checkFill("pad", "fill", complete.fill);
  checkChoice("pad", "paddingMode", complete.paddingMode, paddingModes);
  return transform("pad", { padding, ...options }, padDefaults, (picture) =>
    functional.pad(picture, padding, complete),
  );
}
