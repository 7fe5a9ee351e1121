// centerCrop as a transform.
import { checkPair } from "./checks.ts";
import * as functional from "./functional/window.ts";
import { type Transform, transform } from "./transform.ts";

/**
 * The middle of each picture, as `torchvision.transforms.CenterCrop`; smaller pictures get a black border.
 * @param size `[height, width]`, or a number for both
 * @throws OptionError for an impossible size
 * @example String(centerCrop(224)) // "CenterCrop(224)"
 */
export function centerCrop(size: number | readonly [number, number]): Transform {
  checkPair("centerCrop", "size", size);
  return transform("centerCrop", { size }, {}, (picture) => functional.centerCrop(picture, size));
}
