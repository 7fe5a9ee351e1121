// A picture of any size and colour to the small grey square that MNIST-like models take. Pure.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Image } from "./image.ts";

export interface GrayscaleOptions {
  /** Side of the result, in pixels; default 28. */
  readonly size?: number;
  /**
   * What lies behind transparent parts and beside pictures that are not square: default black, as
   * in MNIST and Fashion-MNIST; white if `invert` is true.
   */
  readonly background?: "black" | "white";
  /** Make light dark: for dark things on light ground. "auto" looks at the border. Default false. */
  readonly invert?: boolean | "auto";
}

/**
 * A picture as model input: grey by Rec. 601, shrunk by averaging areas, centred in a square with
 * its proportions kept.
 *
 *     grey = 0.299 R + 0.587 G + 0.114 B, over the background by alpha
 *
 * @param image   grey, RGB or RGBA
 * @param options size; background; invert: the data sets show light things on black, photographs of
 *   products mostly the reverse
 * @returns `size * size` bytes, row-major
 * @throws OptionError for a size that is no positive whole number
 * @example
 * const boot = { width: 90, height: 60, channels: 1, data: new Uint8Array(5400) };
 * toGrayscale28(boot, { invert: "auto" }).length // 784
 * @see ITU-R BT.601
 */
export function toGrayscale28(image: Image, options: GrayscaleOptions = {}): Uint8Array {
  checkOptions("toGrayscale28", options, ["size", "background", "invert"]);
  const { size = 28, invert = false } = options;
  if (!Number.isInteger(size) || size < 1)
    throw new OptionError(`toGrayscale28: size must be a positive whole number, got ${size}`);
  const behind =
    (options.background ?? (invert === true ? "white" : "black")) === "white" ? 255 : 0;
  const { width, height } = image;
  const grey = luma(image, behind);
  const inverted = invert === "auto" ? borderMean(grey, width, height) > 127.5 : invert;
  // "auto" found light ground: what is added beside the picture must be as light.
  const beside = inverted && options.background === undefined ? 255 : behind;
  const scale = size / Math.max(width, height);
  const scaledWidth = Math.max(1, Math.round(width * scale));
  const scaledHeight = Math.max(1, Math.round(height * scale));
  const narrow = averageRows(grey, width, height, scaledWidth);
  const scaled = transpose(
    averageRows(transpose(narrow, scaledWidth, height), height, scaledWidth, scaledHeight),
    scaledHeight,
    scaledWidth,
  );
  const result = new Uint8Array(size * size).fill(inverted ? 255 - beside : beside);
  const left = (size - scaledWidth) >> 1;
  const top = (size - scaledHeight) >> 1;
  for (let y = 0; y < scaledHeight; y++) {
    for (let x = 0; x < scaledWidth; x++) {
      const value = Math.round(scaled[y * scaledWidth + x] as number);
      result[(top + y) * size + left + x] = inverted ? 255 - value : value;
    }
  }
  return result;
}

function luma({ channels, data, width, height }: Image, behind: number): Float64Array {
  const grey = new Float64Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const at = i * channels;
    const red = data[at] as number;
    const value =
      channels === 1
        ? red
        : 0.299 * red + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);
    const alpha = channels === 4 ? (data[at + 3] as number) / 255 : 1;
    grey[i] = value * alpha + behind * (1 - alpha);
  }
  return grey;
}

function borderMean(grey: Float64Array, width: number, height: number): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step) {
      sum += grey[y * width + x] as number;
      count++;
    }
  }
  return sum / count;
}

/** Each row to `newWidth` values: the mean over the part of the row that a value covers. */
function averageRows(
  values: Float64Array,
  width: number,
  height: number,
  newWidth: number,
): Float64Array {
  const out = new Float64Array(newWidth * height);
  const ratio = width / newWidth;
  for (let x = 0; x < newWidth; x++) {
    const from = x * ratio;
    const to = Math.min(width, (x + 1) * ratio);
    for (let i = Math.floor(from); i < to; i++) {
      const weight = (Math.min(i + 1, to) - Math.max(i, from)) / (to - from);
      for (let y = 0; y < height; y++) {
        out[y * newWidth + x] =
          (out[y * newWidth + x] as number) + weight * (values[y * width + i] as number);
      }
    }
  }
  return out;
}

/** `[height, width]` to `[width, height]`. */
function transpose(values: Float64Array, width: number, height: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[x * height + y] = values[y * width + x] as number;
  }
  return out;
}
