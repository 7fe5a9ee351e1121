// any and all: does some element, does every element, differ from 0?
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { prod } from "./prod.ts";
import type { Dims, ReduceOptions } from "./reduce.ts";
import { sum } from "./sum.ts";

/** Is some element along the axes true (not 0)? As `torch.any`. @example await any(Tensor.from([0, 3])).array() // true */
export function any(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return cast(sum(cast(x, "bool"), dim, options), "bool");
}

/** Are all elements along the axes true (not 0)? As `torch.all`. @example await all(Tensor.from([0, 3])).array() // false */
export function all(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return cast(prod(cast(x, "bool"), dim, options), "bool");
}
