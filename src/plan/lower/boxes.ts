// Ops whose result is made of boxes: padding and concatenation.
import type { Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { batchAxis, readsAt, symbolicAxes } from "../lanes.ts";
import { type AxisIndex, combine, inLane, type Place } from "../place.ts";
import { isByElement, isEmpty, lanesAlong, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { ifAll, isAtLeast, isBelow } from "./covering.ts";
import { launchElements } from "./elementKernel.ts";
import { storeBox } from "./pointwise.ts";

/** A part of the output: its first index, its sizes, and the value at an index counted from there. */
interface Piece {
  readonly start: readonly number[];
  readonly size: Shape;
  readonly value: (w: KernelWriter, index: readonly AxisIndex[], width: number) => Value;
}

export function lowerPad(planner: Planner, root: Root): void {
  const { pads, value } = root.core.params as {
    pads: readonly (readonly [number, number])[];
    value: number;
  };
  const input = root.core.inputs[0] as Node;
  const pieces: Piece[] = [];
  // Peel the border off axis by axis; what is left is the input.
  const start = root.core.shape.map(() => 0);
  const size = [...root.core.shape];
  const fill = (w: KernelWriter): Value =>
    w.k.const(value, 1, input.dtype === "float32" ? "float" : "int");
  pads.forEach(([before, after], axis) => {
    if (before < 0 || after < 0) throw new Error("plan: pad by a negative number is a slice");
    const whole = size[axis] as number;
    if (before > 0)
      pieces.push({
        start: [...start],
        size: size.with(axis, Math.min(before, whole)),
        value: fill,
      });
    if (after > 0)
      pieces.push({
        start: start.with(axis, whole - after),
        size: size.with(axis, after),
        value: fill,
      });
    start[axis] = before;
    size[axis] = whole - before - after;
  });
  pieces.push({ start, size, value: (w, index, width) => w.value(input, index, width) });
  lowerPieces(planner, root, pieces, [input]);
}

export function lowerConcat(planner: Planner, root: Root): void {
  const { axis } = root.core.params as { axis: number };
  let at = 0;
  const pieces = root.core.inputs.map((input): Piece => {
    const start = input.shape.map(() => 0).with(axis, at);
    at += input.shape[axis] as number;
    return { start, size: input.shape, value: (w, index, width) => w.value(input, index, width) };
  });
  lowerPieces(planner, root, pieces, root.core.inputs);
}

function lowerPieces(
  planner: Planner,
  { node, core }: Root,
  pieces: readonly Piece[],
  inputs: readonly Node[],
): void {
  const { variables, index } = symbolicAxes(core.shape.length);
  const lane = batchAxis(
    inputs.flatMap((input) => readsAt(input, index, planner.placeOf)),
    variables,
  );
  const whole = pieces.every(({ start, size }) => start[0] === 0 && size[0] === core.shape[0]);
  const place = placeFor(planner, node, whole ? lane : -1, lane);
  if (isEmpty(node)) return;
  if (isByElement(planner)) return storeAtOnce(planner, { node, core }, place, pieces);
  const isFree = lane < 0 && place.layout === "plain";
  for (const piece of pieces) {
    storeBox(planner, {
      lanes: isFree ? lanesAlong(planner, piece.size.at(-1) ?? 1) : planner.target.lanes,
      name: core.op?.name ?? "box",
      node,
      place,
      box: piece.size,
      laneAxis: place.layout === "batch" ? 0 : lane >= 0 ? lane : core.shape.length - 1,
      target: (at, w) => shifted(at, piece.start, w.lanes),
      value: (w, at, width) => {
        const value = piece.value(w, at, width);
        return withEpilogue(w, node, core, value, shifted(at, piece.start, w.lanes), width);
      },
    });
  }
}

/** One kernel for all pieces: each element finds out in which it lies. */
function storeAtOnce(
  planner: Planner,
  { node, core }: Root,
  place: Place,
  pieces: readonly Piece[],
): void {
  const { shape } = core;
  const name = core.op?.name ?? "box";
  const kernel = { name, box: shape, writes: [place], flops: sizeOf(shape) };
  launchElements(planner, kernel, (w, at) => {
    for (const { start, size, value } of pieces) {
      if (sizeOf(size) === 0) continue;
      const conditions = at.flatMap((position, axis) => {
        const [first, end] = [
          start[axis] as number,
          (start[axis] as number) + (size[axis] as number),
        ];
        const index = inLane(position, 0);
        return [
          ...(first > 0 ? [isAtLeast(w, index, first)] : []),
          ...(end < (shape[axis] as number) ? [isBelow(w, index, end)] : []),
        ];
      });
      ifAll(w, conditions, () => {
        const own = at.map((i, axis) => combine(-(start[axis] as number), [[i, 1]], 1));
        const found = value(w, own, 1);
        const stored = withEpilogue(w, node, core, found, at, 1);
        w.store(place, at, stored, 1);
      });
    }
  });
}

/** Batch layout where the operands have it, or a convolution wants it. */
export function placeFor(planner: Planner, node: Node, laneIfWhole: number, lane: number): Place {
  const batch =
    planner.mayBatch(node) && (laneIfWhole === 0 || (lane < 0 && planner.wantsBatch.has(node)));
  return planner.place(node, batch ? "batch" : "plain");
}

/** What is stored where the core's value is known: that value itself, or its epilogue. */
export function withEpilogue(
  w: KernelWriter,
  node: Node,
  core: Node,
  value: Value,
  index: readonly AxisIndex[],
  width: number,
): Value {
  if (node === core) return value;
  w.known.set(core, w.k.let(value));
  const result = w.value(node, index, width);
  w.known.delete(core);
  return result;
}

function shifted(
  index: readonly AxisIndex[],
  start: readonly number[],
  lanes: number,
): AxisIndex[] {
  return index.map((i, axis) => combine(start[axis] as number, [[i, 1]], lanes));
}
