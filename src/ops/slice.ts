// slice: part of an axis. Its gradient is put back among zeros.
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeAxis } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { reshape } from "./reshape.ts";
import { sameAxis, view } from "./view.ts";

/** `length` elements from `start`, `step` apart. */
interface SliceParams {
  readonly axis: number;
  readonly start: number;
  readonly length: number;
  readonly step: number;
}

export const sliceOp = view<SliceParams>({
  name: "slice",
  shape(input, { axis, start, length, step }) {
    const size = input[axis] as number;
    if (
      start < 0 ||
      length < 0 ||
      step < 1 ||
      (length > 0 && start + (length - 1) * step >= size)
    ) {
      throw new ShapeError(
        `slice: ${length} elements from ${start} in steps of ${step} are not in axis ${axis} of ${formatShape(input)}`,
      );
    }
    return input.map((n, k) => (k === axis ? length : n));
  },
  map: (input, _, { axis, start, step }) =>
    input.map((_n, k) =>
      k === axis ? { constant: start, terms: [{ axis, factor: step }] } : sameAxis(k),
    ),
  backward(grad, x, { axis, start, length, step }) {
    const size = x.shape[axis] as number;
    if (step === 1) return padAxis(grad, axis, start, size - start - length);
    // Elements step apart: each is followed by step − 1 zeros, those after the last are cut off again.
    const spread =
      length === 0 ? grad : spreadOut(grad, axis, step).slice(axis, 0, (length - 1) * step + 1);
    return padAxis(spread, axis, start, size - start - (spread.shape[axis] as number));
  },
  cases: [
    {
      name: "of an empty batch",
      inputs: [{ shape: [0, 5] }],
      params: { axis: 1, start: 1, length: 3, step: 1 },
    },
    {
      name: "from the front",
      inputs: [{ shape: [5, 3] }],
      params: { axis: 0, start: 0, length: 2, step: 1 },
    },
    {
      name: "from the middle",
      inputs: [{ shape: [2, 7] }],
      params: { axis: 1, start: 2, length: 3, step: 1 },
    },
    {
      name: "every second, odd size",
      inputs: [{ shape: [2, 7] }],
      params: { axis: 1, start: 0, length: 4, step: 2 },
    },
    {
      name: "every third from 1",
      inputs: [{ shape: [2, 9, 2] }],
      params: { axis: 1, start: 1, length: 3, step: 3 },
    },
    {
      name: "one element",
      inputs: [{ shape: [5] }],
      params: { axis: 0, start: 4, length: 1, step: 1 },
    },
    { name: "none", inputs: [{ shape: [5] }], params: { axis: 0, start: 2, length: 0, step: 1 } },
    {
      name: "past the end",
      inputs: [{ shape: [5] }],
      params: { axis: 0, start: 3, length: 3, step: 1 },
      refused: /are not in axis 0 of \[5\]/,
    },
  ],
});

/** Zeros before and after one axis. */
function padAxis(x: Tensor, axis: number, before: number, after: number): Tensor {
  const later = new Array<number>(2 * (x.ndim - 1 - axis)).fill(0);
  return x.pad([...later, before, after]);
}

/** step − 1 zeros after each element: as an axis of their own, then merged. */
function spreadOut(x: Tensor, axis: number, step: number): Tensor {
  const wide = padAxis(x.unsqueeze(axis + 1), axis + 1, 0, step - 1);
  return wide.reshape(x.shape.map((n, k) => (k === axis ? n * step : n)));
}

/**
 * Elements `start`, `start + step`, … below `end` along an axis: `x[start:end:step]` on axis `dim`.
 * Negative positions count from the end; positions outside are cut off, as in Python.
 * @param x     any tensor
 * @param dim   axis
 * @param start first position; 0 unless given
 * @param end   position after the last; the size of the axis unless given
 * @param step  distance, at least 1
 * @throws ShapeError if the axis does not exist or the step is less than 1
 * @example await slice(Tensor.from([0, 1, 2, 3, 4]), 0, 1, 4).array() // [1, 2, 3]
 */
export function slice(x: Tensor, dim: number, start = 0, end?: number, step = 1): Tensor {
  const axis = normalizeAxis("slice", dim, x.ndim);
  if (x.ndim === 0) throw new ShapeError("slice: a scalar has no axis");
  if (!Number.isInteger(step) || step < 1)
    throw new ShapeError(`slice: step ${step} is not a positive whole number`);
  const size = x.shape[axis] as number;
  const within = (position: number) =>
    Math.max(0, Math.min(size, position < 0 ? position + size : position));
  const from = within(start);
  const length = Math.max(0, Math.ceil((within(end ?? size) - from) / step));
  if (from === 0 && length === size) return x;
  return apply(sliceOp, [x], { axis, start: from, length, step });
}

/**
 * `length` elements from `start` along an axis, as `torch.narrow`.
 * @throws ShapeError if they are not all there
 * @example await narrow(Tensor.from([0, 1, 2, 3]), 0, 1, 2).array() // [1, 2]
 */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const axis = normalizeAxis("narrow", dim, x.ndim);
  const from = start < 0 ? start + (x.shape[axis] ?? 0) : start;
  return apply(sliceOp, [x], { axis, start: from, length, step: 1 });
}

/**
 * One position of an axis, without the axis, as `torch.select`.
 * @throws ShapeError if the position does not exist
 * @example await select(Tensor.from([[1, 2], [3, 4]]), 0, 1).array() // [3, 4]
 */
export function select(x: Tensor, dim: number, index: number): Tensor {
  const axis = normalizeAxis("select", dim, x.ndim);
  return reshape(
    narrow(x, axis, index, 1),
    x.shape.filter((_, k) => k !== axis),
  );
}
