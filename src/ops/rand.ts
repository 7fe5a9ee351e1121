// Tensors of random numbers: rand, randn, randint, bernoulli, randperm. Their keys are leaves of the
// graph, so a step that is compiled once draws other numbers each time it runs.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Generator } from "../tensor/random.ts";
import { randomKey } from "../tensor/randomKeys.ts";
import type { Shape } from "../tensor/shape.ts";
import { type Tensor, Variable } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { cast } from "./cast.ts";
import { lt } from "./compare.ts";
import { normal } from "./normal.ts";
import { floor } from "./rounding.ts";
import { argsort } from "./sort.ts";
import { uniform } from "./uniform.ts";

export interface RandomOptions {
  /** Where the numbers come from: the default generator, seeded by `manualSeed`, unless given. */
  readonly generator?: Generator;
}

export interface RandOptions extends RandomOptions {
  /** Should the result be a leaf that collects gradients? (default false) */
  readonly requiresGrad?: boolean;
}

/**
 * Random numbers, uniform in [0, 1), as `torch.rand`.
 * @param shape   sizes along each axis
 * @param options generator; requiresGrad
 * @returns float32
 * @throws ShapeError if a size is negative or not whole
 * @example rand([2, 3]).shape // [2, 3]
 */
export function rand(shape: Shape, options: RandOptions = {}): Tensor {
  checkOptions("rand", options, ["generator", "requiresGrad"]);
  return asLeaf(uniform(shape, randomKey(options.generator ?? null)), options);
}

/**
 * Random numbers of the normal distribution with mean 0 and variance 1, as `torch.randn`.
 * @param shape   sizes along each axis
 * @param options generator; requiresGrad
 * @returns float32
 * @throws ShapeError if a size is negative or not whole
 * @example randn([2, 3]).shape // [2, 3]
 */
export function randn(shape: Shape, options: RandOptions = {}): Tensor {
  checkOptions("randn", options, ["generator", "requiresGrad"]);
  return asLeaf(normal(shape, randomKey(options.generator ?? null)), options);
}

/** {@link rand} in the shape of x, as `torch.rand_like`. @example randLike(Tensor.ones([4])).shape // [4] */
export function randLike(x: Tensor, options: RandOptions = {}): Tensor {
  return rand(x.shape, options);
}

/** {@link randn} in the shape of x, as `torch.randn_like`. @example randnLike(Tensor.ones([4])).shape // [4] */
export function randnLike(x: Tensor, options: RandOptions = {}): Tensor {
  return randn(x.shape, options);
}

/** Each number of `randint` is made of so many random bits. */
const widest = 2 ** 24;

/**
 * Random whole numbers from `low` (inclusive) to `high` (exclusive), as `torch.randint`.
 * @param low     smallest number
 * @param high    number after the largest; at most 2²⁴ more than low
 * @param shape   sizes along each axis
 * @param options generator
 * @returns int32
 * @throws OptionError if there is no number in between, or there are too many
 * @example await randint(5, 6, [2]).array() // [5, 5]
 */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  options: RandomOptions = {},
): Tensor {
  checkOptions("randint", options, ["generator"]);
  const count = high - low;
  if (![low, high].every(Number.isInteger) || count < 1 || count > widest) {
    throw new OptionError(`randint: no whole numbers are drawn from ${low} to ${high}`, {
      hint: "low and high are whole numbers, low < high, at most 2^24 apart",
    });
  }
  const draws = uniform(shape, randomKey(options.generator ?? null));
  // In float32 too, (1 − 2⁻²⁴) · count rounds to less than count.
  return add(cast(floor(draws.mul(count)), "int32"), low);
}

/**
 * 1 with the probability given, else 0, element by element, as `torch.bernoulli`.
 * @param p       probabilities, from 0 to 1: anything below counts as 0, anything above as 1
 * @param options generator
 * @returns in shape and dtype of p
 * @example await bernoulli(Tensor.from([0, 1])).array() // [0, 1]
 */
export function bernoulli(p: Tensor, options: RandomOptions = {}): Tensor {
  checkOptions("bernoulli", options, ["generator"]);
  return cast(lt(uniform(p.shape, randomKey(options.generator ?? null)), p), p.dtype);
}

/**
 * The numbers 0 … n − 1 in random order, as `torch.randperm`: the order of n random numbers.
 * @param options generator
 * @returns int32 `[n]`
 * @throws ShapeError if n is negative or not whole
 * @example await randperm(1).array() // [0]
 */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  checkOptions("randperm", options, ["generator"]);
  return argsort(uniform([n], randomKey(options.generator ?? null)), 0);
}

function asLeaf(x: Tensor, { requiresGrad = false }: RandOptions): Tensor {
  return requiresGrad ? new Variable(x, true) : x;
}
