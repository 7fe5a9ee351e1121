// What convolutions of every kind do with their arguments.
import { OptionError } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { reshape } from "./reshape.ts";

/** Throws unless the number of groups is a whole number from 1. */
export function checkGroups(op: string, groups: number): void {
  if (Number.isInteger(groups) && groups >= 1) return;
  throw new OptionError(`${op}: groups is ${groups}`, {
    hint: "give a whole number from 1 that divides both channel counts",
  });
}

/** Images (NCHW) with one number added to each channel. */
export function addBias(op: string, y: Tensor, bias: Tensor | null): Tensor {
  if (bias === null) return y;
  const outChannels = y.shape[1] as number;
  if (bias.ndim !== 1 || bias.shape[0] !== outChannels) {
    throw shapeError(op, `the bias is not one number for each of ${outChannels} channels`, {
      bias: bias.shape,
      output: { shape: y.shape, layout: "NCHW" },
    });
  }
  return add(y, reshape(bias, [1, outChannels, 1, 1]));
}
