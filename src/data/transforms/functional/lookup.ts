// Changes that look at one byte at a time: a table of 256 bytes says what becomes of each.
import type { Picture } from "../../picture.ts";
import { checkNumber, checkWhole } from "../checks.ts";

/** A picture with each byte replaced by its entry in the table of its channel, or of all channels. */
export function lookUp(picture: Picture, ...tables: readonly Uint8Array[]): Picture {
  const { channels, height, width, data } = picture;
  const plane = height * width;
  const out = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    const table = tables[c % tables.length] as Uint8Array;
    for (let i = c * plane, end = i + plane; i < end; i++)
      out[i] = table[data[i] as number] as number;
  }
  return { channels, height, width, data: out };
}

/** The table of a function of a byte; its values are kept in 0 to 255, and their fractions dropped. */
export function tableOf(value: (byte: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    Math.min(Math.max(Math.trunc(value(byte)), 0), 255),
  );
}

/** One table for each channel of a picture. */
function perChannel(
  { channels, data }: Picture,
  make: (histogram: Uint32Array) => Uint8Array,
): Uint8Array[] {
  const plane = data.length / channels;
  return Array.from({ length: channels }, (_, c) => {
    const histogram = new Uint32Array(256);
    for (let i = c * plane, end = i + plane; i < end; i++) {
      const byte = data[i] as number;
      histogram[byte] = (histogram[byte] as number) + 1;
    }
    return make(histogram);
  });
}

const identity = tableOf((byte) => byte);
const inverted = tableOf((byte) => 255 - byte);

/**
 * The negative of a picture, `255 − x`, as `torchvision.transforms.functional.invert`.
 * @example
 * [...invert({ channels: 1, height: 1, width: 2, data: Uint8Array.of(0, 100) }).data] // [255, 155]
 */
export function invert(picture: Picture): Picture {
  return lookUp(picture, inverted);
}

/**
 * Fewer shades: keeps the first bits of each byte, as `torchvision.transforms.functional.posterize`.
 * @param bits how many, 0 to 8
 * @throws OptionError for an impossible number of bits
 * @example
 * [...posterize({ channels: 1, height: 1, width: 2, data: Uint8Array.of(100, 255) }, 2).data] // [64, 192]
 */
export function posterize(picture: Picture, bits: number): Picture {
  checkWhole("posterize", "bits", bits, { least: 0, most: 8 });
  const mask = (0xff << (8 - bits)) & 0xff;
  return lookUp(
    picture,
    tableOf((byte) => byte & mask),
  );
}

/**
 * The negative of what is bright, as `torchvision.transforms.functional.solarize`.
 * @param threshold bytes from here on are inverted, 0 to 255
 * @throws OptionError for an impossible threshold
 * @example
 * [...solarize({ channels: 1, height: 1, width: 2, data: Uint8Array.of(100, 200) }, 128).data] // [100, 55]
 */
export function solarize(picture: Picture, threshold: number): Picture {
  checkNumber("solarize", "threshold", threshold, { least: 0, most: 255 });
  return lookUp(
    picture,
    tableOf((byte) => (byte < threshold ? byte : 255 - byte)),
  );
}

/**
 * Stretches each channel over all of 0 to 255, as `torchvision.transforms.functional.autocontrast`:
 * `255 · (x − low) / (high − low)`, fraction dropped. A channel of one value stays as it is.
 * @example
 * [...autocontrast({ channels: 1, height: 1, width: 3, data: Uint8Array.of(100, 150, 200) }).data] // [0, 127, 255]
 */
export function autocontrast(picture: Picture): Picture {
  const stretched = (histogram: Uint32Array) => {
    const low = histogram.findIndex((count) => count > 0);
    const high = histogram.findLastIndex((count) => count > 0);
    if (high <= low) return identity;
    return tableOf((byte) => (255 * (byte - low)) / (high - low));
  };
  return lookUp(picture, ...perChannel(picture, stretched));
}

/**
 * Spreads the values of each channel so that all shades are about equally frequent, as
 * `torchvision.transforms.functional.equalize`. A channel of one value stays as it is.
 * @example
 * [...equalize({ channels: 1, height: 1, width: 2, data: Uint8Array.of(10, 12) }).data] // [10, 12]
 */
export function equalize(picture: Picture): Picture {
  const pixels = picture.height * picture.width;
  const spread = (histogram: Uint32Array) => {
    const last = histogram.findLast((count) => count > 0) ?? 0;
    const step = Math.floor((pixels - last) / 255);
    if (step === 0) return identity;
    let below = Math.floor(step / 2);
    return tableOf((byte) => {
      const value = Math.floor(below / step);
      below += histogram[byte] as number;
      return value;
    });
  };
  return lookUp(picture, ...perChannel(picture, spread));
}
