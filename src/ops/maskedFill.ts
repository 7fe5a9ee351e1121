// maskedFill: one value where a mask holds; and what is made of it: NaN and infinities replaced.
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { abs } from "./abs.ts";
import { eq, lt, ne } from "./compare.ts";
import { asTensor, type TensorLike } from "./operands.ts";
import { where } from "./where.ts";

/**
 * `value` where the mask holds, x elsewhere, as `torch.masked_fill`.
 * @param x     any tensor
 * @param mask  bool, broadcast with x
 * @param value a number or a scalar tensor, converted to the dtype of x
 * @throws DtypeError if the mask is not bool; ShapeError if the shapes do not broadcast
 * @example await maskedFill(Tensor.from([1, -2]), Tensor.from([false, true]), 0).array() // [1, 0]
 */
export function maskedFill(x: Tensor, mask: Tensor, value: TensorLike): Tensor {
  return where(mask, asTensor(value, x.dtype), x);
}

/** Which elements are NaN? As `torch.isnan`. @example await isNan(Tensor.from([NaN, 1])).array() // [true, false] */
export function isNan(x: Tensor): Tensor {
  return ne(x, x);
}

/** Which elements are ∞ or −∞? As `torch.isinf`. @example await isInf(Tensor.from([-Infinity, 1])).array() // [true, false] */
export function isInf(x: Tensor): Tensor {
  return eq(abs(x.float()), Number.POSITIVE_INFINITY);
}

/** Which elements are neither NaN nor infinite? As `torch.isfinite`. @example await isFinite(Tensor.from([NaN, 1])).array() // [false, true] */
function finite(x: Tensor): Tensor {
  return lt(abs(x.float()), Number.POSITIVE_INFINITY);
}

export { finite as isFinite };

/** The largest float32. */
const largest = (2 - 2 ** -23) * 2 ** 127;

export interface NanToNumOptions {
  /** In place of NaN (default 0). */
  readonly nan?: number;
  /** In place of ∞ (default the largest float32). */
  readonly posinf?: number;
  /** In place of −∞ (default the most negative float32). */
  readonly neginf?: number;
}

/**
 * NaN and infinities replaced by numbers, as `torch.nan_to_num`; no gradient goes there.
 * @param options nan: 0 unless given; posinf, neginf: ± the largest float32 unless given
 * @example await nanToNum(Tensor.from([NaN, 1])).array() // [0, 1]
 */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  checkOptions("nanToNum", options, ["nan", "posinf", "neginf"]);
  if (x.dtype !== "float32") return x;
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  const numbers = maskedFill(x, isNan(x), nan);
  const below = maskedFill(numbers, eq(x, Number.POSITIVE_INFINITY), posinf);
  return maskedFill(below, eq(x, Number.NEGATIVE_INFINITY), neginf);
}
