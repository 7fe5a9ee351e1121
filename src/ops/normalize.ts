// normalize: vectors brought to length 1; cosineSimilarity: the cosine of the angle between vectors.
import { checkOptions } from "../tensor/errors.ts";
import { broadcastShapes } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { norm } from "./norm.ts";
import type { Dims } from "./reduce.ts";

export interface NormalizeOptions {
  /** Which norm (default 2), see {@link norm}. */
  readonly p?: number;
  /** Axis or axes of the vectors (default 1). */
  readonly dim?: Dims;
  /** Lengths below this count as this (default 1e-12). */
  readonly eps?: number;
}

/**
 * Vectors along an axis divided by their length, as `torch.nn.functional.normalize`.
 *
 *     y = x / max(‖x‖ₚ, eps)
 *
 * @param x       any tensor
 * @param options p: 2 unless given; dim: 1 unless given; eps: 1e-12 unless given
 * @throws ShapeError if the axis does not exist
 * @example await normalize(Tensor.from([[0, 2]])).array() // [[0, 1]]
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  checkOptions("normalize", options, ["p", "dim", "eps"]);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return x.div(norm(x, { p, dim, keepdim: true }).clamp(eps));
}

export interface CosineSimilarityOptions {
  /** Axis of the vectors (default 1). */
  readonly dim?: number;
  /** Lengths below this count as this (default 1e-8). */
  readonly eps?: number;
}

/**
 * Cosine of the angle between vectors along an axis, as `torch.nn.functional.cosine_similarity`.
 *
 *     y = Σ a · b / (max(‖a‖, eps) · max(‖b‖, eps))
 *
 * @param a       any tensor
 * @param b       broadcast with a
 * @param options dim: 1 unless given; eps: 1e-8 unless given
 * @throws ShapeError if the axis does not exist or the shapes do not broadcast
 * @example await cosineSimilarity(Tensor.from([[0, 2]]), Tensor.from([[3, 0]])).array() // [0]
 */
export function cosineSimilarity(
  a: Tensor,
  b: Tensor,
  options: CosineSimilarityOptions = {},
): Tensor {
  checkOptions("cosineSimilarity", options, ["dim", "eps"]);
  const { dim = 1, eps = 1e-8 } = options;
  const shape = broadcastShapes("cosineSimilarity", [a.shape, b.shape]);
  const unit = (x: Tensor) => normalize(x.expand(shape), { dim, eps });
  return unit(a).mul(unit(b)).sum(dim);
}
