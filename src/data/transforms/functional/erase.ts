// Rectangles painted over.
import type { Picture } from "../../picture.ts";
import { checkWhole, type Fill, fillOf } from "../checks.ts";

/**
 * A picture with a rectangle of one colour on it, as `torchvision.transforms.functional.erase`.
 * @param value a byte, or one for each channel
 * @throws OptionError for a rectangle that is not within the picture, or an impossible value
 * @example
 * [...erase({ channels: 1, height: 1, width: 3, data: Uint8Array.of(1, 2, 3) }, 0, 1, 1, 1, 9).data] // [1, 9, 3]
 */
export function erase(
  picture: Picture,
  top: number,
  left: number,
  height: number,
  width: number,
  value: Fill = 0,
): Picture {
  checkWhole("erase", "top", top, { least: 0, most: picture.height });
  checkWhole("erase", "left", left, { least: 0, most: picture.width });
  checkWhole("erase", "height", height, { least: 0, most: picture.height - top });
  checkWhole("erase", "width", width, { least: 0, most: picture.width - left });
  const values = fillOf("erase", value, picture.channels);
  const data = picture.data.slice();
  for (let c = 0; c < picture.channels; c++) {
    for (let y = top; y < top + height; y++) {
      const at = (c * picture.height + y) * picture.width + left;
      data.fill(values[c] as number, at, at + width);
    }
  }
  return { ...picture, data };
}
