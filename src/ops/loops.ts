// Index arithmetic shared by the reference loops: where each output element finds its input.
import type { Dtype } from "../tensor/dtype.ts";
import type { AxisMap } from "../tensor/op.ts";
import { type Shape, sizeOf, stridesOf } from "../tensor/shape.ts";

/** Input position of every output element, in row-major order, for affine axis maps. */
export function viewOffsets(input: Shape, output: Shape, map: readonly AxisMap[]): Int32Array {
  const strides = stridesOf(input);
  let start = 0;
  const steps = new Array<number>(output.length).fill(0);
  map.forEach(({ constant, terms }, axis) => {
    const stride = strides[axis] as number;
    start += constant * stride;
    for (const term of terms)
      steps[term.axis] = (steps[term.axis] as number) + term.factor * stride;
  });
  const offsets = new Int32Array(sizeOf(output));
  const index = new Array<number>(output.length).fill(0);
  let offset = start;
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset;
    for (let axis = output.length - 1; axis >= 0; axis--) {
      offset += steps[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (output[axis] as number)) break;
      offset -= (steps[axis] as number) * (output[axis] as number);
      index[axis] = 0;
    }
  }
  return offsets;
}

/** Axis maps of broadcasting: axes are matched from the last, size 1 stretches. */
export function broadcastMap(input: Shape, output: Shape): AxisMap[] {
  const added = output.length - input.length;
  return input.map((size, axis) => {
    const target = axis + added;
    const stretched = size === 1 && output[target] !== 1;
    return { constant: 0, terms: stretched ? [] : [{ axis: target, factor: 1 }] };
  });
}

/** Input position of every output element under broadcasting. */
export function broadcastOffsets(input: Shape, output: Shape): Int32Array {
  return viewOffsets(input, output, broadcastMap(input, output));
}

/** A position read from a tensor, brought into `[0, size)`: outside counts as the nearest end. */
export function inRange(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size - 1);
}

/** Integers as the dtype stores them: two's complement, wrapping. Floats stay in float64. */
export function wrapInteger(value: number, dtype: Dtype): number {
  switch (dtype) {
    case "float32":
      return value;
    case "int32":
      return value | 0;
    case "uint8":
      return value & 255;
    case "bool":
      return value === 0 ? 0 : 1;
    default:
      return dtype satisfies never;
  }
}

/** Nearest integer, ties to even. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
