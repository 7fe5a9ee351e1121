// The methods of tensors: each is the function of the same name with the tensor as its first argument.
import type { Dtype } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import { abs } from "./abs.ts";
import { add } from "./add.ts";
import { amax, amin } from "./amax.ts";
import { all, any } from "./any.ts";
import { arange, eye } from "./arange.ts";
import { argmax, argmin } from "./argmax.ts";
import { cast } from "./cast.ts";
import { clamp } from "./clamp.ts";
import { eq, ge, gt, le, lt, ne } from "./compare.ts";
import { cat, concat, stack } from "./concat.ts";
import { cumsum } from "./cumsum.ts";
import { detach } from "./detach.ts";
import { diag, diagonal } from "./diagonal.ts";
import { div } from "./div.ts";
import { erf } from "./erf.ts";
import { exp } from "./exp.ts";
import { exp2, log2, log10, tan } from "./exp2.ts";
import { broadcastTo, expand } from "./expand.ts";
import { expm1 } from "./expm1.ts";
import { flip } from "./flip.ts";
import { full, fullLike, ones, onesLike, zeros, zerosLike } from "./full.ts";
import { gather } from "./gather.ts";
import { indexSelect } from "./indexSelect.ts";
import { linspace } from "./linspace.ts";
import { log } from "./log.ts";
import { log1p } from "./log1p.ts";
import { logicalAnd, logicalNot, logicalOr } from "./logical.ts";
import { logSumExp } from "./logSumExp.ts";
import {
  isFinite as finite,
  isInf,
  isNan,
  maskedFill,
  type NanToNumOptions,
  nanToNum,
} from "./maskedFill.ts";
import { matmul } from "./matmul.ts";
import { max, min, type ValuesAndIndices } from "./max.ts";
import { maximum, minimum } from "./maximum.ts";
import { mean } from "./mean.ts";
import { movedim, swapaxes } from "./movedim.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { type NormOptions, norm } from "./norm.ts";
import type { TensorLike } from "./operands.ts";
import { type PadOptions, pad } from "./pad.ts";
import { permute, t, transpose } from "./permute.ts";
import { pow, reciprocal, square } from "./pow.ts";
import { prod } from "./prod.ts";
import { bmm, dot, outer } from "./products.ts";
import {
  bernoulli,
  type RandomOptions,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
} from "./rand.ts";
import type { Dims, ReduceOptions } from "./reduce.ts";
import { relu } from "./relu.ts";
import { floorDivide, fmod, remainder } from "./remainder.ts";
import { repeat, repeatInterleave, tile } from "./repeat.ts";
import { flatten, reshape, squeeze, unflatten, unsqueeze } from "./reshape.ts";
import { roll } from "./roll.ts";
import { ceil, floor, frac, round, trunc } from "./rounding.ts";
import { scatter, scatterAdd } from "./scatter.ts";
import { sigmoid } from "./sigmoid.ts";
import { sign } from "./sign.ts";
import { cos, sin } from "./sin.ts";
import { narrow, select, slice } from "./slice.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { argsort, type SortOptions, sort } from "./sort.ts";
import { chunk, split, unbind } from "./split.ts";
import { rsqrt, sqrt } from "./sqrt.ts";
import { sub } from "./sub.ts";
import { sum, sumToSize } from "./sum.ts";
import { takeAlongDim } from "./takeAlongDim.ts";
import { tanh } from "./tanh.ts";
import { kthvalue, median, type TopkOptions, topk } from "./topk.ts";
import { tril, triu } from "./triangle.ts";
import { std, type VarianceOptions, variance } from "./var.ts";
import { where } from "./where.ts";

/** Sizes or axes, one by one or as one list: `x.reshape(2, -1)` or `x.reshape([2, -1])`. */
type Numbers = readonly number[] | readonly [readonly number[]];

function listOf(numbers: Numbers): readonly number[] {
  const [first] = numbers;
  return typeof first === "object" ? first : (numbers as readonly number[]);
}

declare module "../tensor/tensor.ts" {
  interface Tensor {
    // arithmetic, broadcast
    add(other: TensorLike): Tensor;
    sub(other: TensorLike): Tensor;
    mul(other: TensorLike): Tensor;
    div(other: TensorLike): Tensor;
    pow(exponent: TensorLike): Tensor;
    fmod(other: TensorLike): Tensor;
    remainder(other: TensorLike): Tensor;
    floorDivide(other: TensorLike): Tensor;
    maximum(other: TensorLike): Tensor;
    minimum(other: TensorLike): Tensor;
    matmul(other: Tensor): Tensor;
    bmm(other: Tensor): Tensor;
    dot(other: Tensor): Tensor;
    outer(other: Tensor): Tensor;

    // element by element
    neg(): Tensor;
    abs(): Tensor;
    sign(): Tensor;
    sqrt(): Tensor;
    rsqrt(): Tensor;
    exp(): Tensor;
    expm1(): Tensor;
    log(): Tensor;
    log1p(): Tensor;
    erf(): Tensor;
    sin(): Tensor;
    cos(): Tensor;
    floor(): Tensor;
    ceil(): Tensor;
    round(): Tensor;
    trunc(): Tensor;
    frac(): Tensor;
    exp2(): Tensor;
    log2(): Tensor;
    log10(): Tensor;
    tan(): Tensor;
    nanToNum(options?: NanToNumOptions): Tensor;
    maskedFill(mask: Tensor, value: TensorLike): Tensor;
    /** 1 with these probabilities, else 0. */
    bernoulli(options?: RandomOptions): Tensor;
    square(): Tensor;
    reciprocal(): Tensor;
    clamp(low?: number | null, high?: number | null): Tensor;
    sigmoid(): Tensor;
    tanh(): Tensor;
    relu(): Tensor;
    softmax(dim: number): Tensor;
    logSoftmax(dim: number): Tensor;

    // comparisons, giving bool
    eq(other: TensorLike): Tensor;
    ne(other: TensorLike): Tensor;
    lt(other: TensorLike): Tensor;
    le(other: TensorLike): Tensor;
    gt(other: TensorLike): Tensor;
    ge(other: TensorLike): Tensor;
    logicalAnd(other: Tensor): Tensor;
    logicalOr(other: Tensor): Tensor;
    logicalNot(): Tensor;
    isNan(): Tensor;
    isInf(): Tensor;
    isFinite(): Tensor;
    /** This tensor where the condition holds, `other` elsewhere. */
    where(condition: Tensor, other: TensorLike): Tensor;

    // dtype and history
    /** The same values as another dtype; see {@link cast}. */
    to(dtype: Dtype): Tensor;
    /** As float32; see {@link cast}. */
    float(): Tensor;
    /** As int32; see {@link cast}. */
    int(): Tensor;
    /** As bool: is it other than 0? See {@link cast}. */
    bool(): Tensor;
    detach(): Tensor;

    // reductions
    sum(dim?: Dims, options?: ReduceOptions): Tensor;
    mean(dim?: Dims, options?: ReduceOptions): Tensor;
    prod(dim?: Dims, options?: ReduceOptions): Tensor;
    amax(dim?: Dims, options?: ReduceOptions): Tensor;
    amin(dim?: Dims, options?: ReduceOptions): Tensor;
    max(): Tensor;
    max(other: Tensor): Tensor;
    max(dim: number, options?: ReduceOptions): ValuesAndIndices;
    min(): Tensor;
    min(other: Tensor): Tensor;
    min(dim: number, options?: ReduceOptions): ValuesAndIndices;
    any(dim?: Dims, options?: ReduceOptions): Tensor;
    all(dim?: Dims, options?: ReduceOptions): Tensor;
    argmax(dim?: number, options?: ReduceOptions): Tensor;
    argmin(dim?: number, options?: ReduceOptions): Tensor;
    median(): Tensor;
    median(dim: number, options?: ReduceOptions): ValuesAndIndices;
    kthvalue(k: number, dim?: number, options?: ReduceOptions): ValuesAndIndices;
    topk(k: number, dim?: number, options?: TopkOptions): ValuesAndIndices;
    sort(dim?: number, options?: SortOptions): ValuesAndIndices;
    argsort(dim?: number, options?: SortOptions): Tensor;
    cumsum(dim: number): Tensor;
    /** Variance along axes; see {@link variance}. */
    var(dim?: Dims, options?: VarianceOptions): Tensor;
    std(dim?: Dims, options?: VarianceOptions): Tensor;
    logSumExp(dim: Dims, options?: ReduceOptions): Tensor;
    norm(options?: NormOptions): Tensor;
    sumToSize(...shape: Numbers): Tensor;

    // shape
    reshape(...shape: Numbers): Tensor;
    /** As `reshape`: tensors here have no strides that a view would have to respect. */
    view(...shape: Numbers): Tensor;
    flatten(startDim?: number, endDim?: number): Tensor;
    squeeze(dim?: number): Tensor;
    unsqueeze(dim: number): Tensor;
    permute(...dims: Numbers): Tensor;
    transpose(dim0: number, dim1: number): Tensor;
    t(): Tensor;
    expand(...shape: Numbers): Tensor;
    broadcastTo(...shape: Numbers): Tensor;
    flip(...dims: Numbers): Tensor;
    movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
    swapaxes(axis0: number, axis1: number): Tensor;
    unflatten(dim: number, sizes: readonly number[]): Tensor;
    roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor;
    repeat(...sizes: Numbers): Tensor;
    tile(...sizes: Numbers): Tensor;
    repeatInterleave(repeats: number, dim?: number): Tensor;

    // parts
    slice(dim: number, start?: number, end?: number, step?: number): Tensor;
    narrow(dim: number, start: number, length: number): Tensor;
    select(dim: number, index: number): Tensor;
    split(size: number | readonly number[], dim?: number): Tensor[];
    chunk(chunks: number, dim?: number): Tensor[];
    unbind(dim?: number): Tensor[];
    diagonal(offset?: number, dim1?: number, dim2?: number): Tensor;
    diag(offset?: number): Tensor;
    tril(diagonal?: number): Tensor;
    triu(diagonal?: number): Tensor;
    indexSelect(dim: number, index: Tensor): Tensor;
    gather(dim: number, index: Tensor): Tensor;
    takeAlongDim(indices: Tensor, dim?: number): Tensor;
    scatter(dim: number, index: Tensor, source: Tensor | number): Tensor;
    scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor;
    pad(padding: readonly number[], options?: PadOptions): Tensor;
  }

  // static: `Tensor.zeros([2, 3])`
  namespace Tensor {
    export {
      arange,
      cat,
      concat,
      eye,
      full,
      fullLike,
      linspace,
      ones,
      onesLike,
      rand,
      randint,
      randLike,
      randn,
      randnLike,
      randperm,
      stack,
      zeros,
      zerosLike,
    };
  }
}

/** Functions whose other arguments follow the tensor unchanged. */
const functions = {
  add,
  sub,
  mul,
  div,
  pow,
  fmod,
  remainder,
  floorDivide,
  maximum,
  minimum,
  matmul,
  neg,
  abs,
  sign,
  sqrt,
  rsqrt,
  exp,
  expm1,
  log,
  log1p,
  erf,
  sin,
  cos,
  floor,
  ceil,
  round,
  trunc,
  frac,
  exp2,
  log2,
  log10,
  tan,
  nanToNum,
  maskedFill,
  bernoulli,
  isNan,
  isInf,
  isFinite: finite,
  bmm,
  dot,
  outer,
  norm,
  square,
  reciprocal,
  clamp,
  sigmoid,
  tanh,
  relu,
  softmax,
  logSoftmax,
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  logicalAnd,
  logicalOr,
  logicalNot,
  to: cast,
  detach,
  sum,
  mean,
  prod,
  amax,
  amin,
  max,
  min,
  any,
  all,
  argmax,
  argmin,
  median,
  kthvalue,
  topk,
  sort,
  argsort,
  cumsum,
  var: variance,
  std,
  logSumExp,
  flatten,
  squeeze,
  unflatten,
  unsqueeze,
  movedim,
  swapaxes,
  roll,
  repeatInterleave,
  split,
  chunk,
  unbind,
  diagonal,
  diag,
  tril,
  triu,
  transpose,
  t,
  slice,
  narrow,
  select,
  indexSelect,
  gather,
  takeAlongDim,
  scatter,
  scatterAdd,
  pad,
};

for (const [name, body] of Object.entries(functions)) {
  const call = body as (x: Tensor, ...rest: readonly unknown[]) => unknown;
  addMethod(name, function (this: Tensor, ...rest: readonly unknown[]) {
    return call(this, ...rest);
  });
}

/** Functions that take a list, which methods also take spread out. */
const listFunctions = {
  reshape,
  view: reshape,
  permute,
  expand,
  broadcastTo,
  flip,
  repeat,
  sumToSize,
  tile,
};

for (const [name, body] of Object.entries(listFunctions)) {
  addMethod(name, function (this: Tensor, ...numbers: Numbers) {
    return body(this, listOf(numbers));
  });
}

addMethod("where", function (this: Tensor, condition: Tensor, other: TensorLike) {
  return where(condition, this, other);
});
for (const [name, dtype] of [
  ["float", "float32"],
  ["int", "int32"],
  ["bool", "bool"],
] as const) {
  addMethod(name, function (this: Tensor) {
    return cast(this, dtype);
  });
}

for (const [name, value] of Object.entries({
  arange,
  cat,
  concat,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
  stack,
  zeros,
  zerosLike,
})) {
  Object.defineProperty(Tensor, name, { value, writable: true, configurable: true });
}

/** Like a method of the class: not enumerable. */
function addMethod(name: string, value: (this: Tensor, ...rest: never[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
