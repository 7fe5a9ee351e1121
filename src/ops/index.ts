// All ops, and the functions that people call. Importing this file gives tensors their methods.
import "./methods.ts";
import type { Op } from "../tensor/op.ts";
import { absOp } from "./abs.ts";
import { addOp } from "./add.ts";
import { afterOp } from "./after.ts";
import { amaxOp, aminOp } from "./amax.ts";
import { arangeOp } from "./arange.ts";
import { argmaxOp, argminOp } from "./argmax.ts";
import { avgPool2dOp } from "./avgPool2d.ts";
import { batchNormOp } from "./batchNorm.ts";
import { binaryCrossEntropyOp } from "./binaryCrossEntropy.ts";
import { binaryCrossEntropyWithLogitsOp } from "./binaryCrossEntropyWithLogits.ts";
import { castOp } from "./cast.ts";
import { celuOp } from "./celu.ts";
import { clampOp } from "./clamp.ts";
import { eqOp, geOp, gtOp, leOp, ltOp, neOp } from "./compare.ts";
import { concatOp } from "./concat.ts";
import { conv2dInputGradOp, conv2dOp, conv2dWeightGradOp } from "./conv2d.ts";
import { crossEntropyOp } from "./crossEntropy.ts";
import { cumsumOp } from "./cumsum.ts";
import { detachOp } from "./detach.ts";
import { diagonalOp } from "./diagonal.ts";
import { divOp } from "./div.ts";
import { dropoutOp } from "./dropout.ts";
import { eluOp } from "./elu.ts";
import { erfOp } from "./erf.ts";
import { expOp } from "./exp.ts";
import { exp2Op } from "./exp2.ts";
import { expandOp } from "./expand.ts";
import { expm1Op } from "./expm1.ts";
import { flipOp } from "./flip.ts";
import { fullOp } from "./full.ts";
import { gatherOp } from "./gather.ts";
import { geluOp } from "./gelu.ts";
import { hardsigmoidOp } from "./hardsigmoid.ts";
import { hardswishOp } from "./hardswish.ts";
import { hardtanhOp } from "./hardtanh.ts";
import { indexAddOp, indexSelectOp } from "./indexSelect.ts";
import { klDivOp } from "./klDiv.ts";
import { leakyReluOp } from "./leakyRelu.ts";
import { localResponseNormOp } from "./localResponseNorm.ts";
import { logOp } from "./log.ts";
import { log1pOp } from "./log1p.ts";
import { logicalAndOp, logicalNotOp, logicalOrOp } from "./logical.ts";
import { logSigmoidOp } from "./logSigmoid.ts";
import { logSumExpOp } from "./logSumExp.ts";
import { matmulOp } from "./matmul.ts";
import { maximumOp, minimumOp } from "./maximum.ts";
import { maxPool2dOp } from "./maxPool2d.ts";
import { maxPool2dIndicesOp } from "./maxPool2dIndices.ts";
import { maxWindowsGradOp, maxWindowsTakeOp } from "./maxWindows.ts";
import { meanOp } from "./mean.ts";
import { mishOp } from "./mish.ts";
import { mulOp } from "./mul.ts";
import { negOp } from "./neg.ts";
import { nllLossOp } from "./nllLoss.ts";
import { normOp } from "./norm.ts";
import { padOp } from "./pad.ts";
import { foldEdgesOp, padEdgesOp } from "./padEdges.ts";
import { permuteOp } from "./permute.ts";
import { powOp, powScalarOp } from "./pow.ts";
import { preluOp } from "./prelu.ts";
import { prodOp } from "./prod.ts";
import { reluOp } from "./relu.ts";
import { relu6Op } from "./relu6.ts";
import { floorDivideOp, fmodOp } from "./remainder.ts";
import { resampleOp } from "./resample.ts";
import { reshapeOp } from "./reshape.ts";
import { ceilOp, floorOp, roundOp, truncOp } from "./rounding.ts";
import { scatterAddOp, scatterOp } from "./scatter.ts";
import { sigmoidOp } from "./sigmoid.ts";
import { signOp } from "./sign.ts";
import { siluOp } from "./silu.ts";
import { cosOp, sinOp } from "./sin.ts";
import { sliceOp } from "./slice.ts";
import { smoothL1LossOp } from "./smoothL1Loss.ts";
import { softCrossEntropyOp } from "./softCrossEntropy.ts";
import { logSoftmaxOp, softmaxOp } from "./softmax.ts";
import { softplusOp } from "./softplus.ts";
import { softsignOp } from "./softsign.ts";
import { argsortOp } from "./sort.ts";
import { rsqrtOp, sqrtOp } from "./sqrt.ts";
import { standardizeOp } from "./standardize.ts";
import { subOp } from "./sub.ts";
import { sumOp } from "./sum.ts";
import { tanhOp } from "./tanh.ts";
import { uniformOp } from "./uniform.ts";
import { varianceOp } from "./var.ts";
import { whereOp } from "./where.ts";
import { foldWindowsOp, windowsOp } from "./windows.ts";

export * from "./abs.ts";
export { type AdaptiveSize, adaptiveAvgPool2d, adaptiveMaxPool2d } from "./adaptivePool2d.ts";
export * from "./add.ts";
export { after } from "./after.ts";
export * from "./amax.ts";
export * from "./any.ts";
export * from "./arange.ts";
export * from "./argmax.ts";
export * from "./avgPool2d.ts";
export { type BatchNormOptions, batchNorm } from "./batchNorm.ts";
export { binaryCrossEntropy } from "./binaryCrossEntropy.ts";
export {
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropyWithLogits,
} from "./binaryCrossEntropyWithLogits.ts";
export type { BinaryLossOptions } from "./binaryLoss.ts";
export * from "./cast.ts";
export { celu } from "./celu.ts";
export * from "./clamp.ts";
export * from "./compare.ts";
export * from "./concat.ts";
export { type Conv1dOptions, conv1d, type Padding1d } from "./conv1d.ts";
export * from "./conv2d.ts";
export * from "./convolve2d.ts";
export { type ConvTranspose2dOptions, convTranspose2d } from "./convTranspose2d.ts";
export * from "./copyOf.ts";
export { corr2d } from "./corr2d.ts";
export { type CrossEntropyOptions, crossEntropy } from "./crossEntropy.ts";
export { cumsum } from "./cumsum.ts";
export * from "./detach.ts";
export { diag, diagEmbed, diagonal } from "./diagonal.ts";
export * from "./div.ts";
export * from "./dropout.ts";
export { einsum } from "./einsum.ts";
export * from "./elu.ts";
export { erf } from "./erf.ts";
export * from "./exp.ts";
export { exp2, log2, log10, tan } from "./exp2.ts";
export * from "./expand.ts";
export * from "./expm1.ts";
export * from "./flip.ts";
export * from "./full.ts";
export { gather } from "./gather.ts";
export * from "./gelu.ts";
export * from "./glu.ts";
export * from "./groupNorm.ts";
export * from "./hardsigmoid.ts";
export * from "./hardswish.ts";
export { type HardtanhOptions, hardtanh } from "./hardtanh.ts";
export * from "./indexSelect.ts";
export * from "./instanceNorm.ts";
export {
  type InterpolateOptions,
  type InterpolationMode,
  interpolate,
  type ResizeOptions,
  resize,
} from "./interpolate.ts";
export { type KLDivOptions, klDiv } from "./klDiv.ts";
export { l1Loss } from "./l1Loss.ts";
export * from "./layerNorm.ts";
export * from "./leakyRelu.ts";
export * from "./linear.ts";
export * from "./linspace.ts";
export { type LocalResponseNormOptions, localResponseNorm } from "./localResponseNorm.ts";
export * from "./log.ts";
export * from "./log1p.ts";
export * from "./logical.ts";
export * from "./logSigmoid.ts";
export * from "./logSumExp.ts";
export type { LossOptions, Reduction } from "./losses.ts";
export { type LpPool2dOptions, lpPool2d } from "./lpPool2d.ts";
export * from "./maskedFill.ts";
export * from "./matmul.ts";
export * from "./max.ts";
export * from "./maximum.ts";
export * from "./maxPool2d.ts";
export { type MaxUnpool2dOptions, maxUnpool2d } from "./maxUnpool2d.ts";
export * from "./maxWindows.ts";
export * from "./mean.ts";
export * from "./meshgrid.ts";
export * from "./mish.ts";
export * from "./movedim.ts";
export * from "./mseLoss.ts";
export * from "./mul.ts";
export * from "./neg.ts";
export { type NllLossOptions, nllLoss } from "./nllLoss.ts";
export { type NormOptions, norm } from "./norm.ts";
export * from "./normal.ts";
export * from "./normalize.ts";
export * from "./oneHot.ts";
export type { TensorLike } from "./operands.ts";
export * from "./pad.ts";
export * from "./permute.ts";
export { pixelShuffle, pixelUnshuffle } from "./pixelShuffle.ts";
export {
  type AvgPool1dOptions,
  avgPool1d,
  type MaxPool1dOptions,
  maxPool1d,
} from "./pool1d.ts";
export * from "./pow.ts";
export * from "./prelu.ts";
export * from "./prod.ts";
export * from "./products.ts";
export * from "./rand.ts";
export type { Dims, ReduceOptions } from "./reduce.ts";
export * from "./relu.ts";
export * from "./relu6.ts";
export { floorDivide, fmod, remainder } from "./remainder.ts";
export * from "./repeat.ts";
export * from "./reshape.ts";
export * from "./roll.ts";
export * from "./rounding.ts";
export { scatter, scatterAdd } from "./scatter.ts";
export * from "./sigmoid.ts";
export * from "./sign.ts";
export * from "./silu.ts";
export * from "./sin.ts";
export { type Border, outSize, type PaddingLike, type Pair, type PairLike } from "./sizes.ts";
export * from "./slice.ts";
export {
  type HuberLossOptions,
  huberLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./smoothL1Loss.ts";
export * from "./softmax.ts";
export * from "./softplus.ts";
export { softsign } from "./softsign.ts";
export { argsort, type SortOptions, sort } from "./sort.ts";
export * from "./split.ts";
export * from "./sqrt.ts";
export * from "./sub.ts";
export * from "./sum.ts";
export { takeAlongDim } from "./takeAlongDim.ts";
export * from "./tanh.ts";
export { kthvalue, median, type TopkOptions, topk } from "./topk.ts";
export { tril, triu } from "./triangle.ts";
export { fold, type UnfoldOptions, unfold } from "./unfold.ts";
export * from "./uniform.ts";
export * from "./var.ts";
export * from "./where.ts";
export * from "./windows.ts";

/** Every op, in order of name. Tests on every backend and of every gradient are made from this list. */
export const allOps: readonly Op[] = [
  absOp,
  addOp,
  afterOp,
  amaxOp,
  aminOp,
  arangeOp,
  argmaxOp,
  argminOp,
  argsortOp,
  avgPool2dOp,
  batchNormOp,
  binaryCrossEntropyOp,
  binaryCrossEntropyWithLogitsOp,
  castOp,
  ceilOp,
  celuOp,
  clampOp,
  concatOp,
  conv2dInputGradOp,
  conv2dOp,
  conv2dWeightGradOp,
  cosOp,
  crossEntropyOp,
  cumsumOp,
  detachOp,
  diagonalOp,
  divOp,
  dropoutOp,
  eluOp,
  eqOp,
  erfOp,
  expandOp,
  expOp,
  exp2Op,
  expm1Op,
  flipOp,
  floorDivideOp,
  floorOp,
  fmodOp,
  foldEdgesOp,
  foldWindowsOp,
  fullOp,
  gatherOp,
  geOp,
  geluOp,
  gtOp,
  hardsigmoidOp,
  hardswishOp,
  hardtanhOp,
  indexAddOp,
  indexSelectOp,
  klDivOp,
  leOp,
  leakyReluOp,
  localResponseNormOp,
  log1pOp,
  logicalAndOp,
  logicalNotOp,
  logicalOrOp,
  logOp,
  logSigmoidOp,
  logSoftmaxOp,
  logSumExpOp,
  ltOp,
  matmulOp,
  maximumOp,
  maxPool2dIndicesOp,
  maxPool2dOp,
  maxWindowsGradOp,
  maxWindowsTakeOp,
  meanOp,
  minimumOp,
  mishOp,
  mulOp,
  negOp,
  neOp,
  normOp,
  padEdgesOp,
  nllLossOp,
  padOp,
  permuteOp,
  powOp,
  powScalarOp,
  preluOp,
  prodOp,
  reluOp,
  relu6Op,
  resampleOp,
  reshapeOp,
  roundOp,
  rsqrtOp,
  scatterAddOp,
  scatterOp,
  sigmoidOp,
  signOp,
  siluOp,
  sinOp,
  sliceOp,
  smoothL1LossOp,
  softCrossEntropyOp,
  softmaxOp,
  softplusOp,
  softsignOp,
  sqrtOp,
  standardizeOp,
  subOp,
  sumOp,
  tanhOp,
  truncOp,
  uniformOp,
  varianceOp,
  whereOp,
  windowsOp,
];
