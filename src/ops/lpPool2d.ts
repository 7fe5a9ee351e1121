// lpPool2d: the p-norm of each window.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { avgPool2d } from "./avgPool2d.ts";
import { cast } from "./cast.ts";
import { type PairLike, pair } from "./sizes.ts";

export interface LpPool2dOptions {
  /** Pixels between neighbouring windows (default: the kernel size). */
  readonly stride?: PairLike;
  /** Round sizes up, with windows that reach over the edge (default false). */
  readonly ceilMode?: boolean;
}

/**
 * The p-norm of each window, as `torch.nn.functional.lp_pool2d`.
 *
 *     y[n, c, i, j] = (Σ_u Σ_v x[n, c, i·stride + u, j·stride + v]ᵖ)^(1/p)
 *
 * p = 1 is the sum of the window, a large p comes close to its maximum. Nothing takes the absolute value: with an
 * odd p, x should not be negative. A window of ceil mode that reaches over the edge counts its mean for what is
 * missing, as in PyTorch. The gradient of a window of zeros is NaN unless p is 1.
 *
 * @param x          image batch, NCHW, or one image without the batch axis
 * @param normType   p
 * @param kernelSize the window's size: a number or `[vertical, horizontal]`
 * @param options    stride: pixels, a number or `[vertical, horizontal]`; ceilMode
 * @returns NCHW
 * @throws ShapeError if the window does not fit; OptionError if p is 0 or not finite
 * @example await lpPool2d(Tensor.from([[[3, 0], [0, 4]]]), 2, 2).array() // [[[5]]]
 */
export function lpPool2d(
  x: Tensor,
  normType: number,
  kernelSize: PairLike,
  options: LpPool2dOptions = {},
): Tensor {
  checkOptions("lpPool2d", options, ["stride", "ceilMode"]);
  if (!Number.isFinite(normType) || normType === 0) {
    throw new OptionError(`lpPool2d: normType is ${normType}`, {
      hint: "give a number other than 0; for the maximum use maxPool2d",
    });
  }
  const kernel = pair("lpPool2d", "kernelSize", kernelSize);
  const { stride = kernel, ceilMode = false } = options;
  const means = avgPool2d(cast(x, "float32").pow(normType), kernel, { stride, ceilMode });
  return means.mul(kernel[0] * kernel[1]).pow(1 / normType);
}
