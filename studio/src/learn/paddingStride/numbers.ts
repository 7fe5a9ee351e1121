// The numbers that slide.
import type { Pair, SlidingSettings } from "./slidingSettings.ts";

const byHand = {
  input: [
    [0, 2, 4, 1, 0],
    [3, 1, 1, 0, 1],
    [2, 4, 1, 0, 1],
    [2, 0, 5, 2, 2],
    [0, 1, 3, 2, 1],
  ],
  kernelRow: [1, 0, -1],
};

function filled([height, width]: Pair, at: (i: number, j: number) => number): number[][] {
  return Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j) => at(i, j)),
  );
}

/** Input and kernel for settings: small numbers, so that sums stay readable. */
export function numbersOf({ size, kernelSize, numbers }: SlidingSettings): {
  readonly input: number[][];
  readonly kernel: number[][];
} {
  if (numbers === "byHand")
    return {
      input: filled(size, (i, j) => byHand.input[i]?.[j] ?? 0),
      kernel: filled(kernelSize, (_, j) => byHand.kernelRow[j] ?? 0),
    };
  const isSmall = kernelSize[0] * kernelSize[1] <= 4;
  return {
    input: filled(size, (i, j) => i * size[1] + j),
    kernel: filled(kernelSize, (i, j) => (isSmall ? i * kernelSize[1] + j : 1)),
  };
}
