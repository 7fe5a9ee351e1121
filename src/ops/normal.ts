// normal: random numbers with mean 0 and variance 1, by Box and Muller's transform of uniform ones.
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { log } from "./log.ts";
import type { TensorLike } from "./operands.ts";
import { reshape } from "./reshape.ts";
import { cos } from "./sin.ts";
import { select } from "./slice.ts";
import { sqrt } from "./sqrt.ts";
import { uniform } from "./uniform.ts";

/**
 * Random numbers with mean 0 and variance 1, fixed by shape and key.
 *
 *     √(−2 ln(1 − u)) · cos(2π v),   u, v uniform in [0, 1)
 *
 * @param shape shape of the result
 * @param key   two numbers, or int32 scalars that change from step to step
 * @returns float32
 * @example normal([2, 3], [0, 1]).shape // [2, 3]
 * @see Box & Muller 1958
 */
export function normal(shape: Shape, key: readonly [TensorLike, TensorLike]): Tensor {
  const draws = uniform([2, sizeOf(shape)], key);
  const radius = sqrt(log(select(draws, 0, 0).neg().add(1)).mul(-2));
  return reshape(radius.mul(cos(select(draws, 0, 1).mul(2 * Math.PI))), shape);
}
