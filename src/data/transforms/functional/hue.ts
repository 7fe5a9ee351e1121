// Colours turned around the circle of hues.
import type { Picture } from "../../picture.ts";
import { checkNumber } from "../checks.ts";

/**
 * Turns all hues, as `torchvision.transforms.functional.adjust_hue`: to hue, saturation and value, the hue
 * moved, and back, in floating point with one rounding at the end. Grey pictures stay as they are.
 * @param factor −0.5 to 0.5: part of the circle; 0 is the picture, ⅓ makes red green
 * @throws OptionError for an impossible factor
 * @example
 * [...adjustHue({ channels: 3, height: 1, width: 1, data: Uint8Array.of(255, 0, 0) }, 1 / 3).data] // [0, 255, 0]
 * @see Smith 1978, "Color gamut transform pairs"
 */
export function adjustHue(picture: Picture, factor: number): Picture {
  const turn = 6 * checkNumber("adjustHue", "factor", factor, { least: -0.5, most: 0.5 });
  const { channels, height, width, data } = picture;
  if (channels === 1 || turn === 0) return picture;
  const plane = height * width;
  const out = new Uint8Array(data.length);
  for (let i = 0, j = plane, k = 2 * plane; i < plane; i++, j++, k++) {
    const red = data[i] as number;
    const green = data[j] as number;
    const blue = data[k] as number;
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    if (chroma === 0) {
      out[i] = out[j] = out[k] = value;
      continue;
    }
    // Sixths of the circle from red.
    const hue =
      turn +
      (value === red
        ? (green - blue) / chroma
        : value === green
          ? 2 + (blue - red) / chroma
          : 4 + (red - green) / chroma);
    out[i] = part(5 + hue, value, chroma);
    out[j] = part(3 + hue, value, chroma);
    out[k] = part(1 + hue, value, chroma);
  }
  return { channels, height, width, data: out };
}

/** One primary colour; `place` is how far the hue lies from it, in sixths, and may go around again. */
function part(place: number, value: number, chroma: number): number {
  const k = place - 6 * Math.floor(place / 6);
  return Math.round(value - chroma * Math.max(0, Math.min(k, 4 - k, 1)));
}
