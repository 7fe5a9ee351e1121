// corr2d: cross-correlation of two matrices, the operation at the heart of a convolution layer.
import { type Shape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { conv2d } from "./conv2d.ts";

/**
 * Cross-correlation of a matrix with a kernel: what convolution layers compute, without batch and channels.
 *
 *     y[i, j] = Σ_u Σ_v  x[i + u, j + v] · kernel[u, v]
 *
 * @param x      `[height, width]`
 * @param kernel `[kernelHeight, kernelWidth]`, not flipped
 * @returns `[height − kernelHeight + 1, width − kernelWidth + 1]`
 * @throws ShapeError if one is not a matrix, or the kernel is larger than x
 * @example await corr2d(Tensor.from([[0, 1, 2], [3, 4, 5]]), Tensor.from([[1, -1]])).array() // [[-1, -1], [-1, -1]]
 * @see convolve2d for the convolution of mathematics
 */
export function corr2d(x: Tensor, kernel: Tensor): Tensor {
  checkMatrices("corr2d", x.shape, kernel.shape);
  const image = cast(x, "float32").unsqueeze(0).unsqueeze(0);
  const weight = cast(kernel, "float32").unsqueeze(0).unsqueeze(0);
  return conv2d(image, weight).squeeze(0).squeeze(0);
}

/** Throws unless both are matrices and the kernel fits into x. */
export function checkMatrices(op: string, x: Shape, kernel: Shape): void {
  const facts = {
    x: { shape: x, layout: "[height, width]" },
    kernel: { shape: kernel, layout: "[height, width]" },
  };
  if (x.length !== 2 || kernel.length !== 2) {
    const name = x.length !== 2 ? "x" : "the kernel";
    throw shapeError(op, `${name} is not a matrix`, facts, "for batches and channels use conv2d");
  }
  if (kernel.some((size, axis) => size < 1 || size > (x[axis] as number))) {
    throw shapeError(
      op,
      `a kernel of ${kernel.join("×")} does not fit into ${x.join("×")}`,
      facts,
      "pad x, or make the kernel smaller",
    );
  }
}
