// Pictures out of focus.
import type { Taps } from "../../../ops/taps.ts";
import { OptionError } from "../../../tensor/errors.ts";
import type { Picture } from "../../picture.ts";
import { checkNumber, checkPair } from "../checks.ts";
import { resample } from "./resample.ts";
import { wholeOf } from "./resize.ts";
import { sources } from "./window.ts";

/**
 * Each pixel becomes the mean of those around it, weighted by a normal distribution, as
 * `torchvision.transforms.functional.gaussian_blur`. Beyond the edges lies the mirrored picture
 * ("reflect"). Rounded to the nearest byte (half to even).
 *
 *     weight(d) ∝ exp(−d² / 2σ²)
 *
 * @param kernelSize odd: a number, or `[vertical, horizontal]` (torchvision begins with the horizontal)
 * @param sigma      width in pixels, above 0: a number, or `[vertical, horizontal]`; 0.15 · kernelSize + 0.35
 *                   unless given
 * @throws OptionError for even sizes and impossible widths
 * @example
 * [...gaussianBlur({ channels: 1, height: 1, width: 3, data: Uint8Array.of(0, 100, 0) }, [1, 3], 1).data] // [55, 45, 55]
 */
export function gaussianBlur(
  picture: Picture,
  kernelSize: number | readonly [number, number],
  sigma: number | readonly [number, number] | null = null,
): Picture {
  const sizes = checkKernel("gaussianBlur", kernelSize);
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    const size = sizes[axis];
    const given = typeof sigma === "number" ? sigma : sigma?.[axis];
    const width = given ?? 0.15 * size + 0.35;
    checkNumber("gaussianBlur", "sigma", width, { least: Number.MIN_VALUE });
    return blurTaps(axis === 0 ? picture.height : picture.width, size, width);
  }) as [Taps, Taps];
  return resample(picture, wholeOf(picture), rows, columns);
}

/** Two odd sizes. */
export function checkKernel(where: string, kernelSize: unknown): readonly [number, number] {
  const sizes = checkPair(where, "kernelSize", kernelSize);
  if (sizes.every((size) => size % 2 === 1)) return sizes;
  throw new OptionError(`${where}: kernelSize must be odd, got ${JSON.stringify(kernelSize)}`);
}

function blurTaps(inputSize: number, kernelSize: number, sigma: number): Taps {
  const half = (kernelSize - 1) / 2;
  const bell = Array.from({ length: kernelSize }, (_, i) =>
    Math.exp(-0.5 * ((i - half) / sigma) ** 2),
  );
  const total = bell.reduce((a, b) => a + b, 0);
  const places = sources(-half, inputSize + 2 * half, inputSize, "reflect");
  const index = new Int32Array(inputSize * kernelSize);
  const weight = new Float32Array(inputSize * kernelSize);
  for (let i = 0; i < index.length; i++) {
    const tap = i % kernelSize;
    index[i] = places[(i - tap) / kernelSize + tap] as number;
    weight[i] = (bell[tap] as number) / total;
  }
  return { inputSize, size: inputSize, index, weight };
}
