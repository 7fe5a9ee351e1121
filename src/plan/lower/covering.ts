// Which windows cover a pixel, where each pixel is computed by a chunk of its own.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Index, Value } from "../../kernel/ir.ts";
import type { KernelWriter } from "../writer.ts";

/** Windows along one axis of an image. */
export interface WindowAxis {
  /** Pixels, and before them those of the border. */
  readonly size: number;
  readonly before: number;
  readonly windows: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

type Visit = (window: Index, tap: Index) => void;

/** Visits the windows that cover a pixel along one axis, by their taps that lie on it. */
export function overCovering(
  w: KernelWriter,
  pixel: IndexLike,
  axis: WindowAxis,
  visit: Visit,
): void {
  const position = plus(pixel, axis.before);
  if (axis.dilation === 1) overNeighbours(w, position, axis, visit);
  else overTaps(w, position, axis, visit);
}

/** Without dilation they are neighbours: the last one that begins at the pixel or before it, and some before that. */
function overNeighbours(
  w: KernelWriter,
  position: Index,
  { size, before, windows, kernel, stride }: WindowAxis,
  visit: Visit,
): void {
  const { k } = w;
  const count = Math.ceil(kernel / stride);
  const last = quotient(w, position, stride);
  const firstLast = Math.floor(before / stride);
  const lastLast = Math.floor((before + size - 1) / stride);
  k.for("j", 0, count, (j) => {
    const window = plus(last, times(j, -1));
    const tap = plus(position, times(window, -stride));
    const conditions: Value[] = [];
    if (firstLast < count - 1) conditions.push(isAtLeast(w, window, 0));
    if (lastLast >= windows) conditions.push(isBelow(w, window, windows));
    if (kernel < count * stride) conditions.push(isBelow(w, tap, kernel));
    ifAll(w, conditions, () => visit(window, tap));
  });
}

function overTaps(
  w: KernelWriter,
  position: Index,
  { windows, kernel, stride, dilation }: WindowAxis,
  visit: Visit,
): void {
  const { k } = w;
  k.for("tap", 0, kernel, (tap) => {
    const start = plus(position, times(tap, -dilation));
    ifAll(w, [isAtLeast(w, start, 0)], () => {
      const window = quotient(w, start, stride);
      const conditions = [isBelow(w, window, windows)];
      if (stride > 1)
        conditions.push(k.compare("eq", k.index(times(window, stride)), k.index(start)));
      ifAll(w, conditions, () => visit(window, toIndex(tap)));
    });
  });
}

function quotient({ k }: KernelWriter, a: Index, by: number): Index {
  return by === 1 ? a : toIndex(k.letIndex("window", k.quotient(k.index(a), by)));
}

export function isAtLeast({ k }: KernelWriter, index: IndexLike, least: number): Value {
  return k.compare("ge", k.index(index), k.const(least, 1, "int"));
}

export function isBelow({ k }: KernelWriter, index: IndexLike, limit: number): Value {
  return k.compare("lt", k.index(index), k.const(limit, 1, "int"));
}

/** `body` under all conditions; as it is, if there is none. */
export function ifAll({ k }: KernelWriter, conditions: readonly Value[], body: () => void): void {
  if (conditions.length === 0) return body();
  k.if(
    conditions.reduce((a, b) => k.binary("and", a, b)),
    body,
  );
}
