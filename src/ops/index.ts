// All ops, and the functions that people call. Importing this file gives tensors their methods.
import "./methods.ts";
import type { Op } from "../tensor/op.ts";
import { absOp } from "./abs.ts";
import { addOp } from "./add.ts";
import { amaxOp, aminOp } from "./amax.ts";
import { arangeOp } from "./arange.ts";
import { argmaxOp, argminOp } from "./argmax.ts";
import { avgPool2dOp } from "./avgPool2d.ts";
import { castOp } from "./cast.ts";
import { clampOp } from "./clamp.ts";
import { eqOp, geOp, gtOp, leOp, ltOp, neOp } from "./compare.ts";
import { concatOp } from "./concat.ts";
import { conv2dInputGradOp, conv2dOp, conv2dWeightGradOp } from "./conv2d.ts";
import { crossEntropyOp } from "./crossEntropy.ts";
import { detachOp } from "./detach.ts";
import { divOp } from "./div.ts";
import { eluOp } from "./elu.ts";
import { erfOp } from "./erf.ts";
import { expOp } from "./exp.ts";
import { expandOp } from "./expand.ts";
import { expm1Op } from "./expm1.ts";
import { flipOp } from "./flip.ts";
import { fullOp } from "./full.ts";
import { geluOp } from "./gelu.ts";
import { hardsigmoidOp } from "./hardsigmoid.ts";
import { hardswishOp } from "./hardswish.ts";
import { indexAddOp, indexSelectOp } from "./indexSelect.ts";
import { leakyReluOp } from "./leakyRelu.ts";
import { logOp } from "./log.ts";
import { log1pOp } from "./log1p.ts";
import { logicalAndOp, logicalNotOp, logicalOrOp } from "./logical.ts";
import { logSigmoidOp } from "./logSigmoid.ts";
import { logSumExpOp } from "./logSumExp.ts";
import { matmulOp } from "./matmul.ts";
import { maximumOp, minimumOp } from "./maximum.ts";
import { maxPool2dOp } from "./maxPool2d.ts";
import { maxWindowsGradOp, maxWindowsTakeOp } from "./maxWindows.ts";
import { meanOp } from "./mean.ts";
import { mishOp } from "./mish.ts";
import { mulOp } from "./mul.ts";
import { negOp } from "./neg.ts";
import { padOp } from "./pad.ts";
import { permuteOp } from "./permute.ts";
import { powOp, powScalarOp } from "./pow.ts";
import { preluOp } from "./prelu.ts";
import { prodOp } from "./prod.ts";
import { reluOp } from "./relu.ts";
import { relu6Op } from "./relu6.ts";
import { reshapeOp } from "./reshape.ts";
import { ceilOp, floorOp, roundOp } from "./rounding.ts";
import { sigmoidOp } from "./sigmoid.ts";
import { signOp } from "./sign.ts";
import { siluOp } from "./silu.ts";
import { cosOp, sinOp } from "./sin.ts";
import { sliceOp } from "./slice.ts";
import { logSoftmaxOp, softmaxOp } from "./softmax.ts";
import { softplusOp } from "./softplus.ts";
import { rsqrtOp, sqrtOp } from "./sqrt.ts";
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
export * from "./amax.ts";
export * from "./any.ts";
export * from "./arange.ts";
export * from "./argmax.ts";
export * from "./avgPool2d.ts";
export { type BatchNormOptions, batchNorm } from "./batchNorm.ts";
export * from "./cast.ts";
export * from "./clamp.ts";
export * from "./compare.ts";
export * from "./concat.ts";
export * from "./conv2d.ts";
export * from "./convolve2d.ts";
export { type ConvTranspose2dOptions, convTranspose2d } from "./convTranspose2d.ts";
export * from "./copyOf.ts";
export { corr2d } from "./corr2d.ts";
export * from "./crossEntropy.ts";
export * from "./detach.ts";
export * from "./div.ts";
export * from "./elu.ts";
export { erf } from "./erf.ts";
export * from "./exp.ts";
export * from "./expand.ts";
export * from "./expm1.ts";
export * from "./flip.ts";
export * from "./full.ts";
export * from "./gelu.ts";
export * from "./hardsigmoid.ts";
export * from "./hardswish.ts";
export * from "./indexSelect.ts";
export * from "./leakyRelu.ts";
export * from "./linear.ts";
export * from "./log.ts";
export * from "./log1p.ts";
export * from "./logical.ts";
export * from "./logSigmoid.ts";
export * from "./logSumExp.ts";
export type { LossOptions, Reduction } from "./losses.ts";
export * from "./matmul.ts";
export * from "./max.ts";
export * from "./maximum.ts";
export * from "./maxPool2d.ts";
export * from "./maxWindows.ts";
export * from "./mean.ts";
export * from "./mish.ts";
export * from "./mseLoss.ts";
export * from "./mul.ts";
export * from "./neg.ts";
export * from "./nllLoss.ts";
export * from "./normal.ts";
export * from "./oneHot.ts";
export type { TensorLike } from "./operands.ts";
export * from "./pad.ts";
export * from "./permute.ts";
export * from "./pow.ts";
export * from "./prelu.ts";
export * from "./prod.ts";
export type { Dims, ReduceOptions } from "./reduce.ts";
export * from "./relu.ts";
export * from "./relu6.ts";
export * from "./reshape.ts";
export * from "./rounding.ts";
export * from "./sigmoid.ts";
export * from "./sign.ts";
export * from "./silu.ts";
export * from "./sin.ts";
export { type Border, outSize, type PaddingLike, type Pair, type PairLike } from "./sizes.ts";
export * from "./slice.ts";
export * from "./softmax.ts";
export * from "./softplus.ts";
export * from "./sqrt.ts";
export * from "./sub.ts";
export * from "./sum.ts";
export * from "./tanh.ts";
export * from "./uniform.ts";
export * from "./var.ts";
export * from "./where.ts";
export * from "./windows.ts";

/** Every op, in order of name. Tests on every backend and of every gradient are made from this list. */
export const allOps: readonly Op[] = [
  absOp,
  addOp,
  amaxOp,
  aminOp,
  arangeOp,
  argmaxOp,
  argminOp,
  avgPool2dOp,
  castOp,
  ceilOp,
  clampOp,
  concatOp,
  conv2dInputGradOp,
  conv2dOp,
  conv2dWeightGradOp,
  cosOp,
  crossEntropyOp,
  detachOp,
  divOp,
  eluOp,
  eqOp,
  erfOp,
  expandOp,
  expOp,
  expm1Op,
  flipOp,
  floorOp,
  foldWindowsOp,
  fullOp,
  geOp,
  geluOp,
  gtOp,
  hardsigmoidOp,
  hardswishOp,
  indexAddOp,
  indexSelectOp,
  leOp,
  leakyReluOp,
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
  maxPool2dOp,
  maxWindowsGradOp,
  maxWindowsTakeOp,
  meanOp,
  minimumOp,
  mishOp,
  mulOp,
  negOp,
  neOp,
  padOp,
  permuteOp,
  powOp,
  powScalarOp,
  preluOp,
  prodOp,
  reluOp,
  relu6Op,
  reshapeOp,
  roundOp,
  rsqrtOp,
  sigmoidOp,
  signOp,
  siluOp,
  sinOp,
  sliceOp,
  softmaxOp,
  softplusOp,
  sqrtOp,
  subOp,
  sumOp,
  tanhOp,
  uniformOp,
  varianceOp,
  whereOp,
  windowsOp,
];
