// convolve2d: the convolution of mathematics, which flips the kernel.
import type { Tensor } from "../tensor/tensor.ts";
import { checkMatrices, corr2d } from "./corr2d.ts";
import { flip } from "./flip.ts";

/**
 * Strict convolution of a matrix with a kernel, where they overlap fully (`mode="valid"` of SciPy).
 *
 *     y[i, j] = Σ_u Σ_v  x[i + kernelHeight − 1 − u, j + kernelWidth − 1 − v] · kernel[u, v]
 *
 * It is {@link corr2d} with the kernel flipped both ways. Layers learn their kernel, so for them the two are the same.
 *
 * @param x      `[height, width]`
 * @param kernel `[kernelHeight, kernelWidth]`
 * @returns `[height − kernelHeight + 1, width − kernelWidth + 1]`
 * @throws ShapeError if one is not a matrix, or the kernel is larger than x
 * @example await convolve2d(Tensor.from([[0, 1, 2], [3, 4, 5]]), Tensor.from([[1, -1]])).array() // [[1, 1], [1, 1]]
 * @see `scipy.signal.convolve2d`
 */
export function convolve2d(x: Tensor, kernel: Tensor): Tensor {
  checkMatrices("convolve2d", x.shape, kernel.shape);
  return corr2d(x, flip(kernel, [0, 1]));
}
