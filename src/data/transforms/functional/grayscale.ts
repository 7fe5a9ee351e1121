// Pictures without colour.
import type { Picture } from "../../picture.ts";
import { checkChannels } from "../checks.ts";

/**
 * A grey picture, as `torchvision.transforms.functional.rgb_to_grayscale`: in whole numbers, as PIL does it,
 *
 *     grey = (19595 R + 38470 G + 7471 B + 32768) / 65536, fraction dropped
 *
 * @param numOutputChannels 1 (the default), or 3 for the same grey in red, green and blue
 * @throws OptionError for another number of channels
 * @example
 * [...rgbToGrayscale({ channels: 3, height: 1, width: 1, data: Uint8Array.of(255, 0, 0) }).data] // [76]
 * @see ITU-R BT.601
 */
export function rgbToGrayscale(picture: Picture, numOutputChannels: 1 | 3 = 1): Picture {
  const { channels, height, width, data } = picture;
  checkChannels("rgbToGrayscale", numOutputChannels);
  if (channels === 1 && numOutputChannels === 1) return picture;
  const plane = height * width;
  const out = new Uint8Array(numOutputChannels * plane);
  if (channels === 1) out.set(data);
  else {
    for (let i = 0; i < plane; i++)
      out[i] = luma(data[i] as number, data[i + plane] as number, data[i + 2 * plane] as number);
  }
  if (numOutputChannels === 3) {
    out.copyWithin(plane, 0, plane);
    out.copyWithin(2 * plane, 0, plane);
  }
  return { channels: numOutputChannels, height, width, data: out };
}

/** How bright a colour is, 0 to 255. */
export function luma(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
}
