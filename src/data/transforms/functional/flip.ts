// Mirrored pictures.
import type { Picture } from "../../picture.ts";

/**
 * Left and right exchanged, as `torchvision.transforms.functional.hflip`.
 * @example
 * [...hflip({ channels: 1, height: 1, width: 3, data: Uint8Array.of(1, 2, 3) }).data] // [3, 2, 1]
 */
export function hflip({ channels, height, width, data }: Picture): Picture {
  const out = new Uint8Array(data.length);
  for (let row = 0; row < data.length; row += width) {
    for (let x = 0; x < width; x++) out[row + x] = data[row + width - 1 - x] as number;
  }
  return { channels, height, width, data: out };
}

/**
 * Top and bottom exchanged, as `torchvision.transforms.functional.vflip`.
 * @example
 * [...vflip({ channels: 1, height: 3, width: 1, data: Uint8Array.of(1, 2, 3) }).data] // [3, 2, 1]
 */
export function vflip({ channels, height, width, data }: Picture): Picture {
  const out = new Uint8Array(data.length);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = height - 1; y >= 0; y--) {
      const row = (c * height + y) * width;
      for (let x = 0; x < width; x++) out[at++] = data[row + x] as number;
    }
  }
  return { channels, height, width, data: out };
}
