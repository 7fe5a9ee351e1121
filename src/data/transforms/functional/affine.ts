// Pictures turned, moved, scaled and sheared. The formulas are those of torchvision.
import { OptionError } from "../../../tensor/errors.ts";
import type { Picture } from "../../picture.ts";
import { checkChoice, checkNumber, type Fill, fillOf } from "../checks.ts";
import { withDefaults } from "../transform.ts";

/** How pixels between pixels are found. */
export type AffineInterpolation = "nearest" | "bilinear";

export const affineInterpolations: readonly AffineInterpolation[] = ["nearest", "bilinear"];

export interface RotateOptions {
  /** "nearest" unless given. */
  readonly interpolation?: AffineInterpolation;
  /** Make the picture as large as the turned one needs it (default false: the size is kept). */
  readonly expand?: boolean;
  /** What is turned around, `[x, y]` in pixels from the upper left corner; the middle unless given. */
  readonly center?: readonly [number, number] | null;
  /** What comes in from beyond the edges: a byte, or one for each channel (default 0). */
  readonly fill?: Fill;
}

export interface AffineOptions {
  /** Degrees clockwise (default 0). */
  readonly angle?: number;
  /** Pixels to the right and down, `[x, y]` (default none). */
  readonly translate?: readonly [number, number];
  /** Size of the result relative to the picture, above 0 (default 1). */
  readonly scale?: number;
  /** Degrees along x and along y, `[x, y]` (default none). */
  readonly shear?: readonly [number, number];
  /** "nearest" unless given. */
  readonly interpolation?: AffineInterpolation;
  /** What stays in its place, `[x, y]` in pixels from the upper left corner; the middle unless given. */
  readonly center?: readonly [number, number] | null;
  /** What comes in from beyond the edges: a byte, or one for each channel (default 0). */
  readonly fill?: Fill;
}

/** `[a, b, c, d, e, f]`: a place of the result `(x, y)` shows `(a x + b y + c, d x + e y + f)`. */
type Matrix = readonly [number, number, number, number, number, number];

const rotateDefaults: Required<RotateOptions> = {
  interpolation: "nearest",
  expand: false,
  center: null,
  fill: 0,
};

const affineDefaults: Required<AffineOptions> = {
  angle: 0,
  translate: [0, 0],
  scale: 1,
  shear: [0, 0],
  interpolation: "nearest",
  center: null,
  fill: 0,
};

/**
 * A turned picture, as `torchvision.transforms.functional.rotate`.
 * @param angle   degrees counter-clockwise
 * @param options interpolation; expand; center; fill. At the edges "bilinear" mixes picture and fill.
 * @throws OptionError for impossible or unknown options
 * @example
 * [...rotate({ channels: 1, height: 1, width: 3, data: Uint8Array.of(1, 2, 3) }, 180).data] // [3, 2, 1]
 */
export function rotate(picture: Picture, angle: number, options: RotateOptions = {}): Picture {
  const where = "rotate";
  const { interpolation, expand, center, fill } = withDefaults<Required<RotateOptions>>(
    where,
    options,
    rotateDefaults,
  );
  checkNumber(where, "angle", angle, {});
  checkChoice(where, "interpolation", interpolation, affineInterpolations);
  if (expand && center !== null)
    throw new OptionError(`${where}: expand turns around the middle`, {
      hint: "leave center out",
    });
  const fills = fillOf(where, fill, picture.channels);
  const matrix = inverse(-angle, [0, 0], 1, [0, 0], fromMiddle(where, picture, center));
  const size = expand ? turnedSize(matrix, picture) : picture;
  return sample(picture, matrix, size, interpolation, fills);
}

/**
 * A picture turned, moved, scaled and sheared around its middle, as
 * `torchvision.transforms.functional.affine`. The size is kept.
 * @param options angle, clockwise; translate; scale; shear; interpolation; center; fill. At the edges
 *   "bilinear" mixes picture and fill.
 * @throws OptionError for impossible or unknown options
 * @example
 * [...affine({ channels: 1, height: 1, width: 3, data: Uint8Array.of(1, 2, 3) }, { translate: [1, 0] }).data] // [0, 1, 2]
 */
export function affine(picture: Picture, options: AffineOptions = {}): Picture {
  const where = "affine";
  const { angle, translate, scale, shear, interpolation, center, fill } = withDefaults<
    Required<AffineOptions>
  >(where, options, affineDefaults);
  checkNumber(where, "angle", angle, {});
  checkNumber(where, "scale", scale, { least: Number.MIN_VALUE });
  checkPoint(where, "translate", translate);
  checkPoint(where, "shear", shear);
  checkChoice(where, "interpolation", interpolation, affineInterpolations);
  const fills = fillOf(where, fill, picture.channels);
  const matrix = inverse(angle, translate, scale, shear, fromMiddle(where, picture, center));
  return sample(picture, matrix, picture, interpolation, fills);
}

function checkPoint(where: string, name: string, value: unknown): void {
  if (Array.isArray(value) && value.length === 2 && value.every(Number.isFinite)) return;
  throw new OptionError(`${where}: ${name} is ${JSON.stringify(value)}`, { hint: "give [x, y]" });
}

function fromMiddle(
  where: string,
  { height, width }: Picture,
  center: readonly [number, number] | null,
): readonly [number, number] {
  if (center === null) return [0, 0];
  checkPoint(where, "center", center);
  return [center[0] - width / 2, center[1] - height / 2];
}

/**
 * Where in the picture each place of the result lies, both counted from the middle: the inverse of
 *
 *     T · C · R(angle) · Shear(x, y) · Scale · C⁻¹
 *
 * with the translation T and the move C of the centre.
 */
function inverse(
  angle: number,
  [moveX, moveY]: readonly [number, number],
  scale: number,
  shear: readonly [number, number],
  [centerX, centerY]: readonly [number, number],
): Matrix {
  const tanX = sine(shear[0]) / sine(shear[0] + 90);
  const cosY = sine(shear[1] + 90);
  const [cos, sin] = [sine(angle - shear[1] + 90), sine(angle - shear[1])];
  const a = cos / cosY;
  const b = (-cos * tanX) / cosY - sine(angle);
  const c = sin / cosY;
  const d = (-sin * tanX) / cosY + sine(angle + 90);
  const [m0, m1, m3, m4] = [d / scale, -b / scale, -c / scale, a / scale];
  const [x, y] = [-centerX - moveX, -centerY - moveY];
  return [m0, m1, m0 * x + m1 * y + centerX, m3, m4, m3 * x + m4 * y + centerY];
}

/** The sine of an angle in degrees, exact at right angles: a quarter turn must not blur. */
function sine(degrees: number): number {
  const quarters = degrees / 90;
  if (!Number.isInteger(quarters)) return Math.sin((degrees * Math.PI) / 180);
  return [0, 1, 0, -1][((quarters % 4) + 4) % 4] as number;
}

/** Height and width that hold the whole turned picture. */
function turnedSize(
  [a, b, , d, e]: Matrix,
  { height, width }: Picture,
): { readonly height: number; readonly width: number } {
  const reach = (p: number, q: number, half: number) => {
    const far = (Math.abs(p) * width + Math.abs(q) * height) / 2;
    // A quarter turn: the pixels fit exactly.
    if (Number.isInteger(2 * far)) return 2 * far;
    // Without the last digits: rounding must not add a row.
    const cut = (x: number) => Math.trunc(x * 1e4) / 1e4;
    return Math.ceil(cut(half + far)) - Math.floor(cut(half - far));
  };
  return { width: reach(a, b, width / 2), height: reach(d, e, height / 2) };
}

function sample(
  picture: Picture,
  matrix: Matrix,
  { height, width }: { readonly height: number; readonly width: number },
  interpolation: AffineInterpolation,
  fill: readonly number[],
): Picture {
  const [a, b, c, d, e, f] = matrix;
  // The same for pixels counted from the upper left, whose middles lie at one half.
  const [x0, y0] = [(1 - width) / 2, (1 - height) / 2];
  const fromCorner: Matrix = [
    a,
    b,
    a * x0 + b * y0 + c + (picture.width - 1) / 2,
    d,
    e,
    d * x0 + e * y0 + f + (picture.height - 1) / 2,
  ];
  const data = new Uint8Array(picture.channels * height * width);
  const write = interpolation === "nearest" ? writeNearest : writeBilinear;
  write(picture, fromCorner, data, height, width, fill);
  return { channels: picture.channels, height, width, data };
}

function writeNearest(
  { channels, height, width, data }: Picture,
  [a, b, c, d, e, f]: Matrix,
  out: Uint8Array,
  outHeight: number,
  outWidth: number,
  fill: readonly number[],
): void {
  const plane = height * width;
  const outPlane = outHeight * outWidth;
  let at = 0;
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, at++) {
      const column = Math.floor(a * x + b * y + c + 0.5);
      const row = Math.floor(d * x + e * y + f + 0.5);
      const isInside = column >= 0 && column < width && row >= 0 && row < height;
      const from = row * width + column;
      for (let k = 0; k < channels; k++) {
        out[k * outPlane + at] = isInside
          ? (data[k * plane + from] as number)
          : (fill[k] as number);
      }
    }
  }
}

function writeBilinear(
  { channels, height, width, data }: Picture,
  [a, b, c, d, e, f]: Matrix,
  out: Uint8Array,
  outHeight: number,
  outWidth: number,
  fill: readonly number[],
): void {
  const plane = height * width;
  const outPlane = outHeight * outWidth;
  // Assigning to it rounds half to even and clamps.
  const bytes = new Uint8ClampedArray(out.buffer);
  let at = 0;
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, at++) {
      const sourceX = a * x + b * y + c;
      const sourceY = d * x + e * y + f;
      const column = Math.floor(sourceX);
      const row = Math.floor(sourceY);
      const right = sourceX - column;
      const below = sourceY - row;
      const from = row * width + column;
      const isInside = column >= 0 && column < width - 1 && row >= 0 && row < height - 1;
      if (isInside) {
        const bottomRight = right * below;
        const bottomLeft = below - bottomRight;
        const topRight = right - bottomRight;
        const topLeft = 1 - right - bottomLeft;
        for (let k = 0, i = from, to = at; k < channels; k++, i += plane, to += outPlane) {
          bytes[to] =
            topLeft * (data[i] as number) +
            topRight * (data[i + 1] as number) +
            bottomLeft * (data[i + width] as number) +
            bottomRight * (data[i + width + 1] as number);
        }
        continue;
      }
      const hasLeft = column >= 0 && column < width;
      const hasRight = column >= -1 && column < width - 1;
      const hasTop = row >= 0 && row < height;
      const hasBottom = row >= -1 && row < height - 1;
      for (let k = 0, i = from; k < channels; k++, i += plane) {
        const beyond = fill[k] as number;
        const topLeft = hasTop && hasLeft ? (data[i] as number) : beyond;
        const topRight = hasTop && hasRight ? (data[i + 1] as number) : beyond;
        const bottomLeft = hasBottom && hasLeft ? (data[i + width] as number) : beyond;
        const bottomRight = hasBottom && hasRight ? (data[i + width + 1] as number) : beyond;
        const top = topLeft + right * (topRight - topLeft);
        const bottom = bottomLeft + right * (bottomRight - bottomLeft);
        bytes[k * outPlane + at] = top + below * (bottom - top);
      }
    }
  }
}
