// topk and its relatives: some of the elements along an axis, chosen by their rank.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { any } from "./any.ts";
import { gather } from "./gather.ts";
import type { ValuesAndIndices } from "./max.ts";
import type { ReduceOptions } from "./reduce.ts";
import { reducedShape } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { narrow } from "./slice.ts";
import { alongAxis, order } from "./sort.ts";

export interface TopkOptions {
  /** The largest (default), or the smallest? */
  readonly largest?: boolean;
  /** In order? They always are. */
  readonly sorted?: boolean;
}

/**
 * The k largest (or smallest) elements along an axis, in order, and where they are, as `torch.topk`. The
 * first of equal elements come first; NaN counts as the largest.
 * @param x       any tensor
 * @param k       how many
 * @param dim     axis, the last unless given
 * @param options largest: false for the smallest; sorted: taken for PyTorch's sake, always true
 * @returns values, and their positions (int32), k along the axis
 * @throws OptionError if there are not k elements; ShapeError if the axis does not exist
 * @example await topk(Tensor.from([3, 1, 4, 2]), 2).values.array() // [4, 3]
 * @example await topk(Tensor.from([3, 1, 4, 2]), 2).indices.array() // [2, 0]
 */
export function topk(x: Tensor, k: number, dim = -1, options: TopkOptions = {}): ValuesAndIndices {
  checkOptions("topk", options, ["largest", "sorted"]);
  return alongAxis("topk", x, dim, (along, axis) => {
    checkRank("topk", k, 0, along.shape[axis] as number);
    const indices = narrow(order(along, axis, options.largest ?? true), axis, 0, k);
    return { values: gather(along, axis, indices), indices };
  });
}

/**
 * The k-th smallest element along an axis, counted from 1, and where it is, as `torch.kthvalue`. NaN counts
 * as the largest.
 * @param x       any tensor
 * @param k       rank, from 1
 * @param dim     axis, the last unless given
 * @param options keepdim: keep the axis with size 1
 * @throws OptionError if there are not k elements; ShapeError if the axis does not exist
 * @example await kthvalue(Tensor.from([3, 1, 4, 2]), 2).values.item() // 2
 */
export function kthvalue(
  x: Tensor,
  k: number,
  dim = -1,
  options: ReduceOptions = {},
): ValuesAndIndices {
  checkOptions("kthvalue", options, ["keepdim"]);
  return alongAxis("kthvalue", x, dim, (along, axis) => {
    checkRank("kthvalue", k, 1, along.shape[axis] as number);
    const found = narrow(order(along, axis, false), axis, k - 1, 1);
    return take(along, axis, found, x.ndim > 0 && !options.keepdim);
  });
}

/**
 * The median: of everything, or along an axis with where it is, as `torch.median`. Of an even number of
 * elements it is the lower of the middle two; NaN, if there is one.
 * @param x       any tensor with elements
 * @param dim     axis; of everything if undefined
 * @param options keepdim: keep the axis with size 1
 * @throws OptionError if there are no elements; ShapeError if the axis does not exist
 * @example await median(Tensor.from([3, 1, 4, 2])).item() // 2
 */
export function median(x: Tensor): Tensor;
export function median(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function median(
  x: Tensor,
  dim?: number,
  options: ReduceOptions = {},
): Tensor | ValuesAndIndices {
  checkOptions("median", options, ["keepdim"]);
  if (dim === undefined) return reshape(median(reshape(x, [x.numel]), 0).values, []);
  return alongAxis("median", x, dim, (along, axis) => {
    const count = along.shape[axis] as number;
    checkRank("median", 1, 1, count);
    const positions = order(along, axis, false);
    const middle = narrow(positions, axis, (count - 1) >> 1, 1);
    // NaN comes last.
    const found = narrow(positions, axis, count - 1, 1).where(
      any(along.ne(along), axis, { keepdim: true }),
      middle,
    );
    return take(along, axis, found, x.ndim > 0 && !options.keepdim);
  });
}

/** The element at one position along an axis, the axis dropped or kept. */
function take(x: Tensor, axis: number, found: Tensor, drops: boolean): ValuesAndIndices {
  const values = gather(x, axis, found);
  if (!drops) return { values, indices: found };
  const shape = reducedShape(x.shape, [axis], false);
  return { values: reshape(values, shape), indices: reshape(found, shape) };
}

function checkRank(op: string, k: number, least: number, count: number): void {
  if (Number.isInteger(k) && k >= least && k <= count) return;
  throw new OptionError(`${op}: element ${k} of ${count} along the axis`, {
    hint:
      count < least
        ? "give a tensor with elements"
        : `give a whole number from ${least} to ${count}`,
  });
}
