// interpolate and resize: images of another size, by the formulas of PyTorch.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { adaptiveAvgPool2d } from "./adaptivePool2d.ts";
import { cast } from "./cast.ts";
import { resample } from "./resample.ts";
import { round } from "./rounding.ts";
import { batched, checkSides, imageSizes, type Pair, type PairLike, pair } from "./sizes.ts";
import { cubicTaps, linearTaps, nearestTaps, type TapOptions, type Taps } from "./taps.ts";

/** How pixels between pixels are found. "area" is the mean of the pixels that go into one. */
export type InterpolationMode = "nearest" | "nearest-exact" | "bilinear" | "bicubic" | "area";

const modes = ["nearest", "nearest-exact", "bilinear", "bicubic", "area"];

export interface InterpolateOptions {
  /** Height and width of the result: a number or `[vertical, horizontal]`. */
  readonly size?: PairLike;
  /** Output pixels for each input pixel, in place of the size: a number or `[vertical, horizontal]`. */
  readonly scaleFactor?: PairLike;
  /** "nearest" unless given. */
  readonly mode?: InterpolationMode;
  /** Do the corner pixels keep their place (true), or do the edges of the image (false, the default)? */
  readonly alignCorners?: boolean;
  /** Average over all pixels that go into one, where they become fewer (default false). */
  readonly antialias?: boolean;
  /** Take the scale from the sizes, which are whole, rather than from `scaleFactor` (default false). */
  readonly recomputeScaleFactor?: boolean;
}

export interface ResizeOptions {
  /** "bilinear" unless given. */
  readonly mode?: InterpolationMode;
  /** Average over all pixels that go into one, where they become fewer (default true). */
  readonly antialias?: boolean;
}

/**
 * Images of another size, as `torch.nn.functional.interpolate`. Output pixel i takes from the input at
 *
 *     nearest            ⌊i · scale⌋
 *     nearest-exact      ⌊(i + ½) · scale⌋
 *     bilinear, bicubic  (i + ½) · scale − ½, or with alignCorners i · (size − 1) / (outSize − 1)
 *
 * where scale = size / outSize, or 1 / scaleFactor if that was given. "bilinear" weighs the 2 × 2 pixels around,
 * "bicubic" 4 × 4; with `antialias` the weights reach as far as the pixels that go into one.
 *
 * @param x       image batch, NCHW `[batch, channels, height, width]`
 * @param options size or scaleFactor: a number or `[vertical, horizontal]`; mode; alignCorners and antialias, for
 *                "bilinear" and "bicubic"; recomputeScaleFactor
 * @returns NCHW `[batch, channels, outHeight, outWidth]`, where outHeight = ⌊height · scaleFactor⌋ if that was
 *          given. float32; "nearest" and "nearest-exact" keep the dtype
 * @throws ShapeError if x is no image batch or has no pixels; OptionError for sizes and options that do not go together
 * @example
 * await interpolate(Tensor.from([[[[1, 2]]]]), { size: [1, 4], mode: "bilinear" }).array() // [[[[1, 1.25, 1.75, 2]]]]
 * @see Keys 1981, "Cubic convolution interpolation for digital image processing"
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const {
    mode = "nearest",
    alignCorners = false,
    antialias = false,
    recomputeScaleFactor = false,
  } = checkInterpolate("interpolate", options);
  const [, , height, width] = imageSizes("interpolate", "x", x);
  const { size, scaleFactor } = options;
  const scales = scaleFactor === undefined ? undefined : scalePair("interpolate", scaleFactor);
  const target: Pair =
    scales === undefined
      ? pair("interpolate", "size", size as PairLike)
      : [Math.floor(height * scales[0]), Math.floor(width * scales[1])];
  if (height === 0 || width === 0 || target[0] < 1 || target[1] < 1) {
    throw shapeError("interpolate", `no pixels: ${height}×${width} to ${target.join("×")}`, {
      x: { shape: x.shape, layout: "NCHW" },
    });
  }
  checkSides("interpolate", [height, width, ...target]);
  const given = recomputeScaleFactor ? undefined : scales;
  return resized(
    x,
    target,
    mode,
    [0, 1].map((axis) => ({
      alignCorners,
      antialias,
      scale: given?.[axis],
    })) as [TapOptions, TapOptions],
  );
}

/** Resizes along the axis first that leaves fewer pixels to the other. */
function resized(
  x: Tensor,
  target: Pair,
  mode: InterpolationMode,
  options: readonly [TapOptions, TapOptions],
): Tensor {
  if (mode === "area") return adaptiveAvgPool2d(x, target);
  const isNearest = mode === "nearest" || mode === "nearest-exact";
  const growth = ([0, 1] as const).map((axis) => target[axis] / (x.shape[axis + 2] as number));
  const order =
    (growth[0] as number) <= (growth[1] as number) ? ([0, 1] as const) : ([1, 0] as const);
  const y = order.reduce(
    (image, axis) => {
      const taps = tapsOf(mode, image.shape[axis + 2] as number, target[axis], options[axis]);
      return keeps(taps) ? image : resample(image, axis + 2, taps);
    },
    cast(x, "float32"),
  );
  return isNearest ? cast(y, x.dtype) : y;
}

function tapsOf(mode: InterpolationMode, from: number, to: number, options: TapOptions): Taps {
  if (mode === "bilinear") return linearTaps(from, to, options);
  if (mode === "bicubic") return cubicTaps(from, to, options);
  return nearestTaps(from, to, options, mode === "nearest-exact");
}

/** Is each pixel of the result the one at its place? */
function keeps({ inputSize, size, index, weight }: Taps): boolean {
  return (
    size === inputSize &&
    index.length === size &&
    index.every((from, i) => from === i && weight[i] === 1)
  );
}

/**
 * Images of another size, as `torchvision.transforms.functional.resize` on tensors: {@link interpolate} with
 * antialiasing unless it is switched off. Bytes stay bytes, rounded and kept in 0 to 255.
 * @param x       image batch, NCHW, or one image without the batch axis
 * @param size    `[height, width]`, or a number for the shorter side, which keeps the proportions
 * @param options mode: "bilinear" unless given; antialias: true unless given, for "bilinear" and "bicubic"
 * @returns NCHW, or one image without the batch axis
 * @throws ShapeError if x is no image or has no pixels; OptionError for an impossible size or mode
 * @example resize(Tensor.zeros([3, 480, 640]), 240).shape // [3, 240, 320]
 */
export function resize(x: Tensor, size: PairLike, options: ResizeOptions = {}): Tensor {
  checkOptions("resize", options, ["mode", "antialias"]);
  const { mode = "bilinear", antialias = true } = options;
  checkMode("resize", mode);
  const filters = mode === "bilinear" || mode === "bicubic";
  return batched(x, (batch) => {
    const [, , height, width] = imageSizes("resize", "x", batch);
    const target = typeof size === "number" ? sides(size, height, width) : size;
    const y = interpolate(batch, {
      size: pair("resize", "size", target),
      mode,
      ...(filters ? { antialias } : {}),
    });
    if (x.dtype === "float32" || y.dtype === x.dtype) return y;
    const whole = round(y);
    return cast(x.dtype === "uint8" ? whole.clamp(0, 255) : whole, x.dtype);
  });
}

/** Height and width with this shorter side. */
function sides(shorter: number, height: number, width: number): Pair {
  return height <= width
    ? [shorter, Math.floor((shorter * width) / height)]
    : [Math.floor((shorter * height) / width), shorter];
}

/** The options, if they go together. */
export function checkInterpolate(where: string, options: InterpolateOptions): InterpolateOptions {
  checkOptions(where, options, [
    "size",
    "scaleFactor",
    "mode",
    "alignCorners",
    "antialias",
    "recomputeScaleFactor",
  ]);
  const { size, scaleFactor, mode = "nearest", alignCorners, antialias } = options;
  checkMode(where, mode);
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new OptionError(
      `${where}: ${size === undefined ? "neither size nor scaleFactor is" : "both size and scaleFactor are"} given`,
      { hint: "give one of the two" },
    );
  }
  if (size !== undefined) pair(where, "size", size);
  if (scaleFactor !== undefined) scalePair(where, scaleFactor);
  if (options.recomputeScaleFactor === true && scaleFactor === undefined)
    throw new OptionError(`${where}: recomputeScaleFactor goes with scaleFactor, not with size`);
  if (mode === "bilinear" || mode === "bicubic") return options;
  for (const [name, value] of Object.entries({ alignCorners, antialias })) {
    if (value !== undefined && (name === "alignCorners" || value)) {
      throw new OptionError(`${where}: ${name} does not go with mode "${mode}"`, {
        hint: 'it is for "bilinear" and "bicubic"',
      });
    }
  }
  return options;
}

function checkMode(where: string, mode: string): void {
  if (modes.includes(mode)) return;
  throw new OptionError(`${where}: there is no mode "${mode}"`, {
    hint: `use ${modes.map((name) => `"${name}"`).join(", ")}`,
  });
}

/** Two factors above 0. */
function scalePair(where: string, value: PairLike): Pair {
  const numbers = typeof value === "number" ? [value, value] : value;
  if (numbers.length !== 2 || !numbers.every((n) => n > 0 && Number.isFinite(n))) {
    throw new OptionError(`${where}: scaleFactor is ${JSON.stringify(value)}`, {
      hint: "give a number above 0, or [vertical, horizontal]",
    });
  }
  return numbers as unknown as Pair;
}
