// movedim and swapaxes: axes in other places.
import { ShapeError } from "../tensor/errors.ts";
import { normalizeAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { permute, transpose } from "./permute.ts";

/**
 * Axes moved to other places, the others keep their order, as `torch.movedim`.
 * @param source      axis or axes of x
 * @param destination where they are in the result
 * @throws ShapeError if an axis does not exist or is named twice, or the lists differ in length
 * @example movedim(Tensor.ones([8, 28, 30, 3]), -1, 1).shape // [8, 3, 28, 30]
 */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const axes = (dims: number | readonly number[]): number[] =>
    [dims].flat().map((dim) => normalizeAxis("movedim", dim, x.ndim));
  const [from, to] = [axes(source), axes(destination)];
  const isOnce = (list: readonly number[]): boolean => new Set(list).size === list.length;
  if (from.length !== to.length || !isOnce(from) || !isOnce(to)) {
    throw new ShapeError("movedim: source and destination do not name as many axes, each once", {
      facts: [
        { name: "source", value: JSON.stringify(source) },
        { name: "destination", value: JSON.stringify(destination) },
      ],
    });
  }
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  const order = x.shape.map((_, place) => {
    const moved = to.indexOf(place);
    return moved >= 0 ? (from[moved] as number) : (rest.shift() as number);
  });
  return permute(x, order);
}

/** As `transpose`, by its other name: `torch.swapaxes`. @example swapaxes(Tensor.ones([2, 3]), 0, 1).shape // [3, 2] */
export function swapaxes(x: Tensor, axis0: number, axis1: number): Tensor {
  return transpose(x, axis0, axis1);
}
