// What batch and instance normalisation hold: learned numbers and running statistics of each channel.
import { checkNumbers } from "../ops/batchNorm.ts";
import { checkOptions } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import { type Parameter, Tensor, Variable } from "../tensor/tensor.ts";
import { checkInteger } from "./checks.ts";
import { Module } from "./module.ts";
import { filled, filledParameter } from "./parameters.ts";

export interface NormOptions {
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
  readonly momentum?: number | null;
  readonly affine?: boolean;
  readonly trackRunningStats?: boolean;
}

interface NormDefaults {
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
}

export abstract class RunningNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  /** Share of a batch in the running statistics; null for the plain mean of all batches. */
  readonly momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Variable | null;
  readonly runningVar: Variable | null;
  /** Batches that the running statistics have seen, int32. */
  readonly numBatchesTracked: Variable | null;
  readonly #defaults: NormDefaults;

  constructor(numFeatures: number, options: NormOptions, defaults: NormDefaults) {
    super();
    const name = new.target.name;
    checkOptions(name, options, ["eps", "momentum", "affine", "trackRunningStats"]);
    const { eps = 1e-5, momentum = 0.1 } = options;
    const { affine = defaults.affine, trackRunningStats = defaults.trackRunningStats } = options;
    checkInteger(name, "numFeatures", numFeatures);
    checkNumbers(name, momentum ?? 0, eps);
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    const shape = [numFeatures];
    this.weight = affine ? filledParameter(shape, 1) : null;
    this.bias = affine ? filledParameter(shape, 0) : null;
    this.runningMean = trackRunningStats ? new Variable(filled(shape, 0)) : null;
    this.runningVar = trackRunningStats ? new Variable(filled(shape, 1)) : null;
    this.numBatchesTracked = trackRunningStats
      ? new Variable(Tensor.ofData(new Int32Array(1), [], "int32"))
      : null;
    this.#defaults = defaults;
  }

  /** Throws unless x has one of these numbers of axes. */
  protected checkAxes({ shape }: Tensor, axes: readonly number[], layout: string): void {
    if (axes.includes(shape.length)) return;
    throw shapeError(this.constructor.name, `x has ${shape.length} axes`, {
      x: { shape, layout: `needed: ${layout}` },
    });
  }

  override extraRepr(): string {
    const parts = [String(this.numFeatures)];
    const isAffine = this.weight !== null;
    const isTracking = this.runningMean !== null;
    if (this.eps !== 1e-5) parts.push(`eps ${this.eps}`);
    if (this.momentum !== 0.1) parts.push(`momentum ${this.momentum}`);
    if (isAffine !== this.#defaults.affine) parts.push(`affine ${isAffine}`);
    if (isTracking !== this.#defaults.trackRunningStats)
      parts.push(`trackRunningStats ${isTracking}`);
    return parts.join(", ");
  }
}
