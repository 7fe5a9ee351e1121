// Images of another size as layers.
import { type InterpolationMode, interpolate } from "../ops/index.ts";
import { checkInterpolate } from "../ops/interpolate.ts";
import { checkOptions } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { formatPair, formatSize, type Size2d } from "./checks.ts";
import { Module } from "./module.ts";

/** A size, or a factor in its place. */
export interface UpsamplingOptions {
  /** Height and width of the output: a number or `[vertical, horizontal]`. */
  readonly size?: Size2d;
  /** Output pixels for each input pixel, in place of the size: a number or `[vertical, horizontal]`. */
  readonly scaleFactor?: Size2d;
}

export interface UpsampleOptions extends UpsamplingOptions {
  /** How pixels between pixels are found (default "nearest"). */
  readonly mode?: InterpolationMode;
  /** For "bilinear" and "bicubic": do the corner pixels keep their place (default false)? */
  readonly alignCorners?: boolean;
  /** Take the scale from the sizes, which are whole, rather than from `scaleFactor` (default false). */
  readonly recomputeScaleFactor?: boolean;
}

/**
 * Images of another size, as `torch.nn.Upsample`; formulas and modes are those of `nn.functional.interpolate`.
 *
 * Input NCHW `[batch, channels, height, width]`, output NCHW of the size given, or ⌊height · scaleFactor⌋.
 *
 * @throws OptionError unless exactly one of size and scaleFactor is given, and for options that do not go together
 * @example new Upsample({ scaleFactor: 2 }).forward(Tensor.zeros([1, 3, 5, 7])).shape // [1, 3, 10, 14]
 */
export class Upsample extends Module {
  readonly size: Size2d | undefined;
  readonly scaleFactor: Size2d | undefined;
  readonly mode: InterpolationMode;
  readonly alignCorners: boolean | undefined;
  readonly recomputeScaleFactor: boolean;

  constructor(options: UpsampleOptions) {
    super();
    checkOptions("Upsample", options, [
      "size",
      "scaleFactor",
      "mode",
      "alignCorners",
      "recomputeScaleFactor",
    ]);
    checkInterpolate("Upsample", options);
    this.size = options.size;
    this.scaleFactor = options.scaleFactor;
    this.mode = options.mode ?? "nearest";
    this.alignCorners = options.alignCorners;
    this.recomputeScaleFactor = options.recomputeScaleFactor ?? false;
  }

  override forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(x, {
      mode,
      recomputeScaleFactor,
      ...(size === undefined ? {} : { size }),
      ...(scaleFactor === undefined ? {} : { scaleFactor }),
      ...(alignCorners === undefined ? {} : { alignCorners }),
    });
  }

  override extraRepr(): string {
    const { size, scaleFactor } = this;
    const parts = [
      size === undefined ? `factor ${formatPair(scaleFactor ?? 1)}` : `output ${formatSize(size)}`,
      this.mode,
    ];
    if (this.alignCorners === true) parts.push("alignCorners");
    return parts.join(", ");
  }
}

/**
 * Each pixel from the nearest below and to the left, as `torch.nn.UpsamplingNearest2d`: `Upsample` with mode "nearest".
 * @throws OptionError unless exactly one of size and scaleFactor is given
 * @example new UpsamplingNearest2d({ scaleFactor: 2 }).forward(Tensor.zeros([1, 3, 5, 7])).shape // [1, 3, 10, 14]
 */
export class UpsamplingNearest2d extends Upsample {
  constructor(options: UpsamplingOptions) {
    checkOptions("UpsamplingNearest2d", options, ["size", "scaleFactor"]);
    super(options);
  }
}

/**
 * Bilinear interpolation that keeps the corner pixels in place, as `torch.nn.UpsamplingBilinear2d`: `Upsample` with
 * mode "bilinear" and alignCorners.
 * @throws OptionError unless exactly one of size and scaleFactor is given
 * @example new UpsamplingBilinear2d({ size: 8 }).forward(Tensor.zeros([1, 3, 5, 7])).shape // [1, 3, 8, 8]
 */
export class UpsamplingBilinear2d extends Upsample {
  constructor(options: UpsamplingOptions) {
    checkOptions("UpsamplingBilinear2d", options, ["size", "scaleFactor"]);
    super({ ...options, mode: "bilinear", alignCorners: true });
  }
}
