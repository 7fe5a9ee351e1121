// Sizes of what slides: one layer after another, and padding that keeps the size.
import { conv2d, Tensor } from "../../../../src/index.ts";
import { problemOf } from "../../problem.ts";
import type { Text } from "../../text.ts";

export interface Stacked {
  readonly size: number;
  readonly kernelSize: number;
  readonly padding: number;
  readonly stride: number;
  readonly layers: number;
}

/** Height of a square picture after 0, 1, 2, … equal layers, and why it went no further, if it did not. */
export function stackedSizes({ size, kernelSize, padding, stride, layers }: Stacked): {
  readonly sizes: readonly number[];
  readonly problem: Text | null;
} {
  const weight = Tensor.zeros([1, 1, kernelSize, kernelSize]);
  let x = Tensor.zeros([1, 1, size, size]);
  const sizes = [size];
  for (let layer = 1; layer <= layers; layer++) {
    try {
      // Shapes are known before anything is computed, and nothing here ever is.
      x = conv2d(x, weight, null, { padding, stride });
    } catch (error) {
      return { sizes, problem: problemOf(error) };
    }
    sizes.push(x.shape[2] as number);
  }
  return { sizes, problem: null };
}

export interface SameSize {
  readonly kernelSize: number;
  readonly before: number;
  readonly after: number;
  readonly outSize: number;
}

/** For every kernel size, the padding that keeps the size: k − 1 rows, the larger half of them before. */
export function sameSizes({ size, most }: { readonly size: number; readonly most: number }) {
  return Array.from({ length: most }, (_, i): SameSize => {
    const kernelSize = i + 1;
    const [before, after] = [Math.ceil(i / 2), Math.floor(i / 2)];
    const y = conv2d(
      Tensor.zeros([1, 1, size, size]),
      Tensor.zeros([1, 1, kernelSize, kernelSize]),
      null,
      { padding: [before, after, before, after] },
    );
    return { kernelSize, before, after, outSize: y.shape[2] as number };
  });
}
