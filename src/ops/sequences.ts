// Sequences `[batch, channels, length]` (NCL) as images of one row: convolution and pooling in one dimension
// are those in two with nothing happening vertically.
import { OptionError } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Pair } from "./sizes.ts";

/** A size along a sequence: a number, or a list of this one number. */
export type SingleLike = number | readonly [number];

/** Runs an op for images on sequences, NCL `[batch, channels, length]` or `[channels, length]`. */
export function asImages(op: string, x: Tensor, body: (images: Tensor) => Tensor): Tensor {
  if (x.ndim === 2) return body(x.unsqueeze(0).unsqueeze(2)).squeeze(2).squeeze(0);
  if (x.ndim === 3) return body(x.unsqueeze(2)).squeeze(2);
  throw shapeError(op, `x has ${x.ndim} axes, not the three of NCL`, { x: x.shape });
}

/** One whole number, at least `least`. */
export function single(op: string, name: string, value: SingleLike, least = 1): number {
  const [n, ...others] = typeof value === "number" ? [value] : value;
  if (n !== undefined && others.length === 0 && Number.isInteger(n) && n >= least) return n;
  throw new OptionError(`${op}: ${name} is ${JSON.stringify(value)}`, {
    hint: `give a whole number from ${least}`,
  });
}

/** `[vertical, horizontal]` of a size along a sequence. */
export function alongRow(op: string, name: string, value: SingleLike, least = 1): Pair {
  return [least, single(op, name, value, least)];
}
