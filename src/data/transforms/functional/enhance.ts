// Brightness, contrast, saturation and sharpness: a picture mixed with one that lacks the property.
//
//     result = degenerate + factor · (picture − degenerate), kept in 0 to 255, fraction dropped
//
// computed in float32 as PIL does it. Factor 0 is the degenerate picture, 1 the picture itself, more exaggerates.
import type { Picture } from "../../picture.ts";
import { checkNumber } from "../checks.ts";
import { luma } from "./grayscale.ts";
import { lookUp, tableOf } from "./lookup.ts";

const f = Math.fround;

function blend(degenerate: number, value: number, factor: number): number {
  const mixed = f(degenerate + f(factor * (value - degenerate)));
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed);
}

function checkFactor(where: string, factor: number): number {
  return f(checkNumber(where, "factor", factor, { least: 0 }));
}

/**
 * Mixes with black, as `torchvision.transforms.functional.adjust_brightness`.
 * @param factor 0 is black, 1 the picture, 2 twice as bright
 * @throws OptionError for a negative factor
 * @example
 * [...adjustBrightness({ channels: 1, height: 1, width: 2, data: Uint8Array.of(100, 200) }, 1.5).data] // [150, 255]
 */
export function adjustBrightness(picture: Picture, factor: number): Picture {
  const share = checkFactor("adjustBrightness", factor);
  if (share === 1) return picture;
  return lookUp(
    picture,
    tableOf((byte) => blend(0, byte, share)),
  );
}

/**
 * Mixes with the mean grey, a whole number, as `torchvision.transforms.functional.adjust_contrast`.
 * @param factor 0 is plain grey, 1 the picture
 * @throws OptionError for a negative factor
 * @example
 * [...adjustContrast({ channels: 1, height: 1, width: 2, data: Uint8Array.of(100, 200) }, 0.5).data] // [125, 175]
 */
export function adjustContrast(picture: Picture, factor: number): Picture {
  const share = checkFactor("adjustContrast", factor);
  if (share === 1) return picture;
  const mean = Math.floor(meanGrey(picture) + 0.5);
  return lookUp(
    picture,
    tableOf((byte) => blend(mean, byte, share)),
  );
}

function meanGrey({ channels, height, width, data }: Picture): number {
  const plane = height * width;
  let sum = 0;
  for (let i = 0; i < plane; i++) {
    const red = data[i] as number;
    sum +=
      channels === 1 ? red : luma(red, data[i + plane] as number, data[i + 2 * plane] as number);
  }
  return sum / plane;
}

/**
 * Mixes with the grey picture, as `torchvision.transforms.functional.adjust_saturation`. Grey pictures
 * stay as they are.
 * @param factor 0 is grey, 1 the picture
 * @throws OptionError for a negative factor
 * @example
 * [...adjustSaturation({ channels: 3, height: 1, width: 1, data: Uint8Array.of(255, 0, 0) }, 0).data] // [76, 76, 76]
 */
export function adjustSaturation(picture: Picture, factor: number): Picture {
  const share = checkFactor("adjustSaturation", factor);
  const { channels, height, width, data } = picture;
  if (channels === 1 || share === 1) return picture;
  const plane = height * width;
  const out = new Uint8Array(data.length);
  for (let i = 0, j = plane, k = 2 * plane; i < plane; i++, j++, k++) {
    const red = data[i] as number;
    const green = data[j] as number;
    const blue = data[k] as number;
    const grey = luma(red, green, blue);
    out[i] = blend(grey, red, share);
    out[j] = blend(grey, green, share);
    out[k] = blend(grey, blue, share);
  }
  return { channels, height, width, data: out };
}

/**
 * Mixes with the picture smoothed over 3 × 3 pixels (the middle weighs 5, the others 1), as
 * `torchvision.transforms.functional.adjust_sharpness`. The outermost pixels stay as they are.
 * @param factor 0 is smooth, 1 the picture, 2 sharpened
 * @throws OptionError for a negative factor
 * @example
 * adjustSharpness({ channels: 1, height: 3, width: 3, data: Uint8Array.of(0, 0, 0, 0, 130, 0, 0, 0, 0) }, 0).data[4] // 50
 */
export function adjustSharpness(picture: Picture, factor: number): Picture {
  const share = checkFactor("adjustSharpness", factor);
  if (share === 1) return picture;
  const { channels, height, width, data } = picture;
  const out = data.slice();
  for (let c = 0; c < channels; c++) {
    for (let y = 1; y < height - 1; y++) {
      const row = (c * height + y) * width;
      // Sums of three pixels below each other; each serves three neighbours.
      let left = columnSum(data, row, width);
      let middle = columnSum(data, row + 1, width);
      for (let i = row + 1; i < row + width - 1; i++) {
        const right = columnSum(data, i + 1, width);
        const value = data[i] as number;
        const smooth = Math.floor((left + middle + right + 4 * value) / 13 + 0.5);
        out[i] = blend(smooth, value, share);
        left = middle;
        middle = right;
      }
    }
  }
  return { channels, height, width, data: out };
}

function columnSum(data: Uint8Array, i: number, width: number): number {
  return (data[i - width] as number) + (data[i] as number) + (data[i + width] as number);
}
