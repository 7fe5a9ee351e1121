// Batch normalisation as layers: they hold the learned and the running numbers; the arithmetic is
// ops/batchNorm.
import { batchNorm, checkNumbers } from "../ops/batchNorm.ts";
import { updateBuffer } from "../tensor/buffers.ts";
import { checkOptions } from "../tensor/errors.ts";
import { type Shape, shapeError } from "../tensor/shape.ts";
import { Parameter, Tensor, Variable } from "../tensor/tensor.ts";
import { checkInteger } from "./checks.ts";
import { Module } from "./module.ts";

export interface BatchNormOptions {
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
  /** Share of a batch in the running statistics (default 0.1). */
  readonly momentum?: number;
  /** Learn a factor and a summand for each channel (default true). */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; without, the batch's own always serve (default true). */
  readonly trackRunningStats?: boolean;
}

/** What the layers share; a subclass says which inputs it takes. */
abstract class BatchNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Variable | null;
  readonly runningVar: Variable | null;
  /** Batches that the running statistics have seen, int32. */
  readonly numBatchesTracked: Variable | null;

  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super();
    const name = new.target.name;
    checkOptions(name, options, ["eps", "momentum", "affine", "trackRunningStats"]);
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
    checkInteger(name, "numFeatures", numFeatures);
    checkNumbers(name, momentum, eps);
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    const filled = (value: number): Tensor =>
      Tensor.ofData(new Float32Array(numFeatures).fill(value), [numFeatures], "float32");
    this.weight = affine ? new Parameter(filled(1)) : null;
    this.bias = affine ? new Parameter(filled(0)) : null;
    this.runningMean = trackRunningStats ? new Variable(filled(0)) : null;
    this.runningVar = trackRunningStats ? new Variable(filled(1)) : null;
    this.numBatchesTracked = trackRunningStats
      ? new Variable(Tensor.ofData(new Int32Array(1), [], "int32"))
      : null;
  }

  /** Throws unless x has a fitting number of axes. */
  protected abstract checkInput(x: Tensor): void;

  override forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { weight, bias, training, momentum, eps } = this;
    const options = { weight, bias, training, momentum, eps };
    const y = batchNorm(x, this.runningMean, this.runningVar, options);
    if (training && this.numBatchesTracked !== null)
      updateBuffer(this.numBatchesTracked, (count) => count.add(1));
    return y;
  }

  override extraRepr(): string {
    const parts = [String(this.numFeatures)];
    if (this.eps !== 1e-5) parts.push(`eps ${this.eps}`);
    if (this.momentum !== 0.1) parts.push(`momentum ${this.momentum}`);
    if (this.weight === null) parts.push("affine false");
    if (this.runningMean === null) parts.push("trackRunningStats false");
    return parts.join(", ");
  }
}

function wrongAxes(layer: string, x: Shape, layout: string): Error {
  return shapeError(layer, `x has ${x.length} axes`, { x: { shape: x, layout } });
}

/**
 * Batch normalisation of images, as `torch.nn.BatchNorm2d`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance for each channel
 *
 * Input and output NCHW `[batch, numFeatures, height, width]`. In training the statistics are the batch's, and the
 * running ones become (1 − momentum)·running + momentum·batch; in evaluation they are the running ones. The new
 * running values are computed together with the next update (`optimizer.step()`), or when they are read.
 *
 * @throws ShapeError if x has not four axes or other channels; OptionError for impossible values
 * @example new BatchNorm2d(6).forward(Tensor.zeros([8, 6, 28, 28])).shape // [8, 6, 28, 28]
 * @see Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift"
 */
export class BatchNorm2d extends BatchNorm {
  protected override checkInput({ shape }: Tensor): void {
    if (shape.length !== 4) throw wrongAxes("BatchNorm2d", shape, "needed: NCHW");
  }
}

/**
 * Batch normalisation of vectors or sequences, as `torch.nn.BatchNorm1d`; see {@link BatchNorm2d}.
 *
 * Input and output `[batch, numFeatures]` or `[batch, numFeatures, length]`.
 *
 * @throws ShapeError if x has not two or three axes or other channels; OptionError for impossible values
 * @example new BatchNorm1d(84).forward(Tensor.zeros([8, 84])).shape // [8, 84]
 */
export class BatchNorm1d extends BatchNorm {
  protected override checkInput({ shape }: Tensor): void {
    if (shape.length !== 2 && shape.length !== 3)
      throw wrongAxes("BatchNorm1d", shape, "needed: batch, channels(, length)");
  }
}
