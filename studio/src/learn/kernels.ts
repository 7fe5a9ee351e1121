// Kernels that are known by name.
import type { Text } from "../text.ts";

export interface NamedKernel {
  readonly name: Text;
  readonly values: readonly (readonly number[])[];
}

const ninth = 1 / 9;

export const kernels = {
  difference: { name: { en: "difference [1, −1]", zh: "差分 [1, −1]" }, values: [[1, -1]] },
  transposed: {
    name: { en: "difference, transposed", zh: "差分的转置" },
    values: [[1], [-1]],
  },
  vertical: {
    name: { en: "Sobel, vertical edges", zh: "Sobel，垂直边缘" },
    values: [
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ],
  },
  horizontal: {
    name: { en: "Sobel, horizontal edges", zh: "Sobel，水平边缘" },
    values: [
      [-1, -2, -1],
      [0, 0, 0],
      [1, 2, 1],
    ],
  },
  laplace: {
    name: { en: "Laplace", zh: "拉普拉斯" },
    values: [
      [0, 1, 0],
      [1, -4, 1],
      [0, 1, 0],
    ],
  },
  blur: {
    name: { en: "blur: mean of 3 × 3", zh: "模糊：3 × 3 平均" },
    values: [
      [ninth, ninth, ninth],
      [ninth, ninth, ninth],
      [ninth, ninth, ninth],
    ],
  },
} as const satisfies Readonly<Record<string, NamedKernel>>;

export type KernelName = keyof typeof kernels;
